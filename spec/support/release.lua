-- What `troupe build` makes of a project, at work where nothing of it is.
--
--   local shop = project.new()
--   local built = release.build(shop)
--   local result = built:run("eval", "1 + 1")
--
-- It runs in a folder that has modules of the same names, and is told of
-- others by LUA_PATH: none of them is to be found.

local command = require "support.command"

local release = {}
release.__index = release

local STRAY = "error('a stray module', 0)"

local function elsewhere()
  local folder = command.directory()
  os.execute(("mkdir -p %s/lua/shop %s/config %s/assets"):format(folder,
    folder, folder))
  for _, name in ipairs { "lua/shop.lua", "lua/shop/counter.lua", "stray.lua",
    "lua/stray.lua", "config/prod.lua" } do
    command.write(folder .. "/" .. name, STRAY)
  end
  command.write(folder .. "/assets/stray.txt", "stray")
  return folder
end

---@param shop table of support.project
---@return table
function release.build(shop)
  local result = shop:troupe "build"
  assert(result.status == 0, result.stderr)
  local folder = elsewhere()
  return setmetatable({ file = shop.folder .. "/build/shop", folder = folder,
    runtime = command.directory(), built = result }, release)
end

--- The same at another place.
---@param file string
---@return table
function release:copy(file)
  os.execute(("cp %s %s"):format(command.quote(self.file),
    command.quote(file)))
  return setmetatable({ file = file }, { __index = self })
end

function release:options()
  return { directory = self.folder, environment = {
    TROUPE_RUNTIME_DIR = self.runtime,
    LUA_PATH = self.folder .. "/?.lua", LUA_CPATH = "./?.so" } }
end

---@param ... string
---@return table result as of support.command
function release:run(...)
  return command.run({ self.file, ... }, self:options())
end

---@param ... string
---@return table process
function release:start(...)
  return command.start({ self.file, ... }, self:options())
end

--- A module of C that can be required as `twice`, and as `twice.part`; its
--- `count` gives numbers, each once.
---@param shop table of support.project
function release.add_rock(shop)
  shop:write("twice.c", [[
    #include <lauxlib.h>
    #include <lua.h>
    static int counted;
    static int twice(lua_State *L) {
      lua_pushinteger(L, 2 * luaL_checkinteger(L, 1));
      return 1;
    }
    static int count(lua_State *L) {
      lua_pushinteger(L, __atomic_add_fetch(&counted, 1, __ATOMIC_SEQ_CST));
      return 1;
    }
    static const luaL_Reg functions[] = {
        {"twice", twice}, {"count", count}, {NULL, NULL}};
    int luaopen_twice(lua_State *L) {
      luaL_newlib(L, functions);
      return 1;
    }
    int luaopen_twice_part(lua_State *L) {
      lua_pushliteral(L, "a part");
      return 1;
    }
  ]])
  shop:write("lua_modules/lib/lua/5.4/.keep", "")
  local result = command.run({ "gcc", "-shared", "-fPIC",
    "-I/usr/include/lua5.4", "-o", "lua_modules/lib/lua/5.4/twice.so",
    "twice.c" }, { directory = shop.folder })
  assert(result.status == 0, result.stderr)
end

return release
