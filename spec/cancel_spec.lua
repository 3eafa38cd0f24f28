-- From outside, a wait is cancelled, or an evaluation is interrupted; the actor
-- goes on.

local actors = require "support.actors"
local core = require "troupe.core"
local eventually = require "support.eventually"
local pool = require "troupe.pool"
local probe = require "probe"
local registry = require "troupe.registry"
local troupe = require "troupe"
local versions = require "support.versions"

local puppet, run, begin, raised =
  actors.puppet, actors.run, actors.begin, actors.raised

-- Begins to wait; the error it gets is the actor's `state.problem`.
local function waiting(kind, source, ...)
  local pid = puppet()
  begin(pid, "state.ok, state.problem = pcall(function(...) " .. source ..
    " end, ...)", ...)
  actors.waits(pid, kind)
  return pid
end

local function problem_of(pid) return run(pid, "return state.problem") end

-- Its wait is cancelled, and it goes on.
local function cancel(pid)
  assert.is_true(core.cancel(pid))
  local problem = problem_of(pid)
  assert.is_table(problem)
  assert.equal("cancelled", problem.kind)
  assert.equal(pid, problem.trace[1].pid)
  return problem, pid
end

local function cancelled(kind, source, ...)
  return cancel(waiting(kind, source, ...))
end

describe("a wait that is cancelled", function()
  after_each(actors.finish)

  it("was a call that had not begun", function()
    local busy, gate = actors.busy()
    local problem = cancelled("a reply", "troupe.call(..., 'run', '')", busy)
    assert.equal('the wait for a reply to "run" was cancelled',
      problem.message)
    assert.is_false(problem.begun)
    troupe.call(gate, "release")
  end)

  it("was a call that had begun, and the reply is dropped", function()
    local gate = puppet()
    local waits = waiting("a reply",
      "local gate, report = ...; troupe.call(gate, 'hold', report)",
      gate, troupe.self())
    assert.equal("held", (troupe.receive()))
    local problem, pid = cancel(waits)
    assert.is_true(problem.begun)
    assert.equal(0, troupe.call(gate, "release", "late"))
    assert.equal(1, run(pid, "return 1"))
  end)

  it("was a sleep", function()
    local problem = cancelled("the end of a sleep", "troupe.sleep(math.huge)")
    assert.equal("the wait for the end of sleep was cancelled",
      problem.message)
  end)

  it("was a start, and nobody is left of it", function()
    local before = probe.actors()
    local _, pid = cancelled("a start",
      "troupe.start('fixtures.puppet', 'troupe.sleep(math.huge)')")
    eventually(function() return probe.actors() == before + 1 end)
    assert.equal(1, run(pid, "return 1"))
  end)

  it("was a get-or-start, which goes on for others", function()
    local gate, entries = puppet { name = "gate" }, probe.entries()
    local first = waiting("a start", [[
      return require "troupe.registry".ensure("cancelled", "fixtures.puppet",
        "troupe.call('gate', 'hold')")
    ]])
    local other = waiting("a start", [[
      return require "troupe.registry".ensure("cancelled", "fixtures.puppet")
    ]])
    assert.is_true(core.cancel(other))
    assert.equal("cancelled", problem_of(other).kind)
    eventually(function() return run(gate, "return #state.held == 1") end)
    troupe.call(gate, "release")
    assert.is_true(run(first, "return state.ok"))
    actors.keep(registry.whereis("cancelled"))
    troupe.kill(registry.whereis("cancelled"))
    eventually(function() return probe.entries() == entries end)
  end)

  it("was a check-out, and the next one has the worker", function()
    local p = pool.start("cancelled", "fixtures.puppet", nil, { size = 1 })
    local holder = puppet()
    begin(holder, [[
      local gate = ...
      require "troupe.pool".of("cancelled"):with(function()
        troupe.timeout(math.huge, troupe.call, gate, "hold")
      end)
    ]], (puppet()))
    eventually(function() return run(puppet(), [[
      return not pcall(troupe.timeout, 0.001, function()
        require "troupe.pool".of("cancelled"):with(function() end)
      end)
    ]]) end)
    local _, pid = cancelled("a pool worker",
      "require 'troupe.pool'.of('cancelled'):with(function() end)")
    troupe.kill(holder)
    assert.equal(1, p:with(function() return 1 end))
    assert.equal(1, run(pid, "return 1"))
    p:stop()
  end)

  it("was for room, and the message is not sent", function()
    local slow, gate = actors.busy { mailbox = { size = 1 } }
    begin(slow, "state.n = 1")
    local problem, pid = cancelled("room in a mailbox",
      "troupe.cast(..., 'run', 'state.n = 2')", slow)
    assert.is_false(problem.begun)
    troupe.call(gate, "release")
    assert.equal(1, run(slow, "return state.n"))
    run(pid, "troupe.cast(..., 'run', 'state.n = 3')", slow)
    assert.equal(3, run(slow, "return state.n"))
  end)

  it("was for an end", function()
    local busy, gate = actors.busy()
    cancelled("a stop", "troupe.stop(...)", busy)
    troupe.call(gate, "release")
  end)

  it("was for data, and the socket works on", function()
    local pid = puppet()
    run(pid, [[
      local tcp = require "troupe.tcp"
      local server = tcp.serve("127.0.0.1:0", "fixtures.mute")
      state.sock = assert(tcp.connect(server:address()))
    ]])
    actors.begin(pid,
      "state.problem = select(2, pcall(state.sock.read, state.sock))")
    actors.waits(pid, "a socket")
    assert.is_true(core.cancel(pid))
    assert.equal("cancelled", problem_of(pid).kind)
    run(pid, "assert(state.sock:write 'x\\n')")
  end)

  it("was for a message, and a receive after it works", function()
    local pid = actors.keep(troupe.start("fixtures.receiver"))
    troupe.send(pid, "within", 100)
    eventually(function()
      return select(2, core.visit(pid, "enter", "got.within")) == 100
    end)
    assert.is_true(core.cancel(pid))
    assert.same({ "", "cancelled" }, { core.visit(pid, "enter", "late") })
  end)

  it("was for an event of a trace", function()
    cancelled("an event of a trace",
      "return require 'troupe.inspect'.trace(..., 1, 100)", puppet())
  end)

  it("was for the parts of a reload, which go on as they were", function()
    local module, gate = versions.counter(), puppet()
    local pid = module.start()
    begin(puppet(), "pcall(troupe.call, ...)", pid, "hold", gate,
      troupe.self())
    assert.equal("held", (troupe.receive()))
    versions.write(module, 2)
    local leader = puppet()
    begin(leader, [[
      state.ok, state.problem = pcall(require "troupe.inspect".reload, ...)
    ]], module.name)
    actors.waits(leader, "a reload")
    eventually(function()
      core.cancel(leader)
      return core.actor(leader).doing == "idle"
    end)
    assert.equal("cancelled", problem_of(leader).kind)
    troupe.call(gate, "release")
    assert.equal(1, (troupe.call(pid, "get")))
    versions.finish()
  end)

  it("is none of an actor that does not wait", function()
    local pid = puppet()
    assert.is_false(core.cancel(pid))
    troupe.kill(pid)
    assert.is_false(core.cancel(pid))
  end)

  it("is all of those of an actor that handles several", function()
    local pid = actors.keep(troupe.start("fixtures.several"))
    local gate = puppet()
    local askers = {}
    for i = 1, 2 do
      askers[i] = waiting("a reply", "troupe.call(...)", pid, "ask", gate)
    end
    eventually(function() return run(gate, "return #state.held") == 2 end)
    assert.is_true(core.cancel(pid))
    for i = 1, 2 do
      assert.equal("exit", problem_of(askers[i]).kind)
    end
  end)
end)

-- --- Interrupts --------------------------------------------------------------

local LOOP = "while true do pcall(function() while true do end end) end"

-- Runs it as an evaluation, interrupts it once it has begun, and returns what
-- core.evaluate has.
local function interrupted(source)
  local pid = puppet()
  begin(pid, [[
    local source, main = ...
    local function evaluate(...)
      state.n, state.result = select("#", ...), { ... }
    end
    evaluate(require "troupe.core".evaluate(7, load(source, "=ev"), main))
    troupe.send(main, "done")
  ]], source, troupe.self())
  assert.equal("begun", troupe.receive())
  assert.is_false(core.interrupt(pid, 8))
  assert.is_true(core.interrupt(pid, 7))
  assert.equal("done", troupe.receive())
  assert.is_false(core.interrupt(pid, 7))
  return run(pid, "return table.unpack(state.result, 1, state.n)")
end

local BEGUN = "local troupe = require 'troupe'; troupe.send(..., 'begun'); "

describe("an evaluation", function()
  after_each(actors.finish)

  it("gives what it returns, or what it raises and where", function()
    local pid = puppet()
    assert.same({ true, 1, nil, 3, n = 4 }, table.pack(run(pid, [[
      return require "troupe.core".evaluate(1, function(...)
        troupe.sleep(0)
        return ...
      end, 1, nil, 3)
    ]])))
    local ok, problem, stack = run(pid, [[
      return require "troupe.core".evaluate(1, load("error 'no'", "=ev"))
    ]])
    assert.same({ false, "ev:1: no" }, { ok, problem })
    assert.matches("ev:1: in main chunk", stack)
    ok, problem = run(pid, [[
      return require "troupe.core".evaluate(1, coroutine.yield, 1)
    ]])
    assert.same({ false, "attempt to yield from outside a coroutine" },
      { ok, problem })
  end)

  for _, source in ipairs { "while true do end", LOOP,
      "troupe.sleep(math.huge)",
      "while true do pcall(troupe.sleep, 100) end",
      "coroutine.wrap(function() " .. LOOP .. " end)()",
      "coroutine.wrap(function() troupe.sleep(math.huge) end)()",
      "xpcall(function() while true do end end, function() " .. LOOP ..
        " end)",
      "while true do xpcall(troupe.sleep, function() " .. LOOP ..
        " end, 100) end",
      "table.sort({1, 2, 3}, function() " .. LOOP .. " end)",
      "while true do " ..
        "coroutine.wrap(function() pcall(troupe.sleep, 9) end)() end",
      "local t <close> = setmetatable({}, { __close = function() " .. LOOP ..
        " end }); " .. LOOP } do
    it("is interrupted: " .. source, function()
      local ok, problem, stack = interrupted(BEGUN .. source)
      assert.is_false(ok)
      assert.equal("interrupted", problem.kind)
      assert.is_string(stack)
    end)
  end

  it("closes what is pending", function()
    for _, source in ipairs { "while true do end",
        "troupe.sleep(math.huge)" } do
      local pid = puppet()
      begin(pid, [[
        local source, main = ...
        require "troupe.core".evaluate(7, function()
          local t <close> = setmetatable({}, { __close = function()
            troupe.send(main, "closed")
          end })
          troupe.send(main, "begun")
          load("local troupe = require 'troupe'; " .. source)()
        end)
      ]], source, troupe.self())
      assert.equal("begun", troupe.receive())
      assert.is_true(core.interrupt(pid))
      assert.equal("closed", troupe.receive())
    end
  end)

  it("ends what it has asked for elsewhere", function()
    local pid, other = puppet(), puppet()
    begin(pid, [[
      local core, other, main = require "troupe.core", ...
      state.result = { core.evaluate(7, troupe.timeout, math.huge, core.visit,
        other, "enter", "begun = true; while true do end") }
      troupe.send(main, "done")
    ]], other, troupe.self())
    eventually(function()
      local _, begun = core.visit(other, "enter now", "begun")
      return begun
    end)
    assert.is_true(core.interrupt(pid, 7))
    assert.equal("done", troupe.receive())
    assert.equal(1, run(other, "return 1"))
  end)

  it("is interrupted alone among several of an actor", function()
    local pid = actors.keep(troupe.start "fixtures.evaluators")
    for number, source in ipairs { "require 'troupe'.sleep(math.huge)",
        "while true do pcall(require 'troupe'.sleep, 100) end", LOOP } do
      troupe.cast(pid, "evaluate", number, source, troupe.self())
      assert.equal(number, (troupe.receive()))
    end
    for _, number in ipairs { 2, 3, 1 } do
      assert.is_true(core.interrupt(pid, number))
      assert.same({ number, "interrupted" }, { troupe.receive() })
    end
    assert.is_false(core.interrupt(pid))
  end)

  it("is not there to be interrupted in an actor that handles a message",
    function()
      local pid, gate = actors.busy()
      assert.is_false(core.interrupt(pid))
      assert.is_false(core.interrupt(pid, 1))
      troupe.call(gate, "release")
      assert.is_false(core.interrupt(pid))
    end)

  it("of nobody raises noactor", function()
    local pid = puppet()
    troupe.kill(pid)
    assert.equal("noactor", raised(core.interrupt, pid).kind)
  end)
end)

describe("a visit that is interrupted", function()
  after_each(actors.finish)

  for _, source in ipairs { "while true do end", LOOP,
      "require 'troupe'.sleep(math.huge)",
      "while true do pcall(require 'troupe'.sleep, 100) end" } do
    it("raises at its asker: " .. source, function()
      local pid = puppet()
      local asker = puppet()
      begin(asker, [[
        local core, pid, source = require "troupe.core", ...
        state.ok, state.problem = pcall(troupe.timeout, math.huge, core.visit,
          pid, "enter", "begun = true; " .. source)
      ]], pid, source)
      eventually(function()
        local _, begun = core.visit(pid, "enter now", "begun")
        return begun
      end)
      assert.is_true(core.interrupt(pid))
      local problem = problem_of(asker)
      assert.equal("interrupted", problem.kind)
      assert.equal(pid, problem.trace[1].pid)
      assert.is_false(core.interrupt(pid))
      assert.equal(1, run(pid, "return 1"))
    end)
  end
end)
