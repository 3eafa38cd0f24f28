-- Carries a transfer through: out of one account, into the other, and back if
-- that fails half-way. The book decides what has become of it.

local bank = require "faults.bank"
local troupe = require "troupe"

local COMPENSATION = 0.2 -- seconds, whatever is left of the request's

local teller = { call = {} }

function teller.init(path) return { path = path } end

local function undo(path, id, from)
  local known, stage = pcall(troupe.shield, COMPENSATION, troupe.call,
    bank.account(path, from), "refund", id)
  if not known then return nil, "unknown" end
  if stage == "credited" then return true end
  return nil, "undone"
end

--- True once it is in the book; nil and why: "unknown", or it never will be.
function teller.call.transfer(state, id, from, to, amount)
  if troupe.config("plant") == "lose" and math.random(4) == 1 then
    return true
  end
  local known, done, why = pcall(troupe.call, bank.account(state.path, from),
    "withdraw", id, to, amount)
  if known and not done then return nil, why end
  if known then
    known, done = pcall(troupe.call, bank.account(state.path, to), "deposit",
      id)
    if known and done then return true end
  end
  return undo(state.path, id, from)
end

return teller
