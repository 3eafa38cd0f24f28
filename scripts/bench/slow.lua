--[[
Behaviour of the benches: takes 100 us for each cast until the time `last`,
and none after it, so that what waits then is soon handled.
--]]
local troupe = require "troupe"

local WORK = 100e-6 -- seconds

local slow = { call = {}, cast = {} }

function slow.init(last) return { last = last, handled = 0, in_time = 0 } end

function slow.cast.work(state)
  local now = troupe.now
  local start = now()
  state.handled = state.handled + 1
  if start > state.last then return end
  state.in_time = state.in_time + 1
  repeat until now() - start >= WORK
end

function slow.call.handled(state) return state.handled end

--- How many it had handled by then.
function slow.call.in_time(state) return state.in_time end

function slow.call.ask() return "answer" end

return slow
