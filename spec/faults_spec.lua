-- A short run of the fault bench (spec/faults.lua; `make faults` runs 1,000
-- seeds), and whether it would see what is wrong.

local support = require "support"

local command = support.command

local LIMIT = 100 -- seconds

-- All at once: mostly they wait.
local runs = {}

local function start(name, seeds, bug, environment)
  runs[name] = command.start({ command.binary(), "run", "--log", "off",
    "--workers", 4, "--set", "plant=" .. bug, "spec/faults.lua", seeds },
    { limit = LIMIT, environment = environment })
end

local function result_of(name)
  support.eventually(function() return not runs[name]:running() end, LIMIT)
  return runs[name]:wait()
end

local bugs = {
  lose = "was acknowledged, but is nowhere",
  double = 'credit [^\n]+" is credited, but was credited',
  stale = "account %d+ says %d+, the book %d+",
  hang = "somebody hangs",
  leak = "actors %+1",
}

setup(function()
  start("sound", 12, "none")
  start("one", 1, "none", { FAULT_SEED = 7 })
  for bug in pairs(bugs) do start(bug, 6, bug) end
end)

describe("a bank whose parts fail at random", function()
  it("keeps its money, and leaves nothing behind", function()
    local result = result_of("sound")
    assert.equal("", result.stderr)
    assert.matches("the money is right", result.stdout, 1, true)
    assert.equal(0, result.status)
  end)

  it("says what it is going to do under a seed", function()
    local result = result_of("one")
    assert.matches("^faults: seed 7:\n  %+%d ms %l+", result.stdout)
    assert.equal(0, result.status)
  end)
end)

describe("the fault bench sees", function()
  local function finds(what, bug)
    it(what, function()
      local result = result_of(bug)
      assert.matches("faults: seed %d+ is wrong:\n", result.stdout)
      assert.matches(bugs[bug], result.stdout)
      assert.matches("its plan (FAULT_SEED=", result.stdout, 1, true)
      assert.equal(1, result.status)
    end)
  end

  finds("a transfer that is acknowledged and lost", "lose")
  finds("one that is applied twice", "double")
  finds("an account that says what the book does not", "stale")
  finds("somebody who hangs", "hang")
  finds("an actor that is left", "leak")
end)
