--- The project that a command works in: a folder with a rockspec. Not for
--- scripts: see troupe.cli.
--
-- The working directory is that folder. The manifest is the rockspec; where
-- there are several, as LuaRocks has one for each version, the one in
-- development. All modules are below a common top name, the package's, with
-- _ where that has -: package "web-shop" is lua/web_shop.lua, lua/web_shop/.

local shell = require "troupe.cli.shell"

local project = {}

-- Those of a version in development come first.
local function manifests()
  local files = shell.lines "ls *.rockspec 2>/dev/null"
  local development = {}
  for _, file in ipairs(files) do
    if file:find "%-dev%-%d+%.rockspec$" or file:find "%-scm%-%d+%.rockspec$"
    then development[#development + 1] = file end
  end
  return development[1] and development or files
end

--- What a text of assignments sets, as a rockspec is one; nil and what was
--- raised, as a line that begins with the file and the line.
---@param text string
---@param file string
---@return table|nil fields, string|nil why
function project.evaluate(text, file)
  local fields = {}
  local chunk, why = load(text, "@" .. file, "t", fields)
  if not chunk then return nil, why end
  local good
  good, why = pcall(chunk)
  if not good then return nil, tostring(why) end
  return fields
end

--- The same of a file.
---@param file string
---@return table|nil fields, string|nil why
function project.load(file)
  local text, why = shell.read(file)
  if not text then return nil, why end
  return project.evaluate(text, file)
end

--- Reads the manifest: `package`, `version`, `module` (the common top name),
--- `file` and all `fields` of the rockspec; nil and what is wrong with it.
---@return table|nil found, string|nil why
function project.read()
  local files = manifests()
  local file = files[#files]
  if not file then return nil, "no rockspec can be read here" end
  local fields, why = project.load(file)
  if not fields then return nil, why end
  for _, name in ipairs { "package", "version" } do
    if type(fields[name]) ~= "string" then
      return nil, ("%s: expected %s to be a string"):format(file, name)
    end
  end
  local module = fields.package:lower():gsub("-", "_")
  return { file = file, package = fields.package, version = fields.version,
    module = module, fields = fields }
end

return project
