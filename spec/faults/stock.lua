-- What there is in the host, and whether it has become more.

local probe = require "probe"
local troupe = require "troupe"

local SETTLE_LIMIT = 6 -- seconds
local FIRST_SETTLE = 2

-- Blocks that an actor which goes on has more or less of by chance: some are
-- of the heap, and under AddressSanitizer all are. What is
-- lost for good the end of the host finds, whatever it is.
local SLACK = { heap = 8, blocks = 8 }

local patience = tonumber(os.getenv("TROUPE_SPEC_PATIENCE")) or 1

local stock = {}

--- What goes at once, and what only goes when the deadlines of calls pass.
stock.NEAR = { "actors", "entries", "streams" }
stock.FAR = { "heap", "blocks" }

--- How much of each kind there is.
function stock.take(kinds)
  local taken = {}
  collectgarbage()
  collectgarbage()
  for _, kind in ipairs(kinds) do taken[kind] = 0 end
  for _, kind in ipairs(kinds) do taken[kind] = probe[kind]() end
  return taken
end

local function difference(taken, base)
  local parts = {}
  for kind, count in pairs(taken) do
    if count > base[kind] + (SLACK[kind] or 0) then
      parts[#parts + 1] = ("%s %+d"):format(kind, count - base[kind])
    end
  end
  return parts[1] and table.concat(parts, ", ")
end

--- Waits until there is no more than `base`, and returns nil; or, when that
--- takes too long, what there is more.
function stock.await(kinds, base)
  local last, more = troupe.now() + SETTLE_LIMIT * patience
  repeat
    more = difference(stock.take(kinds), base)
    if not more then return nil end
    troupe.sleep(0.002)
  until troupe.now() > last
  return more
end

--- The least there is until nothing goes any more.
function stock.settle(kinds)
  local least, since = stock.take(kinds), troupe.now()
  while troupe.now() - since < FIRST_SETTLE do
    troupe.sleep(0.1)
    for kind, count in pairs(stock.take(kinds)) do
      if count < least[kind] then least[kind], since = count, troupe.now() end
    end
  end
  return least
end

return stock
