-- Whether the money is right: what the journal says, against what everybody
-- was told.

local journal = require "faults.journal"

local verdict = {}

local LATEST = 1 -- seconds after its deadline that a request may end

-- What an outcome claims about the journal, if that is not so.
local claims = {}

function claims.done(stage)
  return stage ~= "credited" and "was acknowledged, but is " .. stage
end

function claims.undone(stage)
  return stage == "credited" and "was refused, but is credited"
end

function claims.never(stage)
  return stage ~= "nowhere" and stage ~= "void" and
    "never began, but is " .. stage
end

function claims.unknown() return false end

local function judge_one(result, stage, patience)
  local claim = claims[result.outcome]
  if not claim then return result.outcome end
  if (result.late or 0) > LATEST * patience then
    return ("ended %.1f s after its deadline"):format(result.late)
  end
  return claim(stage)
end

-- Lists what is wrong.
local function judge_all(results, ledger, patience, wrong)
  local told = {}
  for _, result in ipairs(results) do
    local transfer = ledger.transfers[result.id]
    local stage = transfer and transfer.stage or "nowhere"
    local problem = judge_one(result, stage, patience)
    if problem then wrong[#wrong + 1] = result.id .. " " .. problem end
    if told[result.id] and result.id:find("%.") then
      wrong[#wrong + 1] = result.id .. " was answered twice"
    end
    told[result.id] = true
  end
end

local function judge_balances(ledger, balances, wrong)
  for number, balance in pairs(ledger.balances) do
    if balances[number] ~= balance then
      wrong[#wrong + 1] = ("account %d says %s, the book %d"):format(number,
        balances[number], balance)
    end
  end
end

--- A list of all that is wrong.
---@param path string of the journal
---@param results table[] id, outcome (outcome.lua), late
---@param balances table<integer, integer> as the accounts say
---@param patience number
---@return string[]
function verdict.of(path, results, balances, patience)
  local wrong = {}
  local ok, ledger = pcall(journal.read, path)
  if not ok then return { ledger } end
  if journal.sum(ledger) ~= ledger.total then
    wrong[1] = ("the sum is %d, not %d"):format(journal.sum(ledger),
      ledger.total)
  end
  judge_all(results, ledger, patience, wrong)
  judge_balances(ledger, balances, wrong)
  return wrong
end

return verdict
