-- troupe deps, when something is wrong: a line, a status, and nothing changed.

local command = require "support.command"
local eventually = require "support.eventually"
local rocks = require "support.rocks"

describe("troupe deps", function()
  local server, shop, started

  lazy_setup(function()
    started = command.directory() .. "/started"
    server = rocks.server {
      { "hello", "1.0", {}, files = { ["hello.lua"] = "return 1" } },
      { "hello", "2.0", {}, files = { ["hello.lua"] = "return 2" } },
      { "old", "1.0", { "hello < 2" }, files = { ["old.lua"] = "" } },
      { "new", "1.0", { "hello >= 2" }, files = { ["new.lua"] = "" } },
      { "odd", "1.0", { "hello >> 1" }, files = { ["odd.lua"] = "" } },
      { "fast", "1.0", {}, files = { ["fast.c"] = "int luaopen_fast;" } },
      { "broken", "1.0", {}, files = { ["broken.c"] = "int oops = none;" } },
      { "deep", "1.0", { "broken" }, files = { ["deep.lua"] = "" } },
      { "slow", "1.0", {}, files = {}, build = ('{ type = "command", ' ..
        'build_command = "touch %s; %s" }'):format(started, command.idle()) },
    }
    -- All begin with the same.
    shop = rocks.project(server)
    local result = shop:deps("add", "hello", "< 2")
    assert.equal(0, result.status, result.stderr)
  end)

  -- It tells that in a line, and changes nothing.
  local function fails(message, ...)
    local before = shop:all()
    local result = shop:deps(...)
    assert.same({ 1, "troupe: " .. message .. "\n" },
      { result.status, result.stderr })
    assert.equal(before, shop:all())
    assert.equal("deps.log", shop:left())
  end

  -- While a file of the project is another.
  local function with(file, text, act)
    local former = shop:read(file)
    shop:write(file, text)
    local good, why = pcall(act)
    shop:write(file, former)
    if not good then error(why, 0) end
  end

  local function logged(message) return message .. " (see build/deps.log)" end

  it("finds no such rock", function()
    fails(logged "cannot find none: no rocks server has it for Lua 5.4",
      "add", "none")
    fails(logged "cannot find hello >= 3: no rocks server has it for Lua 5.4",
      "add", "hello", ">= 3")
    assert.matches("\n$ cd .*\nError: Could not satisfy dependency hello >= 3",
      "\n" .. shop:read "build/deps.log")
  end)

  it("finds no version that is good for all", function()
    fails("shop-dev-1.rockspec wants hello < 2, new 1.0-1 wants hello >= 2: " ..
      "no version is good for all", "add", "new")
  end)

  it("cannot build a rock", function()
    fails(logged("cannot build broken 1.0-1: broken.c:1:12: error: 'none' " ..
      "undeclared here (not in a function)"), "add", "deep")
    local own = shop:read ".luarocks/config-5.4.lua"
    with(".luarocks/config-5.4.lua", own .. "variables = { CC = 'gcc-7' }",
      function()
        fails(logged "cannot build fast 1.0-1: gcc-7 is not installed",
          "add", "fast")
      end)
    with(".luarocks/config-5.4.lua", own ..
      "variables = { LUA_INCDIR = '/none' }", function()
        fails(logged("cannot build rocks: the headers of Lua are not " ..
          "installed (Debian: liblua5.4-dev)"), "add", "fast")
      end)
  end)

  it("says what a rock has wrong", function()
    local result = shop:deps("add", "odd")
    assert.equal(1, result.status)
    assert.matches("^troupe: cannot build odd 1.0%-1: [^\n]*'hello >> 1'" ..
      "[^\n]* %(see build/deps.log%)\n$", result.stderr)
  end)

  it("has no server", function()
    fails(logged "cannot find new: no answer from http://127.0.0.1:9",
      "add", "new", "--server", "http://127.0.0.1:9/")
    fails("no such folder: none", "add", "new", "--server", "none")
    fails("lua is no rocks server: it has no manifest (see luarocks-admin " ..
      "make-manifest)", "add", "new", "--server", "lua")
  end)

  it("has no LuaRocks", function()
    local folder = command.directory()
    for _, name in ipairs { "sh", "env", "mkdir", "rm", "pwd", "cat", "mktemp",
      "ls", "timeout" } do
      os.execute(("ln -s $(command -v %s) %s"):format(name,
        command.quote(folder)))
    end
    local result = command.run({ command.binary(), "deps", "add", "new" },
      { directory = shop.folder, environment = { PATH = folder } })
    assert.same({ 1, "troupe: luarocks is not installed (Debian: luarocks)\n" },
      { result.status, result.stderr })
    assert.equal("deps.log", shop:left())
  end)

  it("cannot read what it is given", function()
    fails('cannot read the dependency "hello >> 1": expected an operator ' ..
      "(== ~= < > <= >= ~>) and a version", "add", "hello", ">> 1")
    fails("no dependency helo; did you mean hello?", "update", "helo")
    fails("shop-dev-1.rockspec: dependencies has no helo; did you mean hello?",
      "remove", "helo")
    fails("shop-dev-1.rockspec: dependencies has hello < 2 already",
      "add", "hello")
    fails("expected NAME (see troupe deps add --help)", "add")
    fails("unknown command deps ad; did you mean add? (see troupe deps --help)",
      "ad", "hello")
    fails("expected no argument, got also hello (see troupe deps list --help)",
      "list", "hello")
    fails("unknown option --lock; did you mean --locked? (see troupe deps " ..
      "get --help)", "get", "--lock")
  end)

  it("cannot read a file", function()
    local former = shop:read "shop-dev-1.rockspec"
    local function rockspec(list)
      return (former:gsub("\ndependencies[^\n]*", "\n" .. list))
    end
    with("shop-dev-1.rockspec", rockspec 'dependencies = { "hello >> 1" }',
      function()
        fails('shop-dev-1.rockspec:9: cannot read the dependency "hello >> ' ..
          '1": expected an operator (== ~= < > <= >= ~>) and a version', "get")
      end)
    with("shop-dev-1.rockspec", rockspec "dependencies = {", function()
      fails("shop-dev-1.rockspec:11: '}' expected (to close '{' at line 9) " ..
        "near 'test'", "get")
    end)
    with("shop-dev-1.rockspec", rockspec "dependencies = 5", function()
      fails("shop-dev-1.rockspec: expected dependencies to be a list", "list")
    end)
    with("luarocks.lock", "return {\n<<<<<<< ours\n", function()
      fails("luarocks.lock:2: unexpected symbol near '<<'", "get")
    end)
    with("luarocks.lock", "return { dependencies = { 5 } }", function()
      fails("luarocks.lock: expected dependencies to be a table of names " ..
        "and versions", "get")
    end)
    with(".luarocks/config-5.4.lua", "rocks_servers = {", function()
      fails(".luarocks/config-5.4.lua:1: unexpected symbol near <eof>",
        "add", "new")
    end)
  end)

  it("has a lock that does not fit", function()
    local former = shop:read "luarocks.lock"
    with("luarocks.lock", (former:gsub("1.0%-1", "2.0-1")), function()
      fails("luarocks.lock: has hello 2.0-1, but shop-dev-1.rockspec wants " ..
        "hello < 2 (run troupe deps update hello)", "get")
    end)
    with("luarocks.lock", "return { dependencies = {} }", function()
      fails("luarocks.lock: lacks hello < 2, which shop-dev-1.rockspec " ..
        "wants (run troupe deps update hello)", "get", "--locked")
    end)
    with("luarocks.lock", (former:gsub("1.0%-1", "1.1-1")), function()
      fails(logged("cannot find hello 1.1-1: no rocks server has it for Lua " ..
        "5.4"), "get")
    end)
    with("luarocks.lock", "return {}", function()
      fails("no test_dependencies in luarocks.lock here (run troupe deps " ..
        "get without --locked)", "get", "--test", "--locked")
    end)
  end)

  it("has a lock that lacks what a rock needs", function()
    local fresh = rocks.project(server)
    fresh:want "old"
    fresh:write("luarocks.lock", 'return { dependencies = { old = "1.0-1", ' ..
      'hello = "2.0-1" } }')
    local before = fresh:all()
    local result = fresh:deps "get"
    assert.same({ 1, "troupe: luarocks.lock: has nothing for hello < 2, " ..
      "which old 1.0-1 wants (run troupe deps update hello)\n" },
      { result.status, result.stderr })
    assert.equal(before, fresh:all())
  end)

  -- The same project elsewhere.
  local function moved(name)
    local folder = command.directory() .. "/" .. name
    os.execute(("cp -r %s %s"):format(command.quote(shop.folder),
      command.quote(folder)))
    return setmetatable({ folder = folder }, getmetatable(shop))
  end

  it("takes a folder of any name, but for a line break", function()
    local odd = moved "-a 'b\" $(c) %d"
    local result = odd:deps("add", "hello", ">= 2")
    assert.same({ 0, "" }, { result.status, result.stderr })
    assert.equal("return 2", odd:read "lua_modules/share/lua/5.4/hello.lua")
    local broken = moved "a\nb"
    local before = broken:all()
    result = broken:deps("add", "old")
    assert.same({ 1, "troupe: cannot work in build/: the path of the " ..
      "project has a line break\n" }, { result.status, result.stderr })
    assert.equal(before, broken:all())
  end)

  -- Starts to install what is not built soon, and ends it.
  local function interrupt(line)
    os.remove(started)
    local before = shop:all()
    local process = command.start({ "setsid", command.binary(), "deps", "add",
      "slow" }, { directory = shop.folder,
      environment = rocks.environment() })
    eventually(function() return command.read(started) end)
    assert(process.pid > 1)
    os.execute(line:format(process.pid))
    local result = process:wait()
    os.execute(("kill -KILL -%d 2>/dev/null"):format(process.pid))
    assert.equal(before, shop:all())
    return result
  end

  it("is interrupted at its terminal, and has done nothing", function()
    assert.equal(130, interrupt("kill -INT -%d").status)
    assert.equal("deps.log", shop:left())
  end)

  it("is killed, and the next one removes what it left", function()
    assert.equal(137, interrupt("kill -KILL %d").status)
    assert.matches("w%.", shop:left())
    fails(logged "cannot find none: no rocks server has it for Lua 5.4",
      "add", "none")
  end)
end)
