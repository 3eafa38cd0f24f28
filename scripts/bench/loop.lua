--[[
Behaviour of the benches: a loop that goes on and on, until it is killed. If
nobody can do that it ends by itself, and says so.
--]]
local troupe = require "troupe"

local loop = { cast = {} }

function loop.cast.run(_, steps, report)
  troupe.send(report, "running")
  local n = 0
  while n < steps do n = n + 1 end
  troupe.send(report, "ended")
end

return loop
