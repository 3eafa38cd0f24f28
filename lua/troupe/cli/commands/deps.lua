--- troupe deps [list|get|add|update|remove] ...

local list = require "troupe.cli.deps.list"

return {
  summary = "get the rocks that the project needs, with LuaRocks",
  help = [[
The rockspec says what is needed, luarocks.lock which versions exactly, and
lua_modules/ is where they are installed: for Lua 5.4, and for this project
only. Without a word they are listed.

Rocks come from the rocks_servers that .luarocks/config-5.4.lua in the project
names, else from luarocks.org. What LuaRocks says is in build/deps.log.]],
  options = list.options,
  project = true,
  settings = false,
  run = list.run,
  commands = {
    list,
    require "troupe.cli.deps.get",
    require "troupe.cli.deps.add",
    require "troupe.cli.deps.update",
    (require "troupe.cli.deps.remove"),
  },
}
