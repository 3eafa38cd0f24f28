-- What happens under a seed: who wants which transfers, and what harm is done
-- meanwhile. The same seed, the same plan; how its parts meet is up to the
-- schedule.

local plan = {}

plan.ACCOUNTS = 24
plan.OPENING = 100
plan.TELLERS = 3
plan.CLIENTS = 3
plan.VISITORS = 2
plan.OBSTACLES = 2

local WAITS = { 0, 0, 0.0005, 0.001, 0.003 } -- seconds before a transfer

local random = math.random

local function account() return random(plan.ACCOUNTS) end

local function one_of(list) return list[random(#list)] end

-- Arguments of each kind of harm (saboteur.lua).
local kinds = {}

function kinds.kill_account() return account() end

function kinds.stop_account()
  return account(), one_of { "normal", "shutdown", "tired" }
end

function kinds.crash_account() return account() end

function kinds.orphan_account() return account() end

function kinds.spin_account() return account(), 0.001 * random(6) end

function kinds.hoard_account() return account() end

function kinds.circle()
  local first = account()
  local second = first % plan.ACCOUNTS + 1
  if random(2) == 1 then return first, second end
  return first, second, second % plan.ACCOUNTS + 1
end

function kinds.kill_teller() return random(1000) end

function kinds.kill_book() end

function kinds.kill_counter() end

function kinds.flood_account() return account(), random(3000) end

function kinds.flood_teller() return random(1000), random(3000) end

function kinds.memory(seed)
  return one_of { 5, 20, 100, 400 }, 0.001 * random(15), seed
end

function kinds.block() return random(plan.OBSTACLES), 0.001 * random(8) end

function kinds.disk() return 0.001 * random(8) end

function kinds.stop() return 0.001 * random(5) end

local names = {}
for name in pairs(kinds) do names[#names + 1] = name end
table.sort(names)

local function make_faults(seed)
  local faults = {}
  for index = 1, random(4, 12) do
    local name = one_of(names)
    faults[index] = { name = name, wait = 0.001 * random(0, 6),
      kinds[name](seed + index) }
  end
  return faults
end

local function make_transfers(who, count)
  local transfers = {}
  for index = 1, count do
    local from = account()
    transfers[index] = { id = ("%s.%d"):format(who, index), from = from,
      to = (from + random(plan.ACCOUNTS - 1) - 1) % plan.ACCOUNTS + 1,
      amount = random(40), key = random(1000), wait = one_of(WAITS),
      deadline = random(5) == 1 and 0.001 * random(8) or 0.5 }
  end
  return transfers
end

local function make_visit(who)
  return { manner = one_of { "polite", "hasty", "absent", "torn", "rude",
    "deaf" }, transfers = make_transfers(who, random(2, 8)) }
end

--- Of a seed: faults, clients (lists of transfers), visitors (manner,
--- transfers).
---@param seed integer
---@return table
function plan.of(seed)
  math.randomseed(seed)
  local made = { faults = make_faults(seed), clients = {}, visitors = {} }
  for index = 1, plan.CLIENTS do
    made.clients[index] = make_transfers("c" .. index, random(8, 16))
  end
  for index = 1, plan.VISITORS do
    made.visitors[index] = make_visit("v" .. index)
  end
  return made
end

--- The faults of a plan, one a line.
---@param made table
---@return string
function plan.describe(made)
  local lines = {}
  for index, fault in ipairs(made.faults) do
    local words = { ("+%g ms"):format(fault.wait * 1000), fault.name }
    for position, word in ipairs(fault) do
      words[position + 2] = tostring(word)
    end
    lines[index] = "  " .. table.concat(words, " ")
  end
  for _, visit in ipairs(made.visitors) do
    lines[#lines + 1] = "  a visitor is " .. visit.manner
  end
  return table.concat(lines, "\n")
end

return plan
