-- What `troupe build` has made, at work.

local command = require "support.command"
local project = require "support.project"
local release = require "support.release"

local function whole()
  local shop = project.new()
  release.add_rock(shop)
  shop:write("lua_modules/share/lua/5.4/other/init.lua",
    "return { raise = function()\n  error 'of another' end }")
  shop:write("lua/shop/broken.lua", "local other = require 'other'\n" ..
    "return { call = {\n  raise = function() other.raise() end } }")
  shop:write("lua/shop/rocks.lua", "local count = function() return " ..
    "require('twice').count() end\nreturn { count = count, call = { count = " ..
    "count } }")
  shop:write("lua_modules/lib/lua/5.4/torn.so", "no library")
  shop:write("assets/pages/index.html", "<p>\0\1")
  shop:write("assets/pages/about.html", "about")
  shop:write("assets/pages.txt", "")
  shop:write("config/prod.lua",
    "return { first = 5, at = os.getenv 'SHOP_AT' }")
  return shop
end

local shop, built
setup(function()
  shop = whole()
  built = release.build(shop)
end)

-- What it prints, each line a value.
local function eval(...)
  local result = built:run("eval", ...)
  assert.same({ status = 0, stderr = "" },
    { status = result.status, stderr = result.stderr })
  return result.stdout
end

local function fails(message, ...)
  local result = built:run(...)
  assert.same({ status = 1, stdout = "" },
    { status = result.status, stdout = result.stdout })
  assert.matches(message, result.stderr, 1, true)
end

describe("a release", function()
  local server
  after_each(function()
    if server then server:stop() end
    server = nil
  end)

  local function start(...)
    server = built:start(...)
    server:await "shop runs, in the environment prod"
    return server
  end

  local function stop()
    local result = server:stop()
    server = nil
    return result
  end

  it("starts its application, and stops in order when asked to", function()
    for _, words in ipairs { {}, { "start" }, { "--workers", "2" } } do
      start(table.unpack(words))
      assert.same({ 0, "" }, { stop().status, "" })
    end
  end)

  it("is found by its name", function()
    start "start"
    local result = built:run("attach", "-e", "troupe.call('counter', 'next')",
      "-e", "troupe.config 'first'")
    assert.same({ status = 0, stdout = "1\n5\n", stderr = "" }, result)
  end)

  it("answers what it is doing", function()
    start()
    local result = built:run("attach", "-e", "stack counter", "-e",
      "require('troupe.inspect').modules()[1] ~= nil", "-e", "tree")
    assert.matches("shop.counter is idle\n", result.stdout, 1, true)
    assert.matches("counter", result.stdout:match "idle\n(.*)")
    assert.same({ 0, "" }, { result.status, result.stderr })
  end)

  it("is found by another name, and need not be found", function()
    start()
    local second = built:start("start", "--name", "second", "--set", "first=9")
    second:await "shop runs"
    assert.equal("9\n", built:run("attach", "second", "-e",
      "troupe.config 'first'").stdout)
    assert.equal(0, second:stop().status)
    local third = built:start()
    third:await "shop runs"
    local result = third:stop()
    assert.equal(0, result.status)
    assert.matches("^shop: nobody can attach: a host named shop is running " ..
      "already", result.stderr)
    fails("shop: a host named shop is running already", "--name", "shop")
  end)

  it("tells who asks", function()
    local version = { status = 0, stdout = "shop dev-1 (Troupe 0.1.0)\n",
      stderr = "" }
    assert.same(version, built:run "version")
    assert.same(version, built:run "--version")
    local help = built:run "help"
    assert.matches("^usage: shop %[start%]", help.stdout)
    for _, words in ipairs { { "--help" }, { "start", "--help" },
      { "attach", "--help" }, { "eval", "--help" } } do
      assert.same(help, built:run(table.unpack(words)))
    end
  end)

  it("goes by the name that it is called by", function()
    local copy = built:copy(command.directory() .. "/till")
    assert.matches("^usage: till ", copy:run("--help").stdout)
    assert.equal("till: unknown command strat; did you mean start? (see " ..
      "till --help)\n", copy:run("strat").stderr)
  end)

  it("refuses what it does not have", function()
    fails("shop: unknown command build (see shop --help)\n", "build")
    fails("shop: unknown option --watch (see shop --help)\n", "--watch")
    fails("shop: unknown option --env (see shop --help)\n", "start", "--env",
      "dev")
    fails("shop: expected no argument, got it (see shop --help)\n", "start",
      "it")
    fails("shop: expected a line of Lua after eval (see shop --help)\n",
      "eval")
    fails("shop: no host named shop", "attach", "-e", "1")
  end)

  it("is started with settings that are read where it runs", function()
    local options = built:options()
    options.environment.SHOP_AT = "here"
    assert.same({ status = 0, stdout = '"here"\n5\nnil\n', stderr = "" },
      command.run({ built.file, "eval", "troupe.config 'at'",
        "troupe.config 'first'", "troupe.config 'stray'" }, options))
  end)

  it("evaluates without starting anything", function()
    assert.equal("nil\n3\n[4]\n",
      eval("require('troupe.registry').whereis 'counter'", "1 + 2") ..
      eval("--json", "4"):gsub('^.*"values":', ""):gsub("}\n$", "\n"))
    fails("error: input:1: oh", "eval", "error 'oh'")
    fails("shop: unfinished input\n", "eval", "x =")
  end)
end)

describe("in a release a module", function()
  it("is found in it, and nowhere else", function()
    assert.equal('"lua/shop.lua"\n',
      eval "(package.searchpath('shop', package.path))")
    local result = built:run("eval", "require 'stray'")
    assert.equal(1, result.status)
    assert.matches("module 'stray' not found:\n" ..
      "\tno field package.preload['stray']\n" ..
      "\tno file 'lua/stray.lua' in this release\n" ..
      "\tno file 'lua/stray/init.lua' in this release\n" ..
      "\tno file 'lua_modules/share/lua/5.4/stray.lua' in this release\n" ..
      "\tno file 'lua_modules/share/lua/5.4/stray/init.lua' in this " ..
      "release\n" ..
      "\tno file 'lua_modules/lib/lua/5.4/stray.so' in this release\n",
      result.stderr, 1, true)
    fails("module 'shop.none' not found", "eval", "troupe.start 'shop.none'")
  end)

  it("is found on the machine where one names it", function()
    assert.equal('"a stray module"\n', eval(("package.path = package.path " ..
      ".. ';%s/lua/?.lua'; return (select(2, pcall(require, 'stray')))")
      :format(built.folder)))
  end)

  it("says where it was when it raises", function()
    local result = built:run("eval",
      "troupe.call(troupe.start 'shop.broken', 'raise')")
    assert.equal(1, result.status)
    assert.matches("lua_modules/share/lua/5.4/other/init.lua:2: of another",
      result.stderr, 1, true)
    assert.matches('shop.broken, call "raise"\n', result.stderr, 1, true)
    assert.matches("lua/shop/broken.lua:3: in ", result.stderr, 1, true)
  end)

  it("cannot be exchanged", function()
    fails("shop.counter is a part of this release, and stays as it is",
      "eval", "troupe.start('shop.counter', {first = 1}) and " ..
      "require('troupe.inspect').reload 'shop.counter'")
  end)

  it("of C is loaded once, for all actors", function()
    assert.equal("1\n2\n3\n", eval([[
      for _ = 1, 3 do
        print(troupe.call(troupe.start "shop.rocks", "count"))
      end]]))
    assert.equal('"a part", "lua_modules/lib/lua/5.4/twice.so"\n',
      eval "require 'twice.part'")
    fails("no module 'twice.none' in file 'lua_modules/lib/lua/5.4/twice.so'" ..
      ": no function luaopen_twice_none in it", "eval",
      "require 'twice.none'")
  end)

  it("of C works in many actors at once", function()
    assert.equal("1275\n", eval [[
      local task = require "troupe.task"
      local tasks, sum = {}, 0
      for n = 1, 50 do
        tasks[n] = task.async("shop.rocks", "count")
      end
      for n = 1, 50 do sum = sum + (task.await(tasks[n])) end
      print(sum)]])
  end)

  it("of C that is none says so, where nothing can be written, too", function()
    local result = command.run({ built.file, "eval", "require 'torn'" },
      { directory = "/proc" })
    assert.equal(1, result.status)
    assert.matches("error loading module 'torn' from file " ..
      "'lua_modules/lib/lua/5.4/torn.so':\n\t/proc/self/fd/%d+: ",
      result.stderr)
  end)

  it("as bytecode is taken from it only", function()
    fails("attempt to load a binary chunk (mode is 't')", "eval",
      "assert(load(string.dump(function() end)))")
  end)
end)

describe("an asset", function()
  local CODE = [[
    local asset = require "troupe.asset"
    local function try(...)
      local values = table.pack(pcall(...))
      for n = 1, values.n do values[n] = ("%q"):format(tostring(values[n])) end
      print(table.concat(values, " "))
    end
    print(table.concat(asset.list(), " "))
    print(table.concat(asset.list "pages/", " "))
    print(table.concat(asset.list "none", " "))
    print(table.concat(asset.list "../", " "))
    print(("%q"):format(asset.read "pages/index.html"))
    try(asset.read, "none")
    try(asset.read, "pages")
    try(asset.read, "pages.txt/x")
    for _, name in ipairs { "../shop-dev-1.rockspec", "/etc/passwd", "",
      "pages/../pages.txt", "./pages.txt", "pages/", "a\0b", false } do
      try(asset.read, name)
    end
    try(asset.list, 5)]]

  local SAID = [[
pages.txt pages/about.html pages/index.html
pages/about.html pages/index.html


"<p>\0\1"
"true" "nil" "assets/none: no such asset"
"true" "nil" "assets/pages: no such asset"
"true" "nil" "assets/pages.txt/x: no such asset"
]]

  it("is read and listed alike in a project and in a release", function()
    shop:write("cli/look.lua", "return { run = function()\n" .. CODE ..
      "\nend }")
    local there = shop:troupe "look"
    local here = eval(CODE)
    assert.equal("", there.stderr)
    assert.equal(SAID, there.stdout:sub(1, #SAID))
    assert.equal(SAID, here:sub(1, #SAID))
    for _, text in ipairs { there.stdout, here } do
      local _, count = text:gsub("expected name to be the name of an asset, " ..
        "got ", "")
      assert.equal(8, count, text)
      assert.matches("expected prefix to be a string, got 5", text, 1, true)
    end
  end)

  it("is found from a folder below, too", function()
    shop.below = "lua"
    local result = shop:troupe("-e", "print(require('troupe.asset').read " ..
      "'pages/about.html')")
    shop.below = nil
    assert.same({ status = 0, stdout = "about\n", stderr = "" }, result)
  end)

  it("is none where there is no folder of them", function()
    local nowhere = project.empty()
    assert.equal("0\tnil\tassets/a: no such asset\n", nowhere:troupe("-e",
      "local asset = require 'troupe.asset' " ..
      "print(#asset.list(), asset.read 'a')").stdout)
  end)
end)
