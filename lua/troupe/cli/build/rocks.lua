--- The rocks in lua_modules/, as LuaRocks' manifest of them lists them. Not for
--- scripts: see `troupe build`.

local project = require "troupe.cli.project"

local rocks = {}

rocks.MODULES = "lua_modules/share/lua/5.4"
rocks.NATIVES = "lua_modules/lib/lua/5.4"

local MANIFEST = "lua_modules/lib/luarocks/rocks-5.4/manifest"

-- By name, {dependencies = {NAME = VERSION}, modules = {NAME = FILE}}; nil if
-- there is nothing that can be read as that.
local function read()
  local fields = project.load(MANIFEST)
  if not fields or type(fields.repository) ~= "table" then return nil end
  local found = {}
  for name, versions in pairs(fields.repository) do
    for _, entries in pairs(versions) do found[name] = entries[1] end
  end
  return found
end

local function follow(found, name, needed)
  if needed[name] or not found[name] then return end
  needed[name] = true
  for other in pairs(found[name].dependencies or {}) do
    follow(found, other, needed)
  end
end

local function files_of(rock, files)
  for _, file in pairs(rock.modules or {}) do
    files[rocks.MODULES .. "/" .. file] = true
    files[rocks.NATIVES .. "/" .. file] = true
  end
end

--- The files of those that are neither a dependency of the project's nor of
--- one: busted, where it is there for the specs. What no rock has brought is
--- not among them.
---@param manifest table what project.read gives
---@return table<string, boolean> files, string[] names
function rocks.unneeded(manifest)
  local found, wanted = read(), manifest.fields.dependencies
  local needed, kept, files, names = {}, {}, {}, {}
  if not found or type(wanted) ~= "table" then return files, names end
  for _, line in ipairs(wanted) do
    follow(found, tostring(line):match "%S+":lower(), needed)
  end
  for name, rock in pairs(found) do
    if needed[name] then files_of(rock, kept) else names[#names + 1] = name end
  end
  for _, name in ipairs(names) do files_of(found[name], files) end
  for file in pairs(kept) do files[file] = nil end
  table.sort(names)
  return files, names
end

return rocks
