-- The bank's counter: a connection, a line for each transfer wanted, and a
-- line back that says how it ended:
--
--   t7 3 5 20 .      -->  t7 done

local outcome = require "faults.outcome"
local registry = require "troupe.registry"

local DEADLINE = 0.3 -- seconds

local counter = { info = {} }

counter.group = "counters"

function counter.init(sock, tellers)
  registry.join(counter.group)
  sock:deliver("line")
  return { tellers = tellers }
end

function counter.info.data(state, sock, line)
  local id, from, to, amount = line:match("^(%S+) (%d+) (%d+) (%d+) %.$")
  if not id then return end -- the client left in the middle of it
  local how = outcome.of(DEADLINE, state.tellers:at(), "transfer", id,
    tonumber(from), tonumber(to), tonumber(amount))
  -- It may be its own memory that there was none of.
  if how:find("^odd: not enough memory") then how = "unknown" end
  sock:write(("%s %s\n"):format(id, how))
end

function counter.info.closed() require "troupe".exit() end

return counter
