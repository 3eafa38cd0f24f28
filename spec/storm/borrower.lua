-- Borrows one of the pool, tells, and keeps it until it is killed.

local troupe = require "troupe"
local pool = require "troupe.pool"

local borrower = {}

function borrower.init(teller) return { teller = teller } end

function borrower.continue(state)
  pool.of("storm pool"):with(function()
    troupe.send(state.teller, "borrowed", troupe.self())
    troupe.timeout(math.huge, troupe.sleep, math.huge)
  end)
end

return borrower
