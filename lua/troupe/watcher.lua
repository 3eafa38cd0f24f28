--- Looks at the files of loaded modules twice a second, and reloads those that
-- have changed: `troupe run --watch`. Not for scripts: see troupe.reload.
--
-- The log has a line for each change: "shop.account: version 2, 15 actors, 12
-- ms", or what is wrong; then the next change is tried.

local core = require "troupe.core"
local exchange = require "troupe.exchange"
local reload = require "troupe.reload"
local troupe = require "troupe"

local SPAN = 0.5 -- seconds

local watcher = {info = {}}

function watcher.init()
  troupe.every(SPAN, troupe.self(), "look")
  return {stamps = {}}
end

local function tell(result)
  core.log("info", ("%s: version %s, %d actor%s, %.3g ms"):format(
    result.module, result.version, result.actors,
    result.actors == 1 and "" or "s", result.seconds * 1000))
end

-- Its own stack is of no interest; where another actor raised it is.
local function tell_problem(problem)
  local own = type(problem) == "table" and problem.message and
    #problem.trace == 1
  core.log("error", own and problem.message or tostring(problem))
end

-- True: it is done with, for better or worse.
local function try(file, name)
  local ok, result, why = pcall(reload.file, file, name)
  if not ok then
    tell_problem(result)
  elseif result then
    tell(result)
  end
  return why ~= "busy"
end

-- One that is seen for the first time may have changed since it was loaded.
function watcher.info.look(state)
  for file, entry in pairs(exchange.files()) do
    local name, stamp = entry[1], entry[2]
    if stamp and stamp ~= state.stamps[file] and try(file, name) then
      state.stamps[file] = stamp
    end
  end
end

return watcher
