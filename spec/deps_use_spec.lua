-- Rocks in a project: every actor has them, and without them nothing runs.

local rocks = require "support.rocks"

-- How often it has been opened, in this process.
local FAST = [[
#include <lauxlib.h>

static int opened;

int luaopen_fast(lua_State *L) {
  lua_newtable(L);
  lua_pushinteger(L, __atomic_add_fetch(&opened, 1, __ATOMIC_RELAXED));
  lua_setfield(L, -2, "opened");
  return 1;
}
]]

local ACTORS = [[
local troupe = require "troupe"
local seen = {}
for index = 1, 8 do
  seen[index] = troupe.call(troupe.start "shop.user", "opened")
end
table.sort(seen)
print(table.concat(seen, " "), troupe.call(troupe.start "shop.user", "text"))
]]

local USER = [[
local fast = require "fast"
return { call = { opened = function() return fast.opened end,
  text = function() return require "hello".text end } }
]]

describe("a rock", function()
  local server

  lazy_setup(function()
    server = rocks.server {
      { "fast", "1.0", {}, files = { ["fast.c"] = FAST } },
      { "hello", "1.0", {}, files = {
        ["hello.lua"] = "return { text = 'hello' }" } },
    }
  end)

  it("is there in every actor, a C one too", function()
    local shop = rocks.project(server)
    shop:want("hello", "fast")
    assert.equal(0, shop:deps "get".status)
    shop:write("lua/shop/user.lua", USER)
    shop:write("actors.lua", ACTORS)
    assert.same({ status = 0, stdout = "1 2 3 4 5 6 7 8\thello\n",
      stderr = "" }, shop:troupe("run", "actors.lua"))
  end)

  it("is asked for in a line where it is missing", function()
    local shop = rocks.project(server)
    local function fails(message, ...)
      assert.same({ status = 1, stdout = "", stderr = "troupe: " .. message ..
        "\n" }, shop:troupe(...))
    end
    -- Nobody says that it comes from LuaRocks: it is looked for, in the end.
    local counter = shop:read "lua/shop/counter.lua"
    shop:want "hello"
    shop:write("lua/shop/counter.lua", 'require "hello"\n' .. counter)
    local absent = "no module hello; lua_modules: lacks hello, which " ..
      "shop-dev-1.rockspec wants (run troupe deps get)"
    fails(absent, "run")
    local application = shop:read "lua/shop.lua"
    shop:write("lua/shop.lua", 'require "hello"\n' .. application)
    fails(absent, "run")
    assert.matches(absent, shop:troupe "test".stdout, 1, true)
    shop:write("lua/shop.lua", 'require "shop.none"\n' .. application)
    assert.matches("module 'shop.none' not found", shop:troupe "run".stderr)
    assert.matches("module 'shop.none' not found", shop:troupe "test".stdout)
    -- The lock does say it.
    shop:write("lua/shop.lua", application)
    shop:write("lua/shop/counter.lua", counter)
    shop:write("luarocks.lock",
      'return { dependencies = { fast = "1.0-1", hello = "1.0-1" } }')
    for _, name in ipairs { "run", "test" } do
      fails("lua_modules: lacks fast 1.0-1, which luarocks.lock has (run " ..
        "troupe deps get), and 1 more", name)
    end
  end)

  it("departs from the lock, which check tells", function()
    local shop = rocks.project(server)
    shop:want("hello >= 2", "fast")
    shop:write("luarocks.lock", 'return { dependencies = { hello = "1.0-1" } }')
    local result = shop:troupe "check"
    assert.same({ 1, "luarocks.lock: has hello 1.0-1, but " ..
      "shop-dev-1.rockspec wants hello >= 2 (run troupe deps update hello)\n" ..
      "luarocks.lock: lacks fast, which shop-dev-1.rockspec wants (run " ..
      "troupe deps update fast)\n" }, { result.status, result.stdout })
    shop:want ">= 2"
    assert.equal('shop-dev-1.rockspec:9: cannot read the dependency ">= 2": ' ..
      "expected the name of a rock\n", shop:troupe "check".stdout)
  end)
end)
