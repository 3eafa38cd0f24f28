-- Wants transfers, one after the other, and remembers how each ended. Nobody
-- harms it.

local outcome = require "faults.outcome"
local probe = require "probe"
local troupe = require "troupe"

local client = { call = {}, cast = {} }

function client.init(tellers)
  probe.spare()
  return { tellers = tellers }
end

function client.cast.run(state, transfers)
  local results = {}
  if troupe.config("plant") == "hang" then
    troupe.shield(math.huge, troupe.sleep, 1000)
  end
  for index, wanted in ipairs(transfers) do
    troupe.sleep(wanted.wait)
    local start = troupe.now()
    local teller = state.tellers:at(wanted.key)
    results[index] = { id = wanted.id, outcome = outcome.of(wanted.deadline,
      teller, "transfer", wanted.id, wanted.from, wanted.to, wanted.amount) }
    results[index].late = troupe.now() - start - wanted.deadline
  end
  state.results = results
end

--- How each ended, once all have.
function client.call.results(state) return state.results end

return client
