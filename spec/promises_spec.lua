-- What DESIGN.md promises of every call and cast: serial (1), ordered (2),
-- late means gone (4), a callee's death ends the call (5), and an exact
-- `begun`.

local actors = require "support.actors"
local command = require("support").command
local troupe = require "troupe"

local raised, run = actors.raised, actors.run

local SHORT = 0.01

-- An actor of its own makes the call; what it raises is sent here.
local function caller(target, seconds, ...)
  local pid = actors.puppet()
  actors.begin(pid, [[
    local main, seconds, target = ...
    local ok, problem = pcall(troupe.timeout, seconds, troupe.call, target,
      select(4, ...))
    troupe.send(main, "raised", troupe.self(), not ok and problem.kind,
      not ok and problem.begun)
  ]], troupe.self(), seconds, target, ...)
  return pid
end

-- The next report of a caller: kind, begun, and who it was.
local function report()
  local what, pid, kind, begun = troupe.timeout(10, troupe.receive)
  assert.equal("raised", what)
  return kind, begun, pid
end

describe("an actor is serial", function()
  after_each(actors.finish)

  it("handles nothing else while its handler waits", function()
    local pid, gate = actors.busy()
    actors.begin(pid, "state.log = { 'cast' }")
    troupe.send(pid, "run", "table.insert(state.log, 'info')")
    local asker = caller(pid, 30, "run", "table.insert(state.log, 'call')")
    actors.queued(pid, 3)
    actors.begin(gate, "troupe.send(..., 'still')", troupe.self())
    assert.equal("still", troupe.receive())
    actors.queued(pid, 3)
    troupe.call(gate, "release")
    assert.same({ false, false, asker }, { report() })
    assert.same({ "cast", "info", "call" }, run(pid, "return state.log"))
  end)

  it("finds its state as it left it, after any wait", function()
    local pid, other = actors.puppet(), actors.puppet()
    run(pid, "state.n = 0")
    for _ = 1, 20 do
      caller(pid, 30, "run", [[
        local before = state.n
        troupe.call(..., "run", "return 1")
        troupe.sleep(0)
        state.n = before + 1
      ]], other)
    end
    for _ = 1, 20 do assert.is_false(report()) end
    assert.equal(20, run(pid, "return state.n"))
  end)
end)

describe("messages", function()
  after_each(actors.finish)

  it("from one sender to one receiver arrive in the order sent", function()
    local pid = actors.puppet()
    run(pid, "state.log = {}")
    for index = 1, 300 do
      local send = index % 3 == 0 and troupe.send or index % 3 == 1
        and troupe.cast or troupe.call
      send(pid, "run", "table.insert(state.log, ...)", index)
    end
    local log = run(pid, "return state.log")
    assert.equal(300, #log)
    for index = 1, 300 do assert.equal(index, log[index]) end
  end)
end)

describe("a late call", function()
  after_each(actors.finish)

  it("is skipped before its handler runs, and begun is false", function()
    local pid, gate = actors.busy()
    local problem = raised(troupe.timeout, SHORT, troupe.call, pid, "run",
      "state.ran = true")
    assert.equal("timeout", problem.kind)
    assert.is_false(problem.begun)
    troupe.call(gate, "release")
    assert.is_nil(run(pid, "return state.ran"))
  end)

  it("is skipped alone: what stood behind it is handled", function()
    local pid, gate = actors.busy()
    caller(pid, SHORT, "run", "state.ran = true")
    assert.equal("timeout", (report()))
    actors.begin(pid, "state.cast = true")
    caller(pid, 30, "run", "state.call = true")
    actors.queued(pid, 3)
    troupe.call(gate, "release")
    assert.is_false((report()))
    assert.same({ nil, true, true, n = 3 }, table.pack(run(pid,
      "return state.ran, state.cast, state.call")))
  end)

  it("that is in hand has begun; its reply is discarded", function()
    local gate = actors.puppet()
    local problem = raised(troupe.timeout, SHORT, troupe.call, gate, "hold")
    assert.equal("timeout", problem.kind)
    assert.is_true(problem.begun)
    assert.equal(0, troupe.call(gate, "release", "late"))
    assert.equal("on time", run(gate, "return 'on time'"))
  end)

  it("never gets the reply to an earlier one", function()
    local gate = actors.puppet()
    for round = 1, 100 do
      pcall(troupe.timeout, 0.0005, troupe.call, gate, "hold")
      troupe.cast(gate, "run",
        "for _, from in ipairs(state.held) do troupe.reply(from, 'late') end")
      assert.equal(round, run(gate, "state.held = {} return ...", round))
    end
  end)

  it("gives its nested calls the time that is left", function()
    local gate, pid = actors.puppet(), actors.puppet()
    caller(pid, SHORT, "run", [[
      troupe.timeout(math.huge, troupe.call, ..., "hold")
    ]], gate)
    local kind, begun = report()
    assert.equal("timeout", kind)
    assert.is_true(begun)
    assert.equal(1, run(pid, "return 1")) -- so its handler has ended, too
    assert.equal(0, troupe.call(gate, "release"))
  end)

  it("of one caller leaves the others their time", function()
    local gate = actors.puppet()
    caller(gate, SHORT, "hold")
    assert.equal("timeout", (report()))
    local patient = caller(gate, math.huge, "hold", troupe.self())
    assert.equal("held", (troupe.receive()))
    assert.equal(1, troupe.call(gate, "release"))
    assert.same({ false, false, patient }, { report() })
  end)
end)

describe("a cast", function()
  after_each(actors.finish)

  it("never expires, however long it stands", function()
    local pid, gate = actors.busy()
    troupe.timeout(SHORT, function()
      troupe.cast(pid, "run", "state.cast = true")
      troupe.send(pid, "run", "state.info = true")
    end)
    pcall(troupe.timeout, 2 * SHORT, troupe.sleep, math.huge)
    troupe.call(gate, "release")
    assert.same({ true, true },
      { run(pid, "return state.cast, state.info") })
  end)
end)

describe("a callee's death", function()
  after_each(actors.finish)

  local ends = {
    ["a kill"] = "troupe.kill(troupe.self())",
    ["an error"] = "error('broken', 0)",
    ["an exit"] = "troupe.exit('tired')",
  }

  it("by a kill ends the call in hand, and it has begun", function()
    local pid, gate = actors.puppet(), actors.puppet()
    caller(pid, math.huge, "run", [[
      local gate, main = ...
      troupe.timeout(math.huge, troupe.call, gate, "hold", main)
    ]], gate, troupe.self())
    assert.equal("held", (troupe.receive()))
    troupe.kill(pid)
    local kind, begun = report()
    assert.equal("exit", kind)
    assert.is_true(begun)
  end)

  for how, source in pairs(ends) do
    it("by " .. how .. " ends all queued calls, and none has begun", function()
      local pid, gate = actors.busy()
      actors.begin(pid, source)
      for _ = 1, 10 do caller(pid, math.huge, "run", "return") end
      actors.queued(pid, 11)
      troupe.call(gate, "release")
      for _ = 1, 10 do
        local kind, begun = report()
        assert.equal("exit", kind)
        assert.is_false(begun)
      end
    end)

    it("by " .. how .. " ends deferred calls, and they have begun", function()
      local pid = actors.puppet()
      for _ = 1, 10 do caller(pid, math.huge, "hold", troupe.self()) end
      for _ = 1, 10 do assert.equal("held", (troupe.receive())) end
      actors.begin(pid, source)
      for _ = 1, 10 do
        local kind, begun = report()
        assert.equal("exit", kind)
        assert.is_true(begun)
      end
    end)
  end

  it("by a kill goes before all that waits in the mailbox", function()
    local pid, gate = actors.busy()
    -- Where C has called Lua no handler can be left at once.
    actors.begin(pid, [[
      pcall(tostring, setmetatable({}, { __tostring = function()
        troupe.kill(troupe.self())
      end }))
    ]])
    for _ = 1, 10 do
      actors.begin(pid, "troupe.send(..., 'ran')", troupe.self())
    end
    troupe.monitor(pid)
    troupe.call(gate, "release")
    assert.same({ "down", pid, "killed" }, { troupe.receive() })
  end)

  it("gives its reason to every caller", function()
    local pid, gate = actors.busy()
    actors.begin(pid, "troupe.exit { code = 7 }")
    local asker = actors.puppet()
    actors.begin(asker, [[
      local pid, main = ...
      local ok, problem = pcall(troupe.call, pid, "run", "return")
      troupe.send(main, problem.reason, tostring(problem))
    ]], pid, troupe.self())
    actors.queued(pid, 2)
    troupe.call(gate, "release")
    local reason, text = troupe.receive()
    assert.same({ code = 7 }, reason)
    assert.matches(tostring(pid) .. " ended", text, 1, true)
  end)

  it("before the call is noactor, and it has not begun", function()
    local pid = actors.puppet()
    troupe.stop(pid)
    local problem = raised(run, pid, "return")
    assert.equal("noactor", problem.kind)
    assert.is_false(problem.begun)
  end)

  it("by a stop comes after what was sent before it", function()
    local pid, gate = actors.busy()
    actors.begin(pid, "troupe.send(..., 'handled')", troupe.self())
    local stopper = actors.puppet()
    actors.begin(stopper, [[
      local pid, main = ...
      troupe.send(main, "stopped", troupe.stop(pid))
    ]], pid, troupe.self())
    actors.queued(pid, 2)
    caller(pid, math.huge, "run", "return")
    actors.queued(pid, 3)
    troupe.call(gate, "release")
    assert.equal("handled", troupe.receive())
    local heard = {}
    for _ = 1, 2 do
      local what, a, b, c = troupe.receive()
      if what == "raised" then heard.call = { b, c } else heard.stop = a end
    end
    assert.same({ call = { "exit", false }, stop = true }, heard)
  end)
end)

describe("with any number of workers", function()
  local expected

  for _, workers in ipairs { 1, 2, 8 } do
    it(("(%d) the answers are the same"):format(workers), function()
      -- That a mailbox is full is a warning, and depends on who is faster.
      local result = command.run({ command.binary(), "run", "--log", "error",
        "--workers", tostring(workers), "spec/fixtures/answers.lua" },
        { limit = 60 })
      assert.equal("", result.stderr)
      assert.equal(0, result.status)
      assert.matches("workers done", result.stdout)
      expected = expected or result.stdout
      assert.equal(expected, result.stdout)
    end)
  end
end)
