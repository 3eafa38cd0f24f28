-- Whose fault a timeout is, where another thread must be interrupted to tell,
-- or where who is asked dies meanwhile. The rest: culprit_spec.lua.

local actors = require "support.actors"
local eventually = require "support.eventually"
local troupe = require "troupe"

local run, begin = actors.run, actors.begin

local SHORT = 0.02

-- On a machine that is busy with other things 50 ms may be too short for an
-- answer: then once more. Also returns how often it was tried: each leaves a
-- request in the queue.
local function late(what, ...)
  local problem
  for tries = 1, 20 do
    local silent
    silent, problem = pcall(troupe.timeout, SHORT, what, ...)
    for _, entry in ipairs(not silent and problem.culprit or {}) do
      silent = silent or entry.doing:find "^did not say" ~= nil
    end
    if not silent then return problem, tries end
  end
  return problem
end

local function ask(pid, source, ...)
  return late(troupe.call, pid, "run", source or "return 1", ...)
end

describe("a request whose handler had begun", function()
  after_each(actors.finish)

  it("may be in a loop, which is interrupted for the answer", function()
    local pid = actors.puppet()
    local problem = ask(pid, [[
      local last = troupe.now() + 0.5
      while troupe.now() < last do
        state.n = 1 end
    ]])
    assert.matches('^is running call "run" %(puppet:[123]%)$',
      problem.culprit[1].doing)
    assert.matches("puppet:[123]: in", problem.culprit[1].stack)
    assert.is_nil(problem.culprit[1].waits)
    assert.equal(1, run(pid, "return state.n"))
  end)

  it("may be in a loop where nothing can be interrupted", function()
    -- It must have got to another worker than the one who asks.
    local pid = actors.puppet()
    local problem
    for _ = 1, 50 do
      begin(pid, [[
        load(function()
          local last = os.clock() + 0.1
          while os.clock() < last do state.n = 1 end
        end)
      ]])
      local last = os.clock() + 0.005
      repeat until os.clock() > last
      local ok, why = pcall(troupe.timeout, SHORT, troupe.call, pid, "run",
        "return 1")
      problem = not ok and why
      if problem and (problem.culprit[1].stack or ""):find "'load'" then
        break
      end
    end
    assert.matches('^is running cast "run" %(puppet:%d%)$',
      problem.culprit[1].doing)
    assert.matches("in function 'load'", problem.culprit[1].stack, 1, true)
    assert.equal(1, run(pid, "return state.n"))
  end)
end)

describe("who asks, and who is asked", function()
  after_each(actors.finish)

  it("may be killed meanwhile", function()
    for _ = 1, 50 do
      local callee, gate = actors.busy()
      local callers = {}
      for index = 1, 4 do
        callers[index] = actors.puppet()
        begin(callers[index], [[
          pcall(troupe.timeout, 0.001 * select(2, ...), troupe.call, ...)
        ]], callee, index, "run")
      end
      eventually(function() return actors.queue(callee) > 0 end)
      troupe.kill(callers[1])
      troupe.kill(gate)
      troupe.kill(callers[3])
      troupe.kill(callee)
    end
  end)
end)
