-- troupe deps: what is wanted is installed, locked, changed and removed.

local command = require "support.command"
local project = require "support.project"
local rocks = require "support.rocks"

local function hello(version)
  return { "hello", version, { "lua ~> 5.4" },
    files = { ["hello.lua"] = ("return %q\n"):format(version) } }
end

local LOCK = [[
return {
   dependencies = {
%s   },
}
]]

local function lock_text(...)
  return LOCK:format(table.concat({ ... }, ",\n") .. "\n")
end

describe("troupe deps", function()
  local server, shop

  lazy_setup(function()
    server = rocks.server {
      hello "1.0", hello "2.0", hello "2.1",
      { "greeter", "1.0", { "hello < 2" }, files = {
        ["greeter.lua"] = 'return "hello " .. require("hello")\n',
        greet = '#!/usr/bin/env lua\nio.write(require "greeter", "\\n")\n' } },
      { "checker", "0.3", {}, files = { ["checker.lua"] = "return {}" } },
    }
  end)

  before_each(function() shop = rocks.project(server) end)

  -- The lines that it prints, with nothing on standard error.
  local function says(lines, ...)
    local result = shop:deps(...)
    assert.same({ status = 0, stderr = "", stdout = table.concat(lines, "\n") ..
      (lines[1] and "\n" or "") }, result)
  end

  local function wanted()
    return shop:read "shop-dev-1.rockspec":match "\n(dependencies[^\n]*)"
  end

  it("adds the newest, lists it, locks it as LuaRocks does", function()
    local before = shop:read "shop-dev-1.rockspec"
    says({ "getting hello 2.1-1", "wrote shop-dev-1.rockspec",
      "wrote luarocks.lock" }, "add", "hello")
    assert.equal((before:gsub('"lua ~> 5.4"', '%0, "hello ~> 2"')),
      shop:read "shop-dev-1.rockspec")
    says({ "ROCK   WANTED  INSTALLED  LOCKED",
      "hello  ~> 2    2.1-1      2.1-1" })
    assert.equal("deps.log", shop:left())
    local text = lock_text('      hello = "2.1-1"', '      lua = "5.4-1"')
    assert.equal(text, shop:read "luarocks.lock")
    local plain = command.run("luarocks --lua-version=5.4 --tree=tree " ..
      "--only-server=" .. command.quote(server) .. " make --deps-only " ..
      "--pin shop-dev-1.rockspec", { directory = shop.folder,
      environment = rocks.environment() })
    assert.equal(0, plain.status, plain.stderr)
    assert.equal(text, shop:read "luarocks.lock")
    assert.equal("", command.lines("ls -A " .. command.quote(
      rocks.environment().HOME) .. "; echo")[1])
  end)

  it("finds versions that are good for all", function()
    shop:deps("add", "hello", ">= 1")
    says({ "getting greeter 1.0-1", "getting hello 1.0-1",
      "removed hello 2.1-1", "wrote shop-dev-1.rockspec",
      "wrote luarocks.lock" }, "add", "greeter")
    assert.equal('dependencies = { "lua ~> 5.4", "hello >= 1", ' ..
      '"greeter ~> 1" }', wanted())
    -- What the tree was called meanwhile is nowhere in it.
    local greet = command.run { shop.folder .. "/lua_modules/bin/greet" }
    assert.same({ status = 0, stdout = "hello 1.0\n", stderr = "" }, greet)
    assert.is_nil(os.execute("grep -rq build/d " ..
      command.quote(shop.folder .. "/lua_modules")))
    local before = shop:all()
    assert.same({ status = 1, stdout = "", stderr = "troupe: cannot remove " ..
      "hello: greeter 1.0-1 needs it\n" }, shop:deps("remove", "hello"))
    assert.equal(before, shop:all())
    -- The same again, from the lock.
    shop:remove "lua_modules"
    says({ "ROCK     WANTED  INSTALLED  LOCKED",
      "hello    >= 1    -          1.0-1", "greeter  ~> 1    -          1.0-1",
      "lua_modules: lacks greeter 1.0-1, which luarocks.lock has " ..
      "(run troupe deps get)", "lua_modules: lacks hello 1.0-1, which " ..
      "luarocks.lock has (run troupe deps get)" }, "list")
    assert.matches("lua_modules has 2 rocks, as luarocks.lock says\n$",
      shop:deps("get", "--locked").stdout)
    assert.equal(before, shop:all())
    assert.equal("hello 1.0\n",
      command.run({ shop.folder .. "/lua_modules/bin/greet" }).stdout)
  end)

  it("removes what nobody needs any more", function()
    shop:deps("add", "greeter")
    says({ "ROCK     WANTED            INSTALLED  LOCKED",
      "greeter  ~> 1              1.0-1      1.0-1",
      "hello    by greeter 1.0-1  1.0-1      1.0-1" }, "list")
    says({ "removed greeter 1.0-1", "removed hello 1.0-1",
      "wrote shop-dev-1.rockspec", "wrote luarocks.lock" }, "remove", "greeter")
    assert.equal('dependencies = { "lua ~> 5.4" }', wanted())
    assert.equal(lock_text '      lua = "5.4-1"', shop:read "luarocks.lock")
    assert.is_nil(shop:read "lua_modules/bin/greet")
    assert.is_nil(shop:read "lua_modules/share/lua/5.4/hello.lua")
  end)

  it("gets what the rockspec asks for, once", function()
    shop:want "hello < 2.1"
    says({ "ROCK   WANTED  INSTALLED  LOCKED", "hello  < 2.1   -          -",
      "no luarocks.lock here (run troupe deps get)" })
    says({ "getting hello 2.0-1", "wrote luarocks.lock",
      "lua_modules has 1 rock, as luarocks.lock says" }, "get")
    local before = shop:all()
    local _ <close> = setmetatable({}, { __close = function()
      os.rename(server .. ".gone", server) end })
    assert(os.rename(server, server .. ".gone"))
    says({ "lua_modules has 1 rock, as luarocks.lock says" }, "get")
    assert.equal(before, shop:all())
  end)

  it("brings what is there to what the lock says", function()
    shop:deps("add", "hello")
    shop:deps("add", "checker")
    shop:write("luarocks.lock", lock_text '      hello = "2.0-1"')
    shop:want "hello"
    says({ "ROCK     WANTED          INSTALLED  LOCKED",
      "hello    any             2.1-1      2.0-1",
      "checker  by nobody here  0.3-1      -",
      "lua_modules: has hello 2.1-1, but luarocks.lock has 2.0-1 " ..
      "(run troupe deps get)" }, "list")
    says({ "getting hello 2.0-1", "removed checker 0.3-1",
      "removed hello 2.1-1",
      "lua_modules has 1 rock, as luarocks.lock says" }, "get")
  end)

  it("updates all, or some", function()
    shop:want("hello ~> 2", "checker")
    shop:write("luarocks.lock", lock_text('      checker = "0.3-1"',
      '      hello = "2.0-1"'))
    shop:deps "get"
    says({ "getting hello 2.1-1", "removed hello 2.0-1",
      "wrote luarocks.lock" }, "update", "hello")
    says({ "getting hello 2.1-1", "getting checker 0.3-1" }, "update")
    -- What the rockspec no longer wants goes.
    shop:want "hello < 2"
    says({ "getting hello 1.0-1", "removed checker 0.3-1",
      "removed hello 2.1-1", "wrote luarocks.lock" }, "update", "hello")
  end)

  it("changes what was asked for", function()
    shop:deps("add", "hello", "2.0")
    assert.equal('dependencies = { "lua ~> 5.4", "hello 2.0" }', wanted())
    says({ "getting hello 1.0-1", "removed hello 2.0-1",
      "wrote shop-dev-1.rockspec", "wrote luarocks.lock" },
      "add", "hello", "<", "2")
    assert.equal('dependencies = { "lua ~> 5.4", "hello < 2" }', wanted())
  end)

  it("keeps apart what only tests need", function()
    shop:write("shop-dev-1.rockspec", (shop:read "shop-dev-1.rockspec":gsub(
      "\ntest_dependencies[^\n]*", "")))
    shop:deps("add", "hello")
    says({ "getting checker 0.3-1", "wrote shop-dev-1.rockspec",
      "wrote luarocks.lock" }, "add", "--test", "checker")
    assert.matches('\ntest_dependencies = { "checker ~> 0.3" }\n$',
      shop:read "shop-dev-1.rockspec")
    assert.equal([[
return {
   dependencies = {
      hello = "2.1-1",
      lua = "5.4-1"
   },
   test_dependencies = {
      checker = "0.3-1"
   },
}
]], shop:read "luarocks.lock")
    shop:remove "lua_modules"
    says({ "getting hello 2.1-1",
      "lua_modules has 1 rock, as luarocks.lock says" }, "get")
    says({ "getting checker 0.3-1",
      "lua_modules has 2 rocks, as luarocks.lock says" }, "get", "--test")
    says({ "ROCK     WANTED         INSTALLED  LOCKED",
      "hello    ~> 2           2.1-1      2.1-1",
      "checker  ~> 0.3 (test)  0.3-1      0.3-1" })
  end)

  it("takes a folder for a server, from where one is", function()
    local before = shop:read ".luarocks/config-5.4.lua"
    shop:remove ".luarocks"
    os.execute(("cp -r %s %s/rocks"):format(command.quote(server),
      command.quote(shop.folder)))
    shop.below = "lua"
    local result = command.run({ command.binary(), "deps", "add", "hello",
      "--server", "../rocks" }, { directory = shop.folder .. "/lua",
      environment = rocks.environment() })
    assert.same({ 0, "" }, { result.status, result.stderr })
    -- So may the project's settings.
    assert.matches(server, before, 1, true)
    shop:write(".luarocks/config-5.4.lua", 'rocks_servers = { { "rocks" } }')
    says({ "getting checker 0.3-1", "wrote shop-dev-1.rockspec",
      "wrote luarocks.lock" }, "add", "checker")
  end)

  it("says that nothing is wanted", function()
    says({ "shop-dev-1.rockspec asks for no rocks" })
  end)

  it("tells about itself, wants a project", function()
    assert.matches("^usage: troupe deps %[options%] %[COMMAND ...%]\n.*" ..
      "\n  list .*\n  get .*\n  add NAME .*\n  update .*\n  remove NAME ",
      shop:troupe("deps", "--help").stdout)
    for _, word in ipairs { "list", "get", "add", "update", "remove" } do
      assert.matches("^usage: troupe deps " .. word .. " ",
        shop:troupe("deps", word, "--help").stdout)
      assert.same({ status = 1, stdout = "", stderr = "troupe: no project " ..
        "here: no rockspec in this folder or above it\n" },
        project.empty():troupe("deps", word, "hello"))
    end
  end)
end)
