--- The application of a project: what `troupe run` starts without a file. Not
--- for scripts: see troupe.cli.
--
-- It is a module with a function `start` that returns a supervisor, or nil and
-- why not: the one with the project's name, or, where there are several to
-- choose from, the one that the setting `application` names.

local core = require "troupe.core"
local deps = require "troupe.cli.deps.state"
local log = require "troupe.log"
local troupe = require "troupe"

local application = {}

--- The name of its module, and its file; nil and why there is none.
---@param project table
---@param setting any what `application` is set to; nil: as it is here
---@return string|nil name, string why
function application.find(project, setting)
  if setting == nil then setting = troupe.config "application" end
  local name = setting == nil and project.module or setting
  if type(name) ~= "string" then
    return nil, ("expected the setting application to be a module's name, " ..
      "got %s"):format(core.describe(name))
  end
  local file = package.searchpath(name, package.path)
  if file then return name, file end
  return nil, ("no application here: no module %s, which %s names"):format(
    name, setting ~= nil and "the setting application" or project.file)
end

local function start(name, file)
  local module = require(name)
  if type(module) ~= "table" or type(module.start) ~= "function" then
    return nil, ("%s: expected a table with a function `start`, got %s")
      :format(file, core.describe(module))
  end
  local supervisor, why = module.start()
  if not supervisor and why ~= nil then
    return nil, ("%s did not start: %s"):format(name, tostring(why))
  end
  local good = pcall(troupe.monitor, supervisor)
  if not good then
    return nil, ("%s: expected `start` to return its supervisor, got %s")
      :format(file, core.describe(supervisor))
  end
  log.info("%s runs, in the environment %s", name, os.getenv "TROUPE_ENV")
  return { supervisor = supervisor }
end

-- A rock that is missing needs a line, and no trace.
local function try(project, name, file)
  local good, state, why = pcall(start, name, file)
  if good and state then return state end
  local line = deps.explain(project, good and why or state)
  if line then return nil, line end
  if not good then error(state, 0) end
  return nil, why
end

-- How it is started, for a project whose rocks may be missing.
local function starter(project)
  local good, why = deps.check()
  if not good then return nil, why end
  if not deps.lacking(project) then return start end
  return function(...) return try(project, ...) end
end

--- The behaviour of the actor that starts it, and ends with it. What is no
--- project but a release (without `fields`) has its rocks in it.
---@param project table
---@return table|nil behaviour, string|nil why
function application.behaviour(project)
  local name, file = application.find(project)
  if not name then return nil, file end
  local init, why = start
  if project.fields then init, why = starter(project) end
  if not init then return nil, why end
  return {
    init = function() return init(name, file) end,
    down = function(state, pid, reason)
      if reason == "noactor" then
        reason = name .. " did not start: its supervisor has ended"
      end
      troupe.exit(reason)
    end,
  }
end

return application
