-- An account: a cache of what the book knows of it, asleep when nobody asks.

local bank = require "faults.bank"
local troupe = require "troupe"

-- Asleep, an account forgets what is wrong in it: one to be found out stays.
local IDLE = troupe.config("plant") == "stale" and 60 or 0.03

local account = { call = {}, cast = {}, idle = IDLE }

function account.init(key)
  local path, number = key[1], key[2]
  return { path = path, number = number,
    balance = bank.ask(path, "balance", number) }
end

-- Whoever does not know what the book has done cannot go on: the next one asks
-- it anew. A timeout, uncaught, would end the request only.
local function ask(state, ...)
  local results = table.pack(pcall(bank.ask, state.path, ...))
  if results[1] then return table.unpack(results, 2, results.n) end
  troupe.exit("unsure")
end

local function is_forgotten()
  return troupe.config("plant") == "stale" and math.random(4) == 1
end

function account.call.withdraw(state, id, to, amount)
  if amount > state.balance then return nil, "insufficient funds" end
  local done, taken = ask(state, "debit", id, state.number, to, amount)
  if not done then return nil, taken end
  state.balance = state.balance - (taken or 0)
  return true
end

function account.call.deposit(state, id)
  local done, given = ask(state, "credit", id)
  if not done then return nil, given end
  if not is_forgotten() then state.balance = state.balance + (given or 0) end
  return true
end

function account.call.refund(state, id)
  local stage, given = ask(state, "refund", id)
  state.balance = state.balance + (given or 0)
  return stage
end

function account.call.balance(state) return state.balance, troupe.self() end

function account.cast.note() end

function account.cast.crash() error("as asked") end

--- Goes on until it is killed.
function account.cast.spin()
  local n = 0
  while true do n = n + 1 end
end

--- Goes on until its limit of memory is reached.
function account.cast.hoard()
  local kept = {}
  while true do kept[#kept + 1] = ("x"):rep(1000) .. #kept end
end

--- Asks another one, who may be asking this one.
function account.cast.visit(state, number)
  troupe.call(bank.account(state.path, number), "balance")
end

function account.cast.link(_, pid) troupe.link(pid) end

return account
