-- The fault bench: a bank whose parts are killed, run out of memory, are
-- flooded, held up and stopped, while the money must stay right:
--
--   build/test/troupe run --log off spec/faults.lua SEEDS [FIRST]
--
-- Each seed is a plan (faults/plan.lua) that one host lives through after the
-- other. What must hold: the sum of the money, at any time; a transfer that
-- was acknowledged is in the journal once, one that was refused is not, any
-- other at most once; accounts say what the book says; everything ends within
-- its deadline, in a way that is known; and then there is nothing left.
--
-- FAULT_SEED=n runs that seed alone and prints its plan. The status is 1 if
-- something is wrong. `--set plant=NAME` plants a bug, to see it found: lose,
-- double, stale, hang, leak.

local outside = require "faults.outside"
local plan = require "faults.plan"
local probe = require "probe"
local stock = require "faults.stock"
local troupe = require "troupe"

local WARM = 12         -- seeds before the first that counts
local TOGETHER = 50     -- seeds between looks at the heap
local LONGEST_SEED = 60 -- seconds

local planted = troupe.config("plant", "none") ~= "none"
local patience = tonumber(os.getenv("TROUPE_SPEC_PATIENCE")) or 1

-- What `work` returns that is given a function to call a runner with.
local function with_runner(folder, work)
  local runner = troupe.start("faults.runner", folder)
  local result = work(function(...)
    return troupe.timeout(math.huge, troupe.call, runner, ...)
  end)
  troupe.stop(runner)
  return result
end

local function warm_up(folder)
  with_runner(folder, function(call)
    call("warm_up", planted and 1 or WARM)
  end)
  local base = stock.settle(stock.FAR)
  -- What is looked at while the runner is there.
  return base, with_runner(folder, function()
    return stock.take(stock.NEAR)
  end)
end

-- True if nothing is wrong.
local function run_together(folder, first, last, near)
  return with_runner(folder, function(call)
    for seed = first, last do
      if not call("seed", seed, near) then return false end
    end
    call("report", last)
    return true
  end)
end

local function run_all(folder, first, last)
  local far, near = warm_up(folder)
  for seed = first, last, TOGETHER do
    local upto = math.min(seed + TOGETHER - 1, last)
    if not run_together(folder, seed, upto, near) then return false end
    local more = stock.await(stock.FAR, far)
    if more then
      print(("faults: seeds %d to %d leave %s"):format(seed, upto, more))
      return false
    end
  end
  return true
end

local function main(count, first)
  local only = tonumber(os.getenv("FAULT_SEED"))
  if only then
    first, count = only, 1
    print("faults: seed " .. only .. ":\n" .. plan.describe(plan.of(only)))
  end
  probe.spare()
  local folder = outside.start(LONGEST_SEED * patience)
  local ok = run_all(folder, first, first + count - 1)
  outside.order(folder, "end", 0)
  print(ok and "faults: the money is right" or "faults: failed")
  return ok
end

os.exit(main(tonumber(arg[1]) or 1000, tonumber(arg[2]) or 1) and 0 or 1)
