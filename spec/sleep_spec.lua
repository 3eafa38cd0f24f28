-- Specs do not sleep: they wait for what they want to see (a message, a gate,
-- support.eventually), or their file runs on a virtual clock (spec/suite.lua).
-- A sleep of 0 lets others run, one of math.huge is a wait that something else
-- ends: neither takes time. What is left stands here, and why.

local command = require "support.command"

-- Runs in a host of `troupe test`, whose clock is virtual.
local VIRTUAL = { "^spec/clock/", "^spec/clock_spec%.lua$", "^spec/cli_test",
  "^spec/fixtures/testing/", "^spec/schedule/" }

-- Runs in a stepped host, whose time the engine moves.
local STEPPED = { "^spec/fixtures/creature%.lua$" }

-- Load and faults that go on for a while, whatever happens meanwhile: what is
-- random in them is when.
local LOAD = { "^spec/faults/", "^spec/soak", "^spec/storm",
  "^spec/reload%.lua", "^spec/visit_storm_spec%.lua$",
  "^spec/fixtures/visits%.lua$" }

-- What is tested is the sleep itself, or the machine's time.
local BESIDE = "a sleep ends on time beside what keeps its worker busy"
local RACE = "what races is the machine's time; a virtual clock has no races"
local MEASURED = "how long it takes is what is measured"

-- How many at most, and why.
local LEFT = {
  ["spec/census_spec.lua"] = { 1, MEASURED }, -- a worker's load
  ["spec/cli_run_spec.lua"] = { 1, "a start that takes longer than a line " ..
    "to come: who does not wait for it is too early" },
  -- Between two looks at what is watched: who reloads it tells nobody.
  ["spec/embed_module_spec.lua"] = { 1, "how long a watch takes" },
  ["spec/entity_spec.lua"] = { 1, RACE }, -- where its time is real
  ["spec/fixtures/spinner.lua"] = { 1, MEASURED },
  ["spec/slice_spec.lua"] = { 1, BESIDE },
  ["spec/time_race_spec.lua"] = { 4, RACE },
  ["spec/wait_spec.lua"] = { 1, "is refused where no wait can be" },
  ["spec/worker_spec.lua"] = { 2, BESIDE },
  -- Between two looks at what another process does, who tells nobody.
  ["spec/suite.lua"] = { 1, "whether those that outlive a spec have ended" },
  ["spec/support/eventually.lua"] = { 2, "looks at first without" },
}

local function is_one_of(patterns, file)
  for _, pattern in ipairs(patterns) do
    if file:find(pattern) then return true end
  end
  return false
end

-- What is no time is 0 or for ever; what is no number is misuse; the parameter
-- of a function is its caller's.
local function takes_time(argument, before)
  return argument ~= "0" and argument ~= "math.huge" and argument ~= "nil" and
    not argument:find '^"' and not before:find "function [%w_.]*$"
end

local function sleeps(line)
  local code, count = line:gsub("%-%- .*", ""), 0
  for before, argument in code:gmatch "([%w_. ]*)sleep%s*(%b())" do
    if takes_time(argument:sub(2, -2), before) then count = count + 1 end
  end
  for _ in code:gmatch "%f[%w]sleep [%d]" do count = count + 1 end
  return count
end

local function count_in(file)
  local count, first = 0, true
  for line in io.lines(file) do
    if first and line == "-- clock: virtual" then return 0 end
    count, first = count + sleeps(line), false
  end
  return count
end

local function is_judged(file)
  return not is_one_of(VIRTUAL, file) and not is_one_of(STEPPED, file) and
    not is_one_of(LOAD, file) and file ~= "spec/sleep_spec.lua"
end

describe("a spec", function()
  it("does not sleep, unless it says why", function()
    local wrong = {}
    for _, file in ipairs(command.lines "find spec -name '*.lua'") do
      local count = is_judged(file) and count_in(file) or 0
      local left = LEFT[file] and LEFT[file][1] or 0
      if count > left then
        wrong[#wrong + 1] = ("%s: %d, not at most %d"):format(file, count, left)
      end
    end
    assert.same({}, wrong)
  end)

  it("is found out if it does", function()
    assert.equal(2, sleeps "troupe.sleep(0.1) pcall(troupe.sleep(1))")
    assert.equal(1, sleeps "sh 'sleep 1'")
    assert.equal(0, sleeps "troupe.sleep(0) sleep(math.huge) -- 'sleep 1'")
    assert.equal(0, sleeps "function pauses.sleep(seconds)")
  end)
end)
