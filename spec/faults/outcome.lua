-- How a transfer ended for who wanted it, as one word, and what that claims.

local outcome = {}

-- What may become of a request while everything around it fails.
local KINDS = { exit = true, noactor = true, timeout = true, overload = true,
  deadlock = true }

--- Of a request that raised.
---@param problem any
---@return string "unknown", "never" (no handler began), "odd: ..."
function outcome.raised(problem)
  if type(problem) ~= "table" or not KINDS[problem.kind] then
    return "odd: " .. tostring(problem)
  end
  if problem.begun == false then return "never" end
  return "unknown"
end

--- Of what a teller returned.
---@return string "done", "unknown", "undone"
function outcome.returned(done, why)
  if done then return "done" end
  return why == "unknown" and "unknown" or "undone"
end

--- Calls, and says how it ended.
---@param seconds number
---@return string
function outcome.of(seconds, ...)
  local troupe = require "troupe"
  local ok, done, why = pcall(troupe.timeout, seconds, troupe.call, ...)
  if not ok then return outcome.raised(done) end
  return outcome.returned(done, why)
end

return outcome
