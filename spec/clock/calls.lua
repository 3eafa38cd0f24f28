-- Deadlines, supervisors, idle actors, each at its time.

local actors = require "support.actors"
local core = require "troupe.core"
local entity = require "troupe.entity"
local probe = require "probe"
local supervisor = require "troupe.supervisor"
local troupe = require "troupe"

local start
local function from_here() start = troupe.now() end
local function since() return math.floor((troupe.now() - start) * 1e6 + 0.5) /
  1e6 end

describe("in virtual time", function()
  before_each(from_here)
  after_each(actors.finish)

  it("a call has its five seconds", function()
    local pid = actors.busy()
    local good, failure = pcall(troupe.call, pid, "run", "return 1")
    assert.same({ false, "timeout", false },
      { good, failure.kind, failure.begun })
    assert.equal(5, since())
    assert.equal(5, failure.waited)
  end)

  it("a handler that sleeps for less answers", function()
    local pid = actors.puppet()
    assert.equal("done", actors.run(pid, "troupe.sleep(4.999) return 'done'"))
    assert.equal(4.999, since())
    local good, failure = pcall(actors.run, pid, "troupe.sleep(5)")
    assert.same({ false, "timeout", true },
      { good, failure.kind, failure.begun })
    assert.equal(9.999, since())
  end)

  it("the nearest of several deadlines counts", function()
    local pid = actors.busy()
    local function call() troupe.call(pid, "run", "return 1") end
    assert.is_false(pcall(troupe.timeout, 30, function()
      troupe.timeout(0.25, call)
    end))
    assert.equal(0.25, since())
    assert.is_false(pcall(troupe.timeout, 1, function()
      troupe.timeout(3600, call)
    end))
    assert.equal(1.25, since())
    troupe.timeout(2, troupe.shield, 60, function() troupe.sleep(40) end)
    assert.equal(41.25, since())
  end)

  it("a chain of calls hands its deadline on", function()
    local last, gate = actors.busy()
    local first = actors.puppet()
    assert.is_false(pcall(troupe.timeout, 3, actors.run, first,
      "return troupe.call(..., 'run', 'return 1')", last))
    assert.equal(3, since())
    troupe.call(gate, "release")
  end)

  it("a supervisor waits before it restarts", function()
    troupe.trap(true)
    local sup = assert(supervisor.start {
      { "fixtures.witness", { main = troupe.self(), label = "a" }, id = "a" },
      backoff = { 10, 60 } })
    local times = {}
    for i = 1, 3 do
      local _, _, pid = troupe.receive()
      times[i] = since()
      if i < 3 then troupe.cast(pid, "exit", "bad") troupe.receive() end
    end
    troupe.stop(sup)
    assert.equal(0, times[1])
    assert.is_true(times[2] < 10 and times[3] >= 9)
    troupe.trap(false)
    core.settle()
    troupe.send(troupe.self(), "end")
    repeat until troupe.receive() == "end"
  end)

  it("who is idle ends when he has been for so long", function()
    local pid = actors.puppet { idle = 600 }
    troupe.sleep(599)
    assert.equal(1, actors.run(pid, "return 1"))
    troupe.sleep(599)
    core.settle()
    assert.is_truthy(core.actor(pid))
    troupe.sleep(1)
    core.settle()
    assert.is_nil(core.actor(pid))
    assert.equal(1199, since())
  end)

  it("an entity sleeps when its time has come", function()
    local address = entity.kind("fixtures.asleep"):at(1)
    local before = probe.actors()
    troupe.call(address, "self")
    troupe.sleep(0.005)
    core.settle()
    assert.equal(before + 1, probe.actors())
    troupe.sleep(0.005)
    core.settle()
    assert.equal(before, probe.actors())
  end)

  it("an actor tells how long it has waited in that time", function()
    local pid = actors.busy()
    troupe.sleep(1000)
    assert.equal(1000, math.floor(core.actor(pid).since + 0.5))
    local good, failure = pcall(actors.run, pid, "return 1")
    assert.is_false(good)
    assert.matches("a reply from", tostring(failure))
  end)
end)
