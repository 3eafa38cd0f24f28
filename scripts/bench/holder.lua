--[[ Behaviour of the benches: one of many, found by its key. --]]
local holder = { call = {} }

function holder.init(key) return { key = key, count = 0 } end

function holder.call.bump(state)
  state.count = state.count + 1
  return state.count
end

return holder
