-- One seed: a bank, its clients and the harm; then the bank is settled, judged
-- and closed.

local bank = require "faults.bank"
local counter = require "faults.counter"
local journal = require "faults.journal"
local plan = require "faults.plan"
local pool = require "troupe.pool"
local registry = require "troupe.registry"
local tcp = require "troupe.tcp"
local troupe = require "troupe"
local verdict = require "faults.verdict"

local round = {}

local LONGEST = 8     -- seconds until all that is wanted has ended
local TRIES = 20      -- of what must succeed once the harm is over
local OLD_AGE = 5     -- seconds until the counters are left

local patience = tonumber(os.getenv("TROUPE_SPEC_PATIENCE")) or 1

local function is_planted(bug) return troupe.config("plant") == bug end

local function open(folder)
  local path = folder .. "/journal"
  journal.create(path, plan.ACCOUNTS, plan.OPENING)
  local tellers = pool.start("tellers", "faults.teller", path,
    { size = plan.TELLERS })
  return { path = path, tellers = tellers, folder = folder,
    server = assert(tcp.serve("127.0.0.1:0", "faults.counter", tellers)) }
end

-- Who makes the load, and who does the harm.
local function start(place)
  local people = { obstacles = {}, clients = {}, visitors = {} }
  for index = 1, plan.OBSTACLES do
    people.obstacles[index] = troupe.start("faults.obstacle")
  end
  people.reader = troupe.start("faults.obstacle")
  for index = 1, plan.CLIENTS do
    people.clients[index] = troupe.start("faults.client", place.tellers)
  end
  for index = 1, plan.VISITORS do
    people.visitors[index] = troupe.start("faults.visitor",
      place.server:address())
  end
  people.saboteur = troupe.start("faults.saboteur", { path = place.path,
    tellers = place.tellers, folder = place.folder, reader = people.reader,
    obstacles = people.obstacles })
  return people
end

local function begin(people, made)
  for index, client in ipairs(people.clients) do
    troupe.cast(client, "run", made.clients[index])
  end
  for index, visitor in ipairs(people.visitors) do
    local visit = made.visitors[index]
    troupe.cast(visitor, "run", visit.manner, visit.transfers)
  end
  troupe.cast(people.saboteur, "run", made.faults)
end

-- What one of them tells at its end; checks the sum of the money then.
local function collect(place, pid, all, wrong)
  local results = troupe.call(pid, "results")
  table.move(results, 1, #results, #all + 1, all)
  local ok, sum = pcall(bank.ask, place.path, "sum")
  if ok and sum ~= plan.ACCOUNTS * plan.OPENING then
    wrong[#wrong + 1] = "meanwhile the sum is " .. sum
  end
end

local function collect_all(place, people, wrong)
  local all = {}
  for _, pid in ipairs(people.clients) do collect(place, pid, all, wrong) end
  for _, pid in ipairs(people.visitors) do collect(place, pid, all, wrong) end
  collect(place, people.saboteur, all, wrong)
  return all
end

local function eventually(predicate, what, wrong)
  local last = troupe.now() + OLD_AGE * patience
  while not predicate() do
    if troupe.now() > last then
      wrong[#wrong + 1] = what
      return
    end
    troupe.sleep(0.002)
  end
end

-- Tries again what may meet the last of the harm.
local function surely(wrong, what, run, ...)
  local ok, result, more
  for _ = 1, TRIES do
    ok, result, more = pcall(run, ...)
    if ok then return result, more end
    troupe.sleep(0.005)
  end
  wrong[#wrong + 1] = what .. ": " .. tostring(result)
end

-- Nobody carries a transfer any more: what is half-way goes back.
local function settle(place, wrong)
  place.server:close()
  eventually(function() return #registry.members(counter.group) == 0 end,
    "a counter is not left", wrong)
  surely(wrong, "the tellers do not stop", place.tellers.stop, place.tellers)
  local left = surely(wrong, "the book does not answer", bank.ask, place.path,
    "open")
  for _, transfer in ipairs(left or {}) do
    surely(wrong, "a transfer cannot be undone", troupe.call,
      bank.account(place.path, transfer.from), "refund", transfer.id)
  end
end

-- Asks the accounts and ends them.
local function close_accounts(place, wrong)
  local balances = {}
  for number = 1, plan.ACCOUNTS do
    local balance, pid = surely(wrong, "an account does not answer",
      troupe.call, bank.account(place.path, number), "balance")
    balances[number] = balance
    if pid then pcall(troupe.stop, pid) end
  end
  return balances
end

local function dismiss(place, people)
  if is_planted("leak") then troupe.start("faults.obstacle") end
  for _, list in ipairs { people.obstacles, people.clients, people.visitors,
    { people.reader, people.saboteur, bank.book(place.path) } } do
    for _, pid in ipairs(list) do troupe.kill(pid) end
  end
end

--- Lives through a seed. Returns what is wrong, and how many transfers there
--- were of each outcome.
---@param folder string of outside.lua
---@param made table of plan.lua
---@return string[] wrong
---@return table<string, integer> counts
function round.run(folder, made)
  local wrong, counts = {}, {}
  local limit = LONGEST * patience * (is_planted("hang") and 0.1 or 1)
  local place = open(folder)
  local people = start(place)
  begin(people, made)
  local ok, results = pcall(troupe.timeout, limit, collect_all, place, people,
    wrong)
  if not ok then
    wrong[#wrong + 1] = "somebody hangs: " .. tostring(results)
    results = {}
  end
  settle(place, wrong)
  local balances = close_accounts(place, wrong)
  dismiss(place, people)
  for _, problem in ipairs(verdict.of(place.path, results, balances,
    patience)) do
    wrong[#wrong + 1] = problem
  end
  for _, result in ipairs(results) do
    counts[result.outcome] = (counts[result.outcome] or 0) + 1
  end
  return wrong, counts
end

return round
