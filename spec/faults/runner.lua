-- Runs seeds, one after the other, and says what was wrong. An actor of its
-- own: what it needs for that is gone with it.

local outside = require "faults.outside"
local plan = require "faults.plan"
local probe = require "probe"
local round = require "faults.round"
local stock = require "faults.stock"
local troupe = require "troupe"

local runner = { call = {} }

--- `folder` is of outside.lua.
function runner.init(folder)
  troupe.trap(true)
  probe.spare()
  return { folder = folder, totals = {} }
end

local function complain(seed, made, wrong)
  print(("faults: seed %d is wrong:"):format(seed))
  for _, problem in ipairs(wrong) do print("  " .. problem) end
  print("its plan (FAULT_SEED=" .. seed .. "):\n" .. plan.describe(made))
end

local function add(totals, counts)
  for outcome, count in pairs(counts) do
    totals[outcome] = (totals[outcome] or 0) + count
  end
end

local function describe(totals)
  local parts = {}
  for outcome, count in pairs(totals) do
    parts[#parts + 1] = count .. " " .. outcome
  end
  table.sort(parts)
  return table.concat(parts, ", ")
end

--- True if nothing is wrong, and no actor, name or stream is left that is not
--- in `base`.
function runner.call.seed(state, seed, base)
  local made = plan.of(seed)
  outside.order(state.folder, "seed", seed)
  local wrong, counts = round.run(state.folder, made)
  wrong[#wrong + 1] = stock.await(stock.NEAR, base)
  add(state.totals, counts)
  if wrong[1] then complain(seed, made, wrong) end
  return wrong[1] == nil
end

--- Seeds that nobody judges: what is made once is there afterwards.
function runner.call.warm_up(state, count)
  for seed = 1, count do round.run(state.folder, plan.of(-seed)) end
end

--- Prints how the transfers have ended up to this seed.
function runner.call.report(state, seed)
  print(("faults: up to seed %d: %s"):format(seed, describe(state.totals)))
  io.stdout:flush()
end

function runner.down() end

return runner
