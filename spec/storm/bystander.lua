-- Ends by itself when nobody has wanted anything of it for a while.

local troupe = require "troupe"

local bystander = { call = {}, cast = {}, info = {}, idle = 0.02 }

function bystander.init()
  if math.random(4) == 1 then troupe.sleep(0.002) end
  if math.random(8) == 1 then error("as asked", 0) end
  return { count = 0 }
end

function bystander.call.peek(state)
  state.count = state.count + 1
  return state.count
end

function bystander.cast.tick(state) state.count = state.count + 1 end

return bystander
