--[[
Behaviour of the benches: a client that calls its own echo server `count`
times as fast as it can, then tells `report`.
--]]
local troupe = require "troupe"

local caller = { cast = {} }

function caller.cast.run(_, server, count, report)
  for number = 1, count do
    if troupe.call(server, "echo", number) ~= number then
      error("the echo is wrong")
    end
  end
  troupe.send(report, "done")
end

return caller
