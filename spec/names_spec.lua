-- clock: either
--
-- Texts for people tell an actor's key beside its pid and its behaviour:
-- <0.9.1> disk ("disk1").

local actors = require "support.actors"
local pool = require "troupe.pool"
local support = require "support"
local troupe = require "troupe"

local run = actors.run

-- The message of a call to this one that comes to nothing.
local function late(pid)
  local gate = actors.puppet()
  local problem = actors.raised(troupe.timeout, 0.01, troupe.call, pid, "run",
    "troupe.shield(60, troupe.call, ..., 'hold')", gate)
  troupe.call(gate, "release")
  return problem.message
end

describe("the key of an actor", function()
  after_each(actors.finish)

  it("is told in a timeout's message", function()
    local pid = actors.puppet { name = "disk1" }
    assert.matches(("%s fixtures.puppet (\"disk1\")"):format(pid), late(pid),
      1, true)
  end)

  it("is told as it would be written", function()
    local pid = actors.puppet { name = { "room", 7 } }
    assert.matches('fixtures.puppet ({"room", 7})', late(pid), 1, true)
  end)

  it("is cut if it is long", function()
    local pid = actors.puppet { name = ("long"):rep(1000) }
    assert.matches('%("long[long]*%.%.%."%) ', late(pid))
    local list = { "a", ("long"):rep(1000), "b" }
    assert.matches('%({"a", "long[^ ]*%) ',
      late(actors.puppet { name = list }))
  end)

  it("may be that of a pool's worker", function()
    local p = pool.start("disks", "fixtures.puppet", nil, { size = 1 })
    assert.matches('fixtures.puppet (pool "disks" 0)', late(p:at()), 1, true)
    p:stop()
  end)

  it("is none where there is none", function()
    local pid = actors.puppet()
    assert.matches(("%s fixtures.puppet in"):format(pid), late(pid), 1, true)
  end)

  it("follows what is registered and unregistered", function()
    local pid = actors.puppet { name = "first" }
    run(pid, "require 'troupe.registry'.register 'second'")
    assert.matches('("first")', late(pid), 1, true)
    run(pid, "require 'troupe.registry'.unregister 'first'")
    assert.matches('("second")', late(pid), 1, true)
    run(pid, "require 'troupe.registry'.unregister 'second'")
    assert.matches(("%s fixtures.puppet in"):format(pid), late(pid), 1, true)
    run(pid, "require 'troupe.registry'.register 'third'")
    assert.matches('("third")', late(pid), 1, true)
  end)

  it("is told in a deadlock, and in traces", function()
    local a = actors.puppet { name = "a" }
    local b = actors.puppet { name = "b" }
    local problem = actors.raised(run, a,
      "troupe.call(..., 'run', 'troupe.call(..., [[run]], [[]])', 'a')", b)
    local text = tostring(problem)
    assert.matches(('%s fixtures.puppet ("a"), in call "run", waits for ' ..
      'a reply from %s fixtures.puppet ("b")'):format(a, b), text, 1, true)
    assert.matches(('  in %s fixtures.puppet ("b"), call "run"'):format(b),
      text, 1, true)
    assert.equal('"b"', problem.trace[1].name)
  end)

  it("begins its lines on the log", function()
    local result = support.script([[
      local troupe = require "troupe"
      troupe.start("shop", nil, { name = "shop one" })
    ]], { files = { ["shop.lua"] =
      'require "troupe.log".warn("open") return {}' } })
    assert.matches('> shop %("shop one"%): open', result.stderr)
  end)
end)
