--- A file of settings, as commands see it. Not for scripts: see troupe check.
--
-- It is run in an actor of its own, which the host ends if it does not end.

local core = require "troupe.core"
local troupe = require "troupe"

local settings = { call = {} }

local CPU = 2 -- seconds, as for the host itself: host/script/settings.c

-- Where a setting is that is no data; nil: all are.
local function stranger(value, path)
  local kind = type(value)
  if kind == "function" or kind == "userdata" or kind == "thread" then
    return ("%s is a %s"):format(path, kind)
  end
  if kind ~= "table" then return nil end
  for key, inner in pairs(value) do
    local found = stranger(inner, path .. "." .. tostring(key))
    if found then return found end
  end
end

local function check_values(add, file, values)
  for name, value in pairs(values) do
    if type(name) ~= "string" then
      add("%s: expected names of settings to be strings, got %s",
        file, core.describe(name))
      return
    end
    local found = stranger(value, name)
    if found then
      add("%s: expected settings to be data: %s", file, found)
    end
  end
end

function settings.call.look(_, file)
  local complaints = {}
  local function add(format, ...)
    complaints[#complaints + 1] = format:format(...)
  end
  local good, values = pcall(dofile, file)
  local application
  if not good then
    add("%s", tostring(values))
  elseif type(values) ~= "table" then
    add("%s: expected it to return a table, got %s", file,
      core.describe(values))
  else
    check_values(add, file, values)
    local setting = values.application
    if not stranger(setting, "") then application = setting end
  end
  return complaints, application
end

--- What is wrong with it, and what it says is the application.
---@param file string
---@return string[] complaints, any application
function settings.look(file)
  local pid = troupe.start("troupe.cli.settings", nil, { cpu = CPU })
  local good, complaints, setting = pcall(troupe.call, pid, "look", file)
  if not good then
    troupe.kill(pid)
    return { ("%s: did not end within %d s"):format(file, CPU) }
  end
  troupe.stop(pid)
  return complaints, setting
end

return settings
