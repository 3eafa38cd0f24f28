-- Its handlers interleave, and `add` forgets that.

local troupe = require "troupe"

local ledger = { concurrent = 4, call = {} }

function ledger.init() return { total = 0 } end

function ledger.call.add(state, amount)
  local total = state.total
  troupe.call("audit", "note", amount)
  state.total = total + amount
end

-- The same as it should be: nothing of before the wait is used after it.
function ledger.call.add_rightly(state, amount)
  troupe.call("audit", "note", amount)
  state.total = state.total + amount
end

function ledger.call.total(state) return state.total end

return ledger
