-- troupe build: what it makes, and what it says if it cannot.

local command = require "support.command"
local project = require "support.project"
local release = require "support.release"

local quote = command.quote

local function needed(file)
  local names = {}
  for _, line in ipairs(command.lines("readelf -d " .. quote(file))) do
    names[#names + 1] = line:match "%(NEEDED%).*%[(.-)%]"
  end
  table.sort(names)
  return table.concat(names, " ")
end

local function has_sanitizer()
  return needed(command.binary()):find "[at]san" ~= nil
end

-- A project with something of all that goes in.
local function whole()
  local shop = project.new()
  release.add_rock(shop)
  shop:write("lua_modules/share/lua/5.4/other/init.lua",
    "return { who = function() error 'of another' end }")
  shop:write("assets/pages/index.html", "<p>\0\255")
  shop:write("assets/empty", "")
  shop:write("config/prod.lua",
    "return { first = 5, at = os.getenv 'SHOP_AT' }")
  return shop
end

describe("troupe build", function()
  local shop, built
  setup(function()
    shop = whole()
    built = release.build(shop)
  end)

  it("says what it has made, and how large that is", function()
    assert.matches("^build/shop  %d+%.%d MB\n$", built.built.stdout)
    assert.equal("", built.built.stderr)
  end)

  it("makes one file, which may be executed", function()
    assert.equal("shop", shop:list "build")
    assert.same({ "755" }, command.lines("stat -c %a " .. quote(built.file)))
  end)

  it("makes one that needs libc and libm, and no more", function()
    assert.equal(needed(command.binary()), needed(built.file))
    if not has_sanitizer() then
      assert.equal("libc.so.6 libm.so.6", needed(built.file))
    end
  end)

  it("makes the same bytes of the same project", function()
    -- The rock as it is: what gcc makes may know its folder.
    local other = project.empty()
    os.execute(("cp -r %s/. %s"):format(quote(shop.folder),
      quote(other.folder)))
    other:remove "build"
    assert.equal(0, other:troupe("build", "--output", "elsewhere").status)
    assert.equal(0, command.run({ "cmp", built.file,
      other.folder .. "/elsewhere" }).status)
  end)

  it("has room for more than its settings allow an actor", function()
    local small = project.new()
    small:write("config/prod.lua", "return { limits = { memory = 400000 } }")
    small:write("assets/large", ("x"):rep(1000000))
    assert.same({ status = 0, stdout = "1000000, 400000\n", stderr = "" },
      release.build(small):run("eval", "#require('troupe.asset').read " ..
        "'large', troupe.config('limits').memory"))
  end)

  it("writes below where one is, and in place of what was there", function()
    shop:write("lua/shop/old", "old")
    shop.below = "lua"
    local result = shop:troupe("build", "--output", "shop/old")
    shop.below = nil
    assert.matches("^lua/shop/old  ", result.stdout)
    assert.equal(0, command.run({ "cmp", built.file,
      shop.folder .. "/lua/shop/old" }).status)
    assert.equal("counter.lua old", shop:list "lua/shop")
  end)
end)

describe("what cannot be built", function()
  local shop
  before_each(function() shop = project.new() end)

  local function fails(message, ...)
    local result = shop:troupe("build", ...)
    assert.same({ status = 1, stdout = "",
      stderr = "troupe: " .. message .. "\n" }, result)
    assert.equal(nil, shop:list():match "build")
  end

  it("has a module that is not Lua", function()
    shop:write("lua/shop/counter.lua", "return {\n= 1 }")
    fails "lua/shop/counter.lua:2: unexpected symbol near '='"
  end)

  it("has settings that are not Lua", function()
    shop:write("config/prod.lua", "return {\n]")
    fails("config/prod.lua:2: unexpected symbol near ']'")
  end)

  it("has no settings of that environment", function()
    fails("expected a file of settings, got none in config/none.lua " ..
      "(see troupe --help)", "--env", "none")
  end)

  it("has a rockspec that is not Lua", function()
    shop:write("shop-dev-1.rockspec", "package = 'shop'\n= 1")
    fails "shop-dev-1.rockspec:2: unexpected symbol near '='"
  end)

  it("has no application, or one that would not come with it", function()
    shop:remove "lua/shop.lua"
    fails("no application here: no module shop, which shop-dev-1.rockspec " ..
      "names")
    shop:write("config/prod.lua", "return { application = 'till' }")
    fails("no application here: no module till, which the setting " ..
      "application names")
    shop:write("till.lua", "return {}")
    local result = command.run({ command.binary(), "build" },
      { directory = shop.folder, environment = { LUA_PATH = "./?.lua;;" } })
    assert.same({ status = 1, stdout = "", stderr = "troupe: no application " ..
      "here: till is ./till.lua, which is not the project's\n" }, result)
  end)

  it("has other rocks than it is locked to", function()
    shop:write("luarocks.lock",
      "return { dependencies = { first = '1.0-1' } }")
    fails("lua_modules: lacks first 1.0-1, which luarocks.lock has (run " ..
      "troupe deps get)")
  end)

  it("has an asset that cannot be read", function()
    shop:write("assets/a.txt", "a")
    command.lines("ln -s nowhere " .. quote(shop.folder .. "/assets/b.txt"))
    fails "assets/b.txt: No such file or directory"
    command.lines("ln -sfn .. " .. quote(shop.folder .. "/assets/b.txt"))
    local result = shop:troupe "build"
    assert.equal(1, result.status)
    assert.matches("^troupe: find: [^\n]*assets/b.txt[^\n]*\n$", result.stderr)
  end)

  it("goes where nothing can be written", function()
    shop:write("taken", "")
    fails("cannot make taken/shop: no folder taken", "--output", "taken/shop")
    fails("cannot make ./a/b/shop: no folder ./a/b", "--output", "./a/b/shop")
    assert.is_nil((" " .. shop:list()):find(" a ", 1, true))
    shop:write("folder/file", "")
    fails("cannot make folder: Is a directory", "--output", "folder")
    assert.equal("file", shop:list "folder")
    assert.equal(nil, shop:list():match "folder%.")
  end)

  it("leaves what was there before", function()
    release.build(shop)
    shop:write("lua/shop/counter.lua", "= 1")
    assert.equal(1, shop:troupe("build").status)
    assert.equal("shop", shop:list "build")
    assert.equal(0, command.run({ shop.folder .. "/build/shop",
      "version" }).status)
  end)

  it("is in no project, or asked for in other words", function()
    local nowhere = project.empty()
    assert.same({ status = 1, stdout = "", stderr = "troupe: no project " ..
      "here: no rockspec in this folder or above it\n" },
      nowhere:troupe "build")
    fails("expected no argument, got also it (see troupe build --help)", "it")
    fails("unknown option --outptu; did you mean --output? (see troupe " ..
      "build --help)", "--outptu", "x")
    assert.matches("^usage: troupe build %[options%]",
      shop:troupe("build", "--help").stdout)
  end)
end)

describe("a file of a rock", function()
  it("that is no Lua 5.4 is left out, and that is told", function()
    local shop = project.new()
    shop:write("lua_modules/share/lua/5.4/for_jit.lua", "x = 1ULL")
    local built = release.build(shop)
    assert.matches("^troupe: left out: lua_modules/share/lua/5.4/" ..
      "for_jit.lua:1: [^\n]*\n$", built.built.stderr)
    assert.matches("no file 'lua_modules/share/lua/5.4/for_jit.lua' in " ..
      "this release", built:run("eval", "require 'for_jit'").stderr, 1, true)
  end)
end)

-- As LuaRocks writes it, but for what nobody reads.
local MANIFEST = [[
repository = {
  first = { ["1.0-1"] = { { dependencies = { second = "2.0-1" },
    modules = { first = "first/init.lua", ["shared"] = "shared.lua" } } } },
  second = { ["2.0-1"] = { { dependencies = {},
    modules = { second = "second.lua" } } } },
  tests = { ["3.0-1"] = { { dependencies = { helper = "1-1" },
    modules = { tests = "tests.lua", ["shared"] = "shared.lua" } } } },
  helper = { ["1-1"] = { { dependencies = {},
    modules = { twice = "twice.so" } } } },
}
]]

describe("a rock", function()
  local shop
  setup(function()
    shop = project.new()
    release.add_rock(shop)
    for _, file in ipairs { "first/init", "second", "tests", "shared",
      "nobodys" } do
      shop:write("lua_modules/share/lua/5.4/" .. file .. ".lua", "return 1")
    end
    shop:write("shop-dev-1.rockspec", (shop:read("shop-dev-1.rockspec")
      :gsub('"lua ~> 5.4"', '%0, "First >= 1"')))
  end)

  local CODE = [[for name in ("first second shared nobodys tests twice")
    :gmatch "%S+" do print(name, (pcall(require, name))) end]]

  it("is in a release only if the project depends on it", function()
    shop:write("lua_modules/lib/luarocks/rocks-5.4/manifest", MANIFEST)
    local built = release.build(shop)
    assert.matches("\n  without helper, tests: the rockspec's dependencies " ..
      "do not need them\n$", built.built.stdout)
    assert.equal("first\ttrue\nsecond\ttrue\nshared\ttrue\n" ..
      "nobodys\ttrue\ntests\tfalse\ntwice\tfalse\n",
      built:run("eval", CODE).stdout)
  end)

  it("is, if nothing can be read of it", function()
    shop:write("lua_modules/lib/luarocks/rocks-5.4/manifest", "= 1")
    local built = release.build(shop)
    assert.matches("^[^\n]*\n$", built.built.stdout)
    assert.not_matches("false", built:run("eval", CODE).stdout)
  end)

  it("of C whose libraries may not be there is told", function()
    local result = command.run({ "sh", "-c", "gcc -shared -fPIC -o " ..
      "libodd.so.1 -Wl,-soname,libodd.so.1 -xc /dev/null && gcc -shared " ..
      "-fPIC -I/usr/include/lua5.4 -Wl,--no-as-needed -o " ..
      "lua_modules/lib/lua/5.4/odd.so twice.c -lm -L. -l:libodd.so.1" },
      { directory = shop.folder })
    assert.equal(0, result.status, result.stderr)
    local built = release.build(shop)
    assert.matches("\n  needs libodd.so.1, for lua_modules/lib/lua/5.4/" ..
      "odd.so\n", built.built.stdout, 1, true)
    result = built:run("eval", "require 'odd'")
    assert.equal(1, result.status)
    assert.matches("error loading module 'odd' from file '" ..
      "lua_modules/lib/lua/5.4/odd.so':\n\tlibodd.so.1: cannot open",
      result.stderr, 1, true)
  end)
end)

-- --- Where it runs -----------------------------------------------------------

-- A folder with nothing but the file and what it needs.
local function bare_folder(built)
  local folder = command.directory()
  for _, line in ipairs(command.lines("ldd " .. quote(built.file))) do
    local path = line:match "(/%S+)"
    if path then
      command.lines(("mkdir -p %s && cp %s %s"):format(
        quote(folder .. path:match "^(.*)/"), quote(path),
        quote(folder .. path)))
    end
  end
  built:copy(folder .. "/shop")
  return folder
end

-- What changes the root needs root, or a namespace in which one is.
local function way_in(words)
  for _, first in ipairs { words, "-r " .. words } do
    if os.execute(("unshare %s true >/dev/null 2>&1"):format(first)) then
      return "unshare " .. first .. " "
    end
  end
end

describe("a bare root", function()
  local built, folder
  setup(function()
    built = release.build(whole())
    folder = bare_folder(built)
  end)

  local function run(way, before, words)
    return command.run(("%s sh -c %s"):format(way, quote(
      ("cd %s && %s exec chroot . %s"):format(quote(folder), before, words))),
      { environment = { TROUPE_RUNTIME_DIR = "/run" } })
  end

  local CODE = " eval 'require(\"twice\").twice(21)' " ..
    "'require(\"troupe.asset\").read(\"pages/index.html\")'"
  local SAID = '42\n"<p>\\x00\\xFF"\n'

  it("is enough, without /proc", function()
    local way = way_in "-m"
    if not way then return pending "neither root nor namespaces here" end
    if has_sanitizer() then return pending "a sanitizer needs /proc" end
    for _, word in ipairs { "/shop", "./shop" } do
      assert.same({ status = 0, stdout = SAID, stderr = "" },
        run(way, "", word .. CODE))
    end
    -- Nothing that it has written stays.
    assert.equal("", command.lines("find " .. quote(folder) ..
      " -name 'troupe*' | tr -d '\n'; echo")[1])
  end)

  it("is enough, with /proc", function()
    local way = way_in "-mpf"
    if not way then return pending "neither root nor namespaces here" end
    local result = run(way, "mkdir -p proc && mount -t proc none proc &&",
      "/shop" .. CODE)
    if result.stderr:find "^mount:" then return pending(result.stderr) end
    assert.same({ status = 0, stdout = SAID, stderr = "" }, result)
  end)

  it("lets it start, though nobody can attach, and stop", function()
    local way = way_in "-m"
    if not way then return pending "neither root nor namespaces here" end
    if has_sanitizer() then return pending "a sanitizer needs /proc" end
    command.write(folder .. "/run", "no folder")
    local server = command.start({ "sh", "-c", ("cd %s && exec %s chroot . " ..
      "/shop"):format(quote(folder), way) },
      { environment = { TROUPE_RUNTIME_DIR = "/run" } })
    server:await "shop runs, in the environment prod"
    local result = server:stop()
    assert.same({ 0, "" }, { result.status, result.stdout })
    assert.matches("^shop: nobody can attach: [^\n]+\n", result.stderr)
  end)
end)

-- --- Damage ------------------------------------------------------------------

describe("a file that is damaged", function()
  local built, copy, size, before
  setup(function()
    local shop = project.new()
    shop:write("assets/some", ("some bytes "):rep(1000))
    built = release.build(shop)
    copy = built:copy(command.directory() .. "/shop")
    local text = command.read(built.file)
    size, before = #text, text:find("\0lua/shop.lua\0", 1, true)
    assert.equal("troupe\1\n", text:sub(-16, -9))
  end)

  local function complains(message)
    local result = copy:run "version"
    assert.same({ status = 1, stdout = "" },
      { status = result.status, stdout = result.stdout })
    assert.matches("^shop: this executable is damaged: " .. message .. "\n$",
      result.stderr)
  end

  local function restore()
    os.execute(("cp %s %s"):format(quote(built.file), quote(copy.file)))
  end

  -- Exchanges one byte, counted from 0.
  local function flip(at)
    local file <close> = assert(io.open(copy.file, "r+b"))
    file:seek("set", at)
    local byte = file:read(1):byte()
    file:seek("set", at)
    file:write(string.char(byte ~ 0x10))
  end

  it("says so if its end is missing", function()
    for _, less in ipairs { 1, 8, 16, 17, 5000, size - before } do
      restore()
      command.lines(("truncate -s %d %s"):format(size - less,
        quote(copy.file)))
      complains "its end is missing %(cut off, or stripped%)"
    end
  end)

  it("says so if it was stripped", function()
    local result = command.run { "strip", "-o", copy.file, built.file }
    assert.equal(0, result.status, result.stderr)
    complains "its end is missing %(cut off, or stripped%)"
  end)

  it("says so if a byte of it is another", function()
    local random, places = 5, {}
    for index = 1, 12 do
      random = (random * 1103515245 + 12345) % 2147483648
      places[index] = before + random % (size - before - 16)
    end
    for _, place in ipairs(places) do
      restore()
      flip(place)
      complains "its checksum is wrong"
    end
  end)

  it("says so if a byte of its end is another", function()
    for back = 1, 16 do
      restore()
      flip(size - back)
      complains "[%w ,()]+"
    end
  end)
end)

-- One whose sum is right, as somebody else has made it.
describe("an archive that was made by other means", function()
  local SEED <const> = 0x74726f7570650001
  local STEP <const> = 0x9e3779b97f4a7c15

  local function mix(word)
    word = (word ~ word >> 30) * 0xbf58476d1ce4e5b9
    word = (word ~ word >> 27) * 0x94d049bb133111eb
    return word ~ word >> 31
  end

  local function sum(text)
    local hash, at = SEED ~ #text * STEP, 1
    for word = 1, #text // 8 do
      hash = mix(hash ~ ("<i8"):unpack(text, at)) + STEP
      at = word * 8 + 1
    end
    return mix(hash)
  end

  -- Two files, "a" and "b" or what else they are called, 8 bytes each.
  local function archive(change)
    local values = { count = 2, names = 8, first = 0, first_size = 1,
      second = 2, second_size = 1, text = "a\0b\0\0\0\0\0", place = 72,
      size = 8 }
    for name, value in pairs(change) do values[name] = value end
    local rest = ("<I4I4 I4I4i8i8 I4I4i8i8"):pack(values.count, values.names,
      values.first, values.first_size, values.place, values.size,
      values.second, values.second_size, 80, 8) .. values.text ..
      ("x"):rep(16)
    return ("<i8"):pack(sum(rest)) .. rest
  end

  local built, plain, copy
  setup(function()
    built = release.build(project.new())
    copy = built:copy(command.directory() .. "/shop")
    local text = command.read(built.file)
    plain = text:sub(1, -17 - ("<i8"):unpack(text, -8))
  end)

  local function said(change)
    local text = archive(change)
    command.write(copy.file, plain .. text .. "troupe\1\n" ..
      ("<i8"):pack(#text))
    local result = copy:run "version"
    assert.same({ 1, "" }, { result.status, result.stdout })
    return (result.stderr:match "^shop: this executable is damaged: (.*)\n$")
  end

  it("is read with care", function()
    assert.equal("it does not say what it is", said {})
    for _, change in ipairs { { count = 0xffffffff }, { count = 3 },
      { names = 0xfffffff8 }, { first = 9 }, { first_size = 0xffffffff },
      { second_size = 5 }, { first_size = 0 }, { text = "b\0a\0\0\0\0\0" },
      { text = "a\0a\0\0\0\0\0" }, { text = "axb\0\0\0\0\0" },
      { place = -8 }, { place = 1 << 40 }, { place = 73 }, { size = -1 },
      { size = 1 << 62 }, { size = 24 } } do
      assert.equal("its list of files is wrong", said(change),
        next(change) .. "=" .. tostring(select(2, next(change))))
    end
  end)
end)
