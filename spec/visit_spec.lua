-- One actor has a function of the host run inside another: core.visit.

local actors = require "support.actors"
local core = require "troupe.core"
local support = require "support"
local troupe = require "troupe"

local puppet, run, begin, raised =
  actors.puppet, actors.run, actors.begin, actors.raised

describe("a visit between two messages", function()
  after_each(actors.finish)

  it("answers with what it returns", function()
    local pid = puppet()
    run(pid, "state.waste = string.rep('x', 100000)")
    run(pid, "state.waste = nil")
    local before, after = core.visit(pid, "gc")
    assert.is_true(before > 100000)
    assert.is_true(after < before - 100000)
  end)

  it("waits until the handler in hand is done", function()
    local pid, gate = actors.busy()
    local problem = raised(troupe.timeout, 0.02, core.visit, pid, "gc")
    assert.equal("timeout", problem.kind)
    assert.is_false(problem.begun)
    assert.equal(pid, problem.culprit[1].pid)
    troupe.call(gate, "release")
    assert.is_number((core.visit(pid, "gc")))
  end)

  it("goes before the messages that wait", function()
    local pid, gate = actors.busy()
    begin(pid, "state.n = 1")
    local asker = puppet()
    begin(asker, [[
      require "troupe.core".visit(..., "gc")
      state.n = troupe.call(..., "run", "return state.n")
    ]], pid)
    troupe.call(gate, "release")
    assert.equal(1, run(asker, "return state.n"))
  end)

  it("is one of the handlers of an actor that has several", function()
    local pid = actors.keep(troupe.start("fixtures.several", 2))
    assert.is_number((core.visit(pid, "gc")))
  end)

  it("of oneself would never be: it raises a deadlock", function()
    local problem = raised(core.visit, troupe.self(), "gc")
    assert.equal("deadlock", problem.kind)
  end)

  it("raises noactor where nobody is", function()
    local pid = puppet()
    troupe.kill(pid)
    assert.equal("noactor", raised(core.visit, pid, "gc").kind)
  end)

  it("raises noactor if the actor ends first", function()
    local pid = actors.busy()
    local asker = puppet()
    begin(asker, [[
      local ok, problem = pcall(require "troupe.core".visit, ..., "gc")
      state.kind = problem.kind
    ]], pid)
    actors.waits(asker, "the answer to a visit")
    troupe.kill(pid)
    assert.equal("noactor", run(asker, "return state.kind"))
  end)
end)

describe("visits at random to actors that are busy", function()
  for _, workers in ipairs { 1, 2, 8 } do
    for seed = 1, 2 do
      it(("lose nothing: %d workers, seed %d"):format(workers, seed),
        function()
          local name = "fixtures/visits.lua"
          local output = support.output(('dofile "%s"'):format(name), {
            flags = { "--workers", workers },
            files = { [name] = support.command.read("spec/" .. name) },
            arguments = { tostring(seed) },
            limit = 120,
          })
          assert.equal("transfers: 400\nmoney: 6000\n", output)
        end)
    end
  end
end)
