-- clock: virtual
--
-- A timeout says whose fault it is: who was busy, with what, on which line, and
-- how far back in its queue the request stood. Where that takes more than one
-- thread: culprit_thread_spec.lua.

local actors = require "support.actors"
local pool = require "troupe.pool"
local troupe = require "troupe"

local run, begin = actors.run, actors.begin

local SHORT = 0.02

local function late(what, ...)
  local silent, problem = pcall(troupe.timeout, SHORT, what, ...)
  assert.is_false(silent)
  return problem
end

local function ask(pid, source, ...)
  return late(troupe.call, pid, "run", source or "return 1", ...)
end

describe("a request that was not reached", function()
  after_each(actors.finish)

  it("stood somewhere in the queue of an actor that was busy", function()
    local pid, gate = actors.busy()
    for _ = 1, 3 do begin(pid, "state.n = 1") end
    local problem = ask(pid)
    assert.equal("timeout", problem.kind)
    assert.is_false(problem.begun)
    assert.equal(4, problem.position)
    assert.equal(4, problem.queued)
    assert.is_true(problem.waited >= SHORT)
    assert.matches('^a reply to "run" did not come from <[%d.]+> ' ..
      "fixtures.puppet in [%d.]+ s: it stood %dth of %d in the queue$",
      problem.message)
    local culprit, holder = table.unpack(problem.culprit)
    assert.equal(pid, culprit.pid)
    assert.equal("fixtures.puppet", culprit.behaviour)
    assert.equal('cast "run"', culprit.request)
    assert.equal(("a reply from %s fixtures.puppet"):format(gate),
      culprit.waits)
    assert.matches("puppet:2: in", culprit.stack, 1, true)
    assert.equal(('has been in cast "run" (puppet:2), waiting for %s'):format(
      culprit.waits), culprit.doing)
    assert.same({ gate, "is idle" }, { holder.pid, holder.doing })
    troupe.call(gate, "release")
  end)

  it("is told as first, second, third, eleventh", function()
    local pid, gate = actors.busy()
    local texts = { [1] = "1st", [2] = "2nd", [3] = "3rd", [4] = "4th",
      [11] = "11th", [21] = "21st" }
    local position = 0
    while position < 21 do
      local problem = ask(pid)
      position = problem.position
      if texts[position] then
        assert.matches((": it stood %s of %d in the queue"):format(
          texts[position], position), problem.message, 1, true)
      end
      if position > 4 then
        for _ = 1, 9 - (position - 1) % 10 do begin(pid, "state.n = 1") end
      end
    end
    troupe.call(gate, "release")
  end)

  it("may have had too many before it to be looked for", function()
    local pid, gate = actors.busy { mailbox = { size = 2000 } }
    for _ = 1, 1200 do begin(pid, "state.n = 1") end
    local problem = ask(pid)
    assert.is_nil(problem.position)
    assert.equal(1201, problem.queued)
    assert.matches("it stood far behind in a queue of " .. problem.queued,
      problem.message, 1, true)
    troupe.call(gate, "release")
  end)
end)

describe("a request whose handler had begun", function()
  after_each(actors.finish)

  it("is told so, with where its handler was", function()
    local pid, gate = actors.puppet(), actors.puppet()
    local problem = ask(pid, [[
      local gate = ...
      return coroutine.wrap(function()
        troupe.timeout(math.huge, troupe.call, gate, "hold")
      end)()
    ]], gate)
    assert.is_true(problem.begun)
    assert.is_nil(problem.position)
    assert.matches(": the handler had begun$", problem.message)
    assert.equal(gate, problem.culprit[2].pid)
  end)

  it("may have put off its reply", function()
    local gate = actors.puppet()
    local problem = late(troupe.call, gate, "hold")
    assert.matches(": it has put off its reply$", problem.message)
    assert.equal("is idle", problem.culprit[1].doing)
  end)

  it("may be one of several that its actor has in hand", function()
    local gate = actors.puppet()
    local server = actors.keep(troupe.start("fixtures.several"))
    local problem = late(troupe.call, server, "ask",
      gate)
    assert.equal(server, problem.culprit[1].pid)
    assert.equal(("a reply from %s fixtures.puppet"):format(gate),
      problem.culprit[1].waits)
    assert.equal(gate, problem.culprit[2].pid)
  end)
end)

describe("a chain of calls that is late", function()
  after_each(actors.finish)

  it("is followed to its end, though all of it gives up at once", function()
    local pids = {}
    for index = 1, 5 do pids[index] = actors.puppet() end
    local hop = [[
      local pids, at, hop = ...
      if at == #pids then return troupe.sleep(math.huge) end
      return (troupe.call(pids[at + 1], "run", hop, pids, at + 1, hop))
    ]]
    for _ = 1, 10 do
      local problem = ask(pids[1], hop, pids, 1, hop)
      assert.is_true(problem.begun)
      -- The first of them, or all, may have given up before, and told us so.
      local culprits = problem.culprit or {}
      local first = #pids - #culprits
      assert.is_true(first >= 0)
      for index, entry in ipairs(culprits) do
        assert.equal(pids[first + index], entry.pid)
      end
    end
    for _, pid in ipairs(pids) do assert.equal(1, run(pid, "return 1")) end
  end)

  it("is printed: each with its line and its stack", function()
    local pid, gate = actors.busy()
    local problem = ask(pid)
    local text = tostring(problem)
    assert.equal("timeout: " .. problem.message .. "\n  " .. tostring(pid) ..
      " fixtures.puppet " .. problem.culprit[1].doing .. "\n    " ..
      problem.culprit[1].stack:gsub("\n", "\n    ") .. "\n  " ..
      tostring(gate) .. " fixtures.puppet is idle\n  in " ..
      tostring(troupe.self()), text:match("^(.*" ..
      tostring(troupe.self()):gsub("%p", "%%%0") .. ")"))
    troupe.call(gate, "release")
  end)

  it("can be sent on with its error", function()
    local pid, gate = actors.busy()
    local other = actors.puppet()
    local problem = run(other, [[
      local ok, problem = pcall(troupe.timeout, 0.01, troupe.call, ...)
      return problem
    ]], pid, "run", "return 1")
    assert.equal(pid, problem.culprit[1].pid)
    assert.equal(1, problem.position)
    troupe.call(gate, "release")
  end)
end)

describe("whoever else keeps somebody waiting", function()
  after_each(actors.finish)

  it("may be an actor that starts", function()
    local problem = late(troupe.start, "fixtures.puppet",
      "\ntroupe.sleep(math.huge)")
    assert.matches('^the start of "fixtures.puppet" did not come in [%d.]+ s',
      problem.message)
    assert.equal("start", problem.culprit[1].request)
    assert.matches("^has been in start %(puppet:2%), waiting for the end " ..
      "of a sleep$", problem.culprit[1].doing)
  end)

  it("may be one that somebody else starts", function()
    local entity = 'require("troupe.entity").kind("fixtures.slow"):at("x")'
    local problem = run(actors.puppet(), ([[
      local ok, problem = pcall(troupe.timeout, 0.01, troupe.call, %s, "x")
      return problem
    ]]):format(entity))
    assert.equal("timeout", problem.kind)
    assert.equal("start", problem.culprit[1].request)
    troupe.kill(problem.culprit[1].pid)
  end)

  it("may be an actor that is to stop", function()
    local pid, gate = actors.busy()
    local problem = late(troupe.stop, pid)
    assert.matches("^the end of <[%d.]+> did not come in [%d.]+ s: " ..
      "it stood %d%a%a of %d in the queue$", problem.message)
    assert.equal(pid, problem.culprit[1].pid)
    troupe.call(gate, "release")
  end)

  it("may be who has the workers of a pool", function()
    local gate, borrower = actors.puppet(), actors.puppet()
    local workers = assert(pool.start("lent", "fixtures.puppet", nil,
      { size = 1 }))
    begin(borrower, [[
      local workers, gate, main = ...
      workers:with(function()
        troupe.timeout(math.huge, troupe.call, gate, "hold", main)
      end)
    ]], workers, gate, troupe.self())
    assert.same({ "held" }, { troupe.receive() })
    local problem = late(workers.with, workers, print)
    assert.matches("^a free worker of the pool did not come in [%d.]+ s$",
      problem.message)
    assert.equal(borrower, problem.culprit[1].pid)
    assert.equal(gate, problem.culprit[2].pid)
    troupe.call(gate, "release")
    workers:stop()
  end)

  it("is nobody where only time was waited for", function()
    local problem = late(troupe.sleep, 10)
    assert.matches("^the end of sleep did not come in [%d.]+ s$",
      problem.message)
    assert.is_nil(problem.culprit)
    assert.is_true(problem.waited >= SHORT)
  end)
end)

describe("a handler that gave up when its caller did", function()
  after_each(actors.finish)

  it("is named with where it was, one of several, too", function()
    for _, behaviour in ipairs { "fixtures.puppet", "fixtures.juggler" } do
      local pid = actors.keep(troupe.start(behaviour))
      local problem = ask(pid, "troupe.sleep(math.huge)")
      assert.is_true(problem.begun)
      local doing = problem.culprit[1].doing
      assert.equal('call "run"', problem.culprit[1].request)
      assert.matches('^has been in call "run" %(puppet:1%), .*the end of a ' ..
        "sleep$", doing)
    end
  end)
end)
