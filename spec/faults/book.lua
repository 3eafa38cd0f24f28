-- The bank's book: the one actor that writes the journal. All that it knows is
-- there, so it may die at any moment. Each request may come again.

local journal = require "faults.journal"
local troupe = require "troupe"

local book = { call = {} }

function book.init(path)
  local state = journal.read(path)
  state.file = assert(io.open(path, "a"))
  state.file:setvbuf("no")
  return state
end

-- What is written counts: whoever cannot remember it must die, and read it.
local function write(state, ...)
  local line = table.concat({ state.lines + 1, ... }, " ") .. "\n"
  assert(state.file:write(line))
  journal.apply(state, line)
end

function book.call.balance(state, account) return state.balances[account] end

--- All money.
function book.call.sum(state) return journal.sum(state) end

--- Transfers on their way: a list of { id, from }.
function book.call.open(state)
  local list = {}
  for id, transfer in pairs(state.transfers) do
    if transfer.stage == "debited" then
      list[#list + 1] = { id = id, from = transfer.from }
    end
  end
  return list
end

--- True, and the amount if it has been debited just now; or nil and why.
function book.call.debit(state, id, from, to, amount)
  local transfer = state.transfers[id]
  if transfer then
    if transfer.stage == "debited" then return true end
    return nil, transfer.stage
  end
  if state.balances[from] < amount then return nil, "insufficient funds" end
  write(state, "debit", id, from, to, amount)
  return true, amount
end

--- As debit.
function book.call.credit(state, id)
  local transfer = state.transfers[id]
  if not transfer then return nil, "unknown" end
  if transfer.stage == "credited" then return true end
  if transfer.stage ~= "debited" then return nil, transfer.stage end
  write(state, "credit", id)
  if troupe.config("plant") == "double" then
    state.file:write(state.lines + 1, " credit ", id, "\n")
    state.lines = state.lines + 1
  end
  return true, transfer.amount
end

--- Undoes a transfer unless it has been credited; one that is not there will
--- not come any more. Its stage, and the amount if that went back just now.
function book.call.refund(state, id)
  local transfer = state.transfers[id]
  if not transfer then
    write(state, "void", id)
    return "void"
  end
  if transfer.stage ~= "debited" then return transfer.stage end
  write(state, "refund", id)
  return "refunded", transfer.amount
end

return book
