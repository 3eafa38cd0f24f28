--- What the rockspec wants. Not for scripts: see `troupe deps`.

local dependency = require "troupe.cli.deps.dependency"
local rockspec = require "troupe.cli.deps.rockspec"
local shell = require "troupe.cli.shell"

local wanted = {}

-- With the file, and the line if it is in one.
local function at_line(project, key, culprit, why)
  local text = culprit and shell.read(project.file)
  local line = text and rockspec.line_of(text, key, culprit)
  return ("%s:%s %s"):format(project.file, line and line .. ":" or "", why)
end

--- Its lists of dependencies, by key; nil and what is wrong with it.
---@param project table
---@return table|nil wants, string|nil why
function wanted.read(project)
  local wants = {}
  for _, key in ipairs { "dependencies", "test_dependencies" } do
    local list, why, culprit = dependency.list(project.fields, key)
    if not list then return nil, at_line(project, key, culprit, why) end
    wants[key] = list
  end
  return wants
end

return wanted
