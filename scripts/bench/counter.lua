--[[
Behaviour of the benches: counts up to `total`, then tells `report`.

  troupe.start("counter", { total = 100, report = troupe.self() })
--]]
local troupe = require "troupe"

local counter = { cast = {} }

function counter.init(args)
  return { count = 0, total = args.total, report = args.report }
end

function counter.cast.inc(state, amount)
  state.count = state.count + amount
  if state.count == state.total then troupe.send(state.report, "done") end
end

return counter
