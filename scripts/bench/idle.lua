--[[ Behaviour of the benches: a small state that nobody asks for. --]]
local idle = { call = {} }

function idle.init() return { count = 0 } end

function idle.call.count(state) return state.count end

return idle
