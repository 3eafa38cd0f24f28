-- clock: virtual
--
-- Deadlines: troupe.timeout, troupe.shield, and the five seconds of a call.
-- Where they race with other threads: time_race_spec.lua.

local actors = require "support.actors"
local troupe = require "troupe"

local raised, run = actors.raised, actors.run

local SHORT = 3 -- seconds

local function sleep_forever() troupe.sleep(math.huge) end

local function kind_of(run_it, ...) return raised(run_it, ...).kind end

describe("troupe.timeout", function()
  after_each(actors.finish)

  it("passes arguments, and returns all results", function()
    assert.same({ 1, nil, 3, nil, n = 4 }, table.pack(
      troupe.timeout(1, function(...) return ... end, 1, nil, 3, nil)))
  end)

  it("passes on an error", function()
    local object = setmetatable({}, {})
    assert.equal(object, raised(troupe.timeout, 1, error, object))
  end)

  it("ends a call", function()
    local gate = actors.puppet()
    local problem = raised(troupe.timeout, SHORT, troupe.call, gate, "hold")
    assert.equal("timeout", problem.kind)
    assert.matches('^a reply to "hold" did not come from <[%d.]+> ' ..
      "fixtures.puppet in [%d.]+ s: it has put off its reply$",
      problem.message)
    assert.equal(gate, problem.culprit[1].pid)
  end)

  it("ends a sleep, a receive and a start", function()
    assert.equal("timeout", kind_of(troupe.timeout, SHORT, sleep_forever))
    assert.equal("timeout", kind_of(troupe.timeout, SHORT, troupe.receive))
    assert.equal("timeout", kind_of(troupe.timeout, SHORT, troupe.start,
      "fixtures.puppet", "troupe.sleep(math.huge)"))
  end)

  it("raises at each later wait, once it has passed", function()
    local gate = actors.puppet()
    troupe.timeout(SHORT, function()
      assert.equal("timeout", kind_of(sleep_forever))
      assert.equal("timeout", kind_of(sleep_forever))
      assert.equal("timeout", kind_of(troupe.call, gate, "release"))
      assert.equal("timeout", kind_of(troupe.receive))
      assert.equal("timeout", kind_of(troupe.start, "fixtures.puppet"))
    end)
    assert.equal(0, troupe.call(gate, "release"))
  end)

  it("of no time at all raises at the first wait", function()
    local gate = actors.puppet()
    for _, seconds in ipairs { 0, -1, -math.huge, 0 / 0 } do
      local problem = raised(troupe.timeout, seconds, troupe.call, gate,
        "release")
      assert.equal("timeout", problem.kind)
      assert.is_false(problem.begun)
    end
  end)

  it("never exceeds an outer one", function()
    for _, inner in ipairs { 3600, math.huge } do
      local ended = false
      assert.equal("timeout", kind_of(troupe.timeout, SHORT, function()
        troupe.timeout(inner, sleep_forever)
        ended = true
      end))
      assert.is_false(ended)
    end
  end)

  it("may end before an outer one, which then holds again", function()
    local caught = {}
    troupe.timeout(30, function()
      caught[1] = kind_of(troupe.timeout, SHORT, sleep_forever)
      troupe.sleep(0)
      troupe.sleep(SHORT)
      caught[2] = kind_of(troupe.timeout, SHORT, sleep_forever)
    end)
    troupe.sleep(SHORT)
    assert.same({ "timeout", "timeout" }, caught)
  end)

  it("is over when its function is left by an error or a break", function()
    pcall(troupe.timeout, SHORT, error, "out")
    pcall(troupe.timeout, SHORT, sleep_forever)
    troupe.sleep(2 * SHORT)
  end)

  it("belongs to the coroutine that asked for it", function()
    local inner = coroutine.wrap(function()
      troupe.timeout(SHORT, function()
        coroutine.yield("inside")
        sleep_forever()
      end)
    end)
    assert.equal("inside", inner())
    troupe.sleep(2 * SHORT)
    assert.equal("timeout", kind_of(inner))
    troupe.sleep(SHORT)
  end)

  it("holds in coroutines that are resumed inside it", function()
    local inner = coroutine.wrap(sleep_forever)
    assert.equal("timeout", kind_of(troupe.timeout, SHORT, inner))
  end)

  it("says what it expects", function()
    assert.matches('expected timeout to be a number, got "5s"',
      raised(troupe.timeout, "5s", print).message, 1, true)
    assert.matches("expected timeout to be a number, got no value",
      raised(troupe.timeout).message, 1, true)
    assert.matches("expected fn to be a function, got no value",
      raised(troupe.timeout, 1).message, 1, true)
    assert.matches('expected seconds to be a number, got "5s"',
      raised(troupe.sleep, "5s").message, 1, true)
  end)
end)

describe("a call without a deadline", function()
  after_each(actors.finish)

  it("ends after five seconds; math.huge means never", function()
    local gate, brief, patient = actors.puppet(), actors.puppet(),
      actors.puppet()
    local main = troupe.self()
    actors.begin(patient, [[
      local gate, main = ...
      troupe.send(main, "patient", troupe.timeout(math.huge, troupe.call,
        gate, "hold", main))
    ]], gate, main)
    assert.equal("held", (troupe.receive()))
    actors.begin(brief, [[
      local gate, main = ...
      local ok, problem = pcall(troupe.call, gate, "hold", main)
      troupe.send(main, "brief", problem.kind)
    ]], gate, main)
    assert.equal("held", (troupe.receive()))
    assert.same({ "brief", "timeout" }, { troupe.receive() })
    assert.equal(1, troupe.call(gate, "release", "at last"))
    assert.same({ "patient", "at last" }, { troupe.receive() })
  end)
end)

describe("a call that waits for room, and then for its reply", function()
  after_each(actors.finish)

  it("has one deadline for both", function()
    local pid, gate = actors.busy { mailbox = { size = 1 } }
    local second, caller = actors.puppet(), actors.puppet()
    actors.begin(pid, "")
    actors.begin(caller, [[
      local pid, gate, main = ...
      local ok, problem = pcall(troupe.call, pid, "run",
        "troupe.timeout(math.huge, troupe.call, ...)", gate, "hold")
      troupe.send(main, ok, problem.kind, problem.begun,
        math.floor(problem.waited + 0.5))
    ]], pid, second, troupe.self())
    troupe.sleep(2)
    troupe.call(gate, "release")
    assert.same({ false, "timeout", true, 3 }, { troupe.receive() })
  end)
end)

describe("the deadline of a request", function()
  after_each(actors.finish)

  local function through(pid, source, ...)
    return pcall(troupe.timeout, SHORT, troupe.call, pid, "run", source, ...)
  end

  it("is inherited by calls that its handler makes", function()
    local gate, pid = actors.puppet(), actors.puppet()
    for _, call in ipairs { "troupe.call", "troupe.timeout, 3600, troupe.call",
      "troupe.timeout, math.huge, troupe.call" } do
      through(pid, ([[
        local gate, main = ...
        local ok, problem = pcall(%s, gate, "hold")
        troupe.send(main, problem.kind)
      ]]):format(call), gate, troupe.self())
      assert.equal("timeout", troupe.timeout(4, troupe.receive))
    end
  end)

  it("ends the request, not the actor", function()
    local pid = actors.puppet()
    run(pid, "state.kept = 'kept'")
    for _ = 1, 3 do
      local ok, problem = through(pid, "troupe.sleep(math.huge)")
      assert.is_false(ok)
      assert.equal("timeout", problem.kind)
      assert.is_true(problem.begun)
    end
    assert.equal("kept", run(pid, "return state.kept"))
  end)

  it("runs what the handler left to be closed", function()
    local pid = actors.puppet()
    through(pid, [[
      local mark <close> = setmetatable({}, { __close = function()
        state.closed = true
      end })
      troupe.sleep(math.huge)
    ]])
    assert.is_true(run(pid, "return state.closed"))
  end)

  it("can be caught, and is raised again at the next wait", function()
    local pid = actors.puppet()
    through(pid, [[
      state.caught = {}
      for round = 1, 3 do
        local ok, problem = pcall(troupe.sleep, math.huge)
        state.caught[round] = problem.kind
      end
    ]])
    assert.same({ "timeout", "timeout", "timeout" },
      run(pid, "return state.caught"))
  end)

  it("does not excuse another error", function()
    local pid = actors.puppet()
    through(pid, "pcall(troupe.sleep, math.huge) error('other')")
    assert.is_false((pcall(run, pid, "return 1")))
  end)

  it("does not excuse a timeout of the handler's own making", function()
    local pid = actors.puppet()
    local problem = raised(run, pid,
      "troupe.timeout(0.001, troupe.sleep, math.huge)")
    assert.equal("exit", problem.kind)
    assert.equal("timeout", problem.reason)
    assert.equal("noactor", kind_of(run, pid, "return 1"))
  end)

  it("is none for a cast", function()
    local pid, gate = actors.busy()
    troupe.timeout(SHORT, troupe.cast, pid, "run", [[
      troupe.sleep(0.001)
      state.slept = true
    ]])
    troupe.sleep(2 * SHORT)
    troupe.call(gate, "release")
    assert.is_true(run(pid, "return state.slept"))
  end)
end)

describe("troupe.shield", function()
  after_each(actors.finish)

  it("is not cut short by an outer deadline", function()
    local reached
    assert.equal("timeout", kind_of(troupe.timeout, SHORT, function()
      pcall(sleep_forever)
      reached = troupe.shield(30, function(...)
        troupe.sleep(SHORT)
        return ...
      end, "done")
      sleep_forever()
    end))
    assert.equal("done", reached)
  end)

  it("is not cut short by the deadline of the request", function()
    local pid = actors.puppet()
    pcall(troupe.timeout, SHORT, troupe.call, pid, "run", [[
      troupe.shield(30, function()
        pcall(troupe.timeout, 0.02, troupe.sleep, math.huge)
        troupe.sleep(0.001)
        state.done = true
      end)
    ]])
    assert.is_true(run(pid, "return state.done"))
  end)

  it("has a deadline of its own", function()
    assert.equal("timeout", kind_of(troupe.shield, SHORT, sleep_forever))
    assert.equal("timeout", kind_of(troupe.shield, SHORT, troupe.timeout, 3600,
      sleep_forever))
  end)

  it("says what it expects", function()
    assert.matches("expected timeout to be a number, got nil",
      raised(troupe.shield, nil, print).message, 1, true)
  end)
end)

describe("the timeout of a start", function()
  after_each(actors.finish)

  it("ends the actor whose init it has overtaken", function()
    local problem = raised(troupe.start, "fixtures.puppet",
      "troupe.sleep(math.huge)", { timeout = SHORT, name = "slow" })
    assert.equal("timeout", problem.kind)
    assert.is_false(problem.begun)
    actors.finish()
    actors.puppet { name = "slow" }
  end)

  it("leaves its linked starter alive", function()
    local pid = actors.puppet()
    assert.equal("timeout", run(pid, [[
      local ok, problem = pcall(troupe.start, "fixtures.puppet",
        "troupe.sleep(math.huge)", { timeout = 0.01, link = true })
      return problem.kind
    ]]))
    actors.puppet()
    assert.equal(1, run(pid, "return 1"))
  end)
end)
