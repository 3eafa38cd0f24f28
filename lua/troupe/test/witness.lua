--- Hears of the ends of actors, and tells why they have ended. Not for scripts:
--- see troupe.test.

local troupe = require "troupe"

local witness = { call = {} }

function witness.init() return { reasons = {}, asking = {} } end

function witness.call.watch(_, pid) troupe.monitor(pid) end

--- Why it has ended, when it has.
function witness.call.reason(state, pid)
  if state.reasons[pid] ~= nil then return state.reasons[pid] end
  state.asking[pid] = troupe.from()
  troupe.monitor(pid)
  return troupe.noreply
end

function witness.down(state, pid, reason)
  state.reasons[pid] = reason
  local from = state.asking[pid]
  if from then troupe.reply(from, reason) end
end

return witness
