-- The bank's journal: what the book writes, one line for each step, and what
-- all lines together come to. A line is whole or not there.
--
--   1 open 7 100              account 7 begins with 100
--   2 debit t1 7 9 30         30 have left 7, and are on their way to 9
--   3 credit t1               they have arrived,
--   4 refund t2               or they have gone back
--   5 void t3                 or never leave any more

local journal = {}

local steps = {}

function steps.open(state, account, amount)
  account, amount = tonumber(account), tonumber(amount)
  state.balances[account] = amount
  state.total = state.total + amount
end

function steps.debit(state, id, from, to, amount)
  if state.transfers[id] then return "is debited twice" end
  from, to, amount = tonumber(from), tonumber(to), tonumber(amount)
  state.transfers[id] = { from = from, to = to, amount = amount,
    stage = "debited" }
  state.balances[from] = state.balances[from] - amount
  if state.balances[from] < 0 then return "takes what is not there" end
end

local function finish(state, id, stage)
  local transfer = state.transfers[id]
  if not transfer then return "is " .. stage .. " without a debit" end
  if transfer.stage ~= "debited" then
    return "is " .. stage .. ", but was " .. transfer.stage
  end
  local account = stage == "credited" and transfer.to or transfer.from
  transfer.stage = stage
  state.balances[account] = state.balances[account] + transfer.amount
end

function steps.credit(state, id) return finish(state, id, "credited") end

function steps.refund(state, id) return finish(state, id, "refunded") end

function steps.void(state, id)
  if state.transfers[id] then return "is void, but was begun" end
  state.transfers[id] = { stage = "void" }
end

--- Takes one line into the state; raises if it cannot follow the others.
---@param state table as read gives it
---@param line string
function journal.apply(state, line)
  local number, step, id, a, b, c =
    line:match("^(%d+) (%l+) (%S+) ?(%S*) ?(%S*) ?(%S*)\n?$")
  local problem
  if not number then
    problem = "cannot be read"
  elseif tonumber(number) ~= state.lines + 1 then
    problem = "follows line " .. state.lines
  else
    problem = steps[step](state, id, a, b, c)
  end
  if problem then error(("journal: %q %s"):format(line, problem), 0) end
  state.lines = state.lines + 1
end

--- What all lines of a file come to: lines, total (what was brought in),
--- balances, transfers.
---@param path string
---@return table
function journal.read(path)
  local state = { lines = 0, total = 0, balances = {}, transfers = {} }
  for line in io.lines(path) do journal.apply(state, line) end
  return state
end

--- A new one.
---@param path string
---@param accounts integer
---@param amount integer in each of them
function journal.create(path, accounts, amount)
  local file <close> = assert(io.open(path, "w"))
  for number = 1, accounts do
    assert(file:write(("%d open %d %d\n"):format(number, number, amount)))
  end
end

--- All money there is: what has arrived, and what is on its way.
---@param state table
---@return integer
function journal.sum(state)
  local sum = 0
  for _, balance in pairs(state.balances) do sum = sum + balance end
  for _, transfer in pairs(state.transfers) do
    if transfer.stage == "debited" then sum = sum + transfer.amount end
  end
  return sum
end

return journal
