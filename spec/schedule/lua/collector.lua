local troupe = require "troupe"

local collector = { call = {}, cast = {}, info = {} }

function collector.init()
  troupe.every(0.01, troupe.self(), "tick")
  return { list = {} }
end

function collector.info.tick(state) state.list[#state.list + 1] = "tick" end

function collector.cast.add(state, what) state.list[#state.list + 1] = what end

function collector.call.count(state) return #state.list end

return collector
