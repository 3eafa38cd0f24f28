-- Scripts that mean harm, and a witness that answers calls while they run.
--
--   local result = hostile.run(case, { cpu = 0.5, memory = 32 * 1024 * 1024 })
--   result.ended, result.reason, result.after, result.calls
--
-- A case is a list: its name; how it may end, alternatives separated by "|";
-- the source, which runs in a handler of fixtures/puppet.lua. An end is "cpu",
-- "memory", "killed", "normal", "survived" (the handler returned), "error" (of
-- its own, whatever it is), or part of its own error's message.

local troupe = require "troupe"

local hostile = {}

hostile.files = { "loop", "metamethod", "library", "hook", "memory",
  "endless" }

local PATIENCE = tonumber(os.getenv "TROUPE_SPEC_PATIENCE") or 1
local LIMIT = 30 -- seconds until a case counts as stuck
local CALLS = 20 -- of the witness, one after another

--- The cases of a file.
---@return table[]
function hostile.cases(file)
  return dofile(("spec/hostile/%s.lua"):format(file))
end

local function message_of(reason)
  if type(reason) ~= "table" then return tostring(reason) end
  return tostring(reason.message)
end

-- What kind of end it was, by the reason.
local function kind_of(reason)
  local text = message_of(reason)
  if reason == "survived" or reason == "killed" or reason == "normal" then
    return reason
  elseif text:find "CPU time" then
    return "cpu"
  elseif text:find "not enough memory" then
    return "memory"
  end
  return "error"
end

--- Did it end in one of the ways that it may?
---@param case table
---@param result table
---@return boolean
function hostile.expected(case, result)
  for way in case[2]:gmatch "[^|]+" do
    if way == result.ended then return true end
    if result.ended == "error" and
      message_of(result.reason):find(way, 1, true) then
      return true
    end
  end
  return false
end

--- Runs one, alone against a witness, to its end.
---@param case table
---@param limits table options of troupe.start
---@return table # ended, reason, after (seconds), calls
function hostile.run(case, limits)
  local witness = troupe.start "fixtures.bystander"
  local pid = troupe.start("fixtures.puppet", nil, limits)
  local began, calls, reason = troupe.now(), 0
  troupe.call(witness, "watch", pid)
  troupe.cast(pid, "run", ("do %s end %s"):format(case[3],
    "troupe.send(state.witness, 'survived')"))
  repeat
    reason = troupe.timeout(LIMIT * PATIENCE, troupe.call, witness, "reason")
    calls = calls + 1
  until reason ~= nil or calls == CALLS
  if reason == nil then
    local ended, what = pcall(troupe.timeout, LIMIT * PATIENCE, troupe.call,
      witness, "end")
    reason = ended and what or "stuck"
  end
  local after = troupe.now() - began
  troupe.kill(pid)
  troupe.stop(witness)
  return { ended = kind_of(reason), reason = message_of(reason),
    after = after, calls = calls }
end

return hostile
