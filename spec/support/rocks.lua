-- A rocks server that is a folder, and a project that gets its rocks there.
--
--   local server = rocks.server {
--     { "hello", "1.0", files = { ["hello.lua"] = "return 1" } },
--     { "greeter", "1.0", { "hello < 2" }, files = { ... } },
--   }
--   local shop = rocks.project(server)
--   shop:deps("add", "hello")
--
-- A file in Lua or C is a module, one without a suffix a command. All
-- processes have an empty home.

local command = require "support.command"
local project = require "support.project"

local rocks = {}

local ROCKSPEC = [[
rockspec_format = "3.0"
package = "%s"
version = "%s-1"
source = { url = "file://%s" }
dependencies = { %s }
build = %s
]]

-- How LuaRocks is to build these files.
local function build_of(files)
  local modules, commands = {}, {}
  for file in pairs(files) do
    local name = file:match "^(.*)%.%w+$"
    if name then
      modules[#modules + 1] = ("[%q] = %q"):format(name, file)
    else
      commands[#commands + 1] = ("[%q] = %q"):format(file, file)
    end
  end
  return ('{ type = "builtin", modules = { %s }, install = { bin = { %s } } }')
    :format(table.concat(modules, ", "), table.concat(commands, ", "))
end

local function add(folder, rock)
  local name, version = rock[1], rock[2]
  local base = name .. "-" .. version
  os.execute("mkdir " .. command.quote(folder .. "/" .. base))
  for file, text in pairs(rock.files) do
    command.write(("%s/%s/%s"):format(folder, base, file), text)
  end
  command.lines(("cd %s && tar czf %s.tar.gz %s && rm -r %s"):format(
    command.quote(folder), base, base, base))
  local wanted = {}
  for index, text in ipairs(rock[3] or {}) do
    wanted[index] = ("%q"):format(text)
  end
  command.write(("%s/%s-1.rockspec"):format(folder, base), ROCKSPEC:format(
    name, version, ("%s/%s.tar.gz"):format(folder, base),
    table.concat(wanted, ", "), rock.build or build_of(rock.files)))
end

--- The folder of a server that has these rocks.
---@param all table[] {name, version, dependencies, files =, build =} each
---@return string
function rocks.server(all)
  local folder = command.directory()
  for _, rock in ipairs(all) do add(folder, rock) end
  command.lines("luarocks-admin make-manifest " .. command.quote(folder) ..
    " 2>&1")
  return folder
end

local home

--- What all processes here have.
---@return table environment
function rocks.environment()
  home = home or command.directory()
  return { HOME = home, LC_ALL = "C" }
end

local place = setmetatable({}, { __index = project })
place.__index = place

--- A new project, of which LuaRocks looks on that server only.
---@param server string
---@return table
function rocks.project(server)
  local self = setmetatable(project.new(), place)
  self:write(".luarocks/config-5.4.lua",
    ("rocks_servers = { %q }\n"):format(server))
  return self
end

--- Runs `troupe deps` in it.
---@param ... string
---@return table result as of support.command
function place:deps(...)
  return command.run({ command.binary(), "deps", ... },
    { directory = self.folder, environment = rocks.environment() })
end

--- Sets what the rockspec wants.
---@param ... string
function place:want(...)
  local words = { '"lua ~> 5.4"' }
  for _, text in ipairs { ... } do words[#words + 1] = ("%q"):format(text) end
  local file = "shop-dev-1.rockspec"
  self:write(file, (self:read(file):gsub("\ndependencies = %b{}",
    "\ndependencies = { " .. table.concat(words, ", ") .. " }")))
end

--- All its files but those in build/, and what is in them, as a text.
---@return string
function place:all()
  return table.concat(command.lines("cd " .. command.quote(self.folder) ..
    " && find . -path ./build -prune -o -type f -print0 | sort -z | " ..
    "xargs -0 md5sum"), "\n")
end

--- What is left of the work in build/.
---@return string
function place:left() return self:list "build" end

return rocks
