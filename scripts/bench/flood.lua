--[[
Behaviour of the benches: casts as fast as it can until the time `last`, then
tells `report` how many were taken, and in how many seconds.
--]]
local harness = require "harness"
local troupe = require "troupe"

local AT_ONCE = 1000         -- casts between looks at the clock
local MOST = 2 * 1024 ^ 3    -- bytes that the process may grow by

local flood = { cast = {} }

local function taken(target)
  local ok, result = pcall(troupe.cast, target, "work")
  if ok then return result and 1 or 0 end
  if result.kind == "overload" then return 0 end
  error(result, 0)
end

function flood.cast.run(_, target, last, report)
  local start, most, sent = troupe.now(), harness.resident() + MOST, 0
  repeat
    for _ = 1, AT_ONCE do sent = sent + taken(target) end
  until troupe.now() >= last or harness.resident() > most
  troupe.send(report, "sent", sent, troupe.now() - start)
end

return flood
