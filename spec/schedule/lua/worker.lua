-- Tells what differs from run to run, unless it is seen to: the order of a
-- table by its keys' addresses and by their hashes, chance, addresses, time.

local troupe = require "troupe"

local worker = { call = {} }

function worker.init() return { by_table = {}, by_text = {} } end

function worker.call.work(state, what)
  local found = {}
  state.by_table[{}] = what
  state.by_text["key " .. what] = what
  for _, value in pairs(state.by_table) do found[#found + 1] = value end
  for key in pairs(state.by_text) do found[#found + 1] = key end
  found[#found + 1] = math.random(1000000)
  found[#found + 1] = tostring({})
  found[#found + 1] = os.time()
  found[#found + 1] = troupe.now()
  return found
end

function worker.call.crash() error "it was asked to" end

return worker
