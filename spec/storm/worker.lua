-- One of the pool: it goes on until it is killed.

local worker = { call = {}, cast = {}, info = {} }

function worker.init() return { count = 0 } end

function worker.call.peek(state)
  state.count = state.count + 1
  return state.count
end

function worker.cast.tick(state) state.count = state.count + 1 end

return worker
