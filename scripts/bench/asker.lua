--[[
Behaviour of the benches: until the time `last` calls, once in `every` seconds,
somebody who may be busy, and tells `report` how long each call took: a second
at most.
--]]
local troupe = require "troupe"

local LONGEST = 1 -- seconds

local asker = { cast = {} }

function asker.cast.run(_, target, last, every, report)
  local waits = {}
  repeat
    local start = troupe.now()
    pcall(troupe.timeout, LONGEST, troupe.call, target, "ask")
    waits[#waits + 1] = troupe.now() - start
    troupe.sleep(math.max(0, start + every - troupe.now()))
  until troupe.now() >= last
  troupe.send(report, "waited", waits)
end

return asker
