-- clock: either
--
-- Tasks: results, errors, and who ends with whom.

local eventually = require "support.eventually"
local life = require "support.life"
local probe = require "probe"
local registry = require "troupe.registry"
local support = require "support"
local task = require "troupe.task"
local troupe = require "troupe"

local CHORES = "fixtures.chores"

local doll, run, begin = life.doll, life.run, life.begin

local function async(name, ...) return task.async(CHORES, name, ...) end

local function finish()
  registry.unregister "go"
  life.finish()
end

-- Counts from here.
local function start() doll() end

describe("a task", function()
  before_each(start)
  after_each(finish)

  it("runs a module's function elsewhere, and returns its results", function()
    assert.equal(5, task.await(async("add", 2, 3)))
    assert.not_equal(troupe.self(), task.await(async "self"))
  end)

  it("hands on nothing, nil and many values as they are", function()
    assert.equal(0, select("#", task.await(async "echo")))
    local values = table.pack(task.await(async("echo", nil, 1, nil)))
    assert.same({ nil, 1, nil, n = 3 }, values)
    assert.same({ nil, "no 7" }, { task.await(async("refuse", 7)) })
  end)

  it("goes on beside its owner, who waits for it in await", function()
    local one = async("hold", troupe.self(), "late")
    local other = async("hold", troupe.self(), "later")
    assert.equal("began", life.next()[1])
    assert.equal("began", life.next()[1])
    registry.register "go"
    assert.equal("later", task.await(other))
    assert.equal("late", task.await(one))
    assert.same({ { "done" }, { "done" } }, life.drain())
  end)

  it("tells the same when it is awaited again, and is gone", function()
    local one = async("add", 1, 1)
    assert.equal(2, task.await(one))
    assert.equal(2, task.await(one))
    eventually(function() return probe.actors() == 2 end)
    local other = async("fail", "oops")
    local first, second
    first = life.raised(task.await, other)
    second = life.raised(task.await, other)
    assert.equal(first, second)
  end)

  it("raises what its function raises, with a trace of both", function()
    local problem = life.raised(task.await, async "deep")
    assert.equal("exit", problem.kind)
    assert.matches("attempt to perform arithmetic", problem.message)
    assert.equal(2, #problem.trace)
    assert.equal("task fixtures.chores.deep", problem.trace[1].request)
    assert.matches("chores.lua:%d+: in [^\n]*'add'\n[^\n]*chores.lua:%d+: in",
      problem.trace[1].stack)
    assert.is_nil(problem.trace[1].stack:find("troupe/", 1, true))
    assert.equal(troupe.self(), problem.trace[2].pid)
  end)

  it("says what it lacks", function()
    assert.matches("module 'nowhere' not found",
      life.raised(task.await, task.async("nowhere", "f")).message)
    for _, name in ipairs { "nothing", "answer" } do
      assert.equal("module fixtures.chores has no function " .. name,
        life.raised(task.await, async(name)).message)
    end
  end)

  it("raises what cannot be sent", function()
    local problem = life.raised(task.await, async "unsendable")
    assert.equal("exit", problem.kind)
    assert.matches("function", problem.message)
    assert.equal("badargument", life.raised(async, "echo", print).kind)
  end)

  it("whose end is no return tells how it ended", function()
    for _ = 1, 20 do
      local problem = life.raised(task.await, async("exit", "enough"))
      assert.equal("exit", problem.kind)
      problem = life.raised(task.await, async "kill")
      assert.equal("exit", problem.kind)
    end
    assert.same({}, life.drain()) -- and the owner lives
  end)

  it("may receive; what is called or cast waits meanwhile", function()
    local one = async("sum", troupe.self())
    local pid = life.next()[2]
    for index = 1, 100 do troupe.send(pid, index) end
    assert.equal("timeout", life.raised(troupe.timeout, 0.01, task.await,
      one).kind)
    troupe.cast(pid, "nonsense")
    troupe.send(pid)
    assert.equal(5050, task.await(one))
  end)

  it("that receives is stopped when it has done so", function()
    local one = async("sum", troupe.self())
    local pid = life.next()[2]
    begin(doll(), [[
      local main, pid = ...
      troupe.send(main, "stops")
      troupe.send(main, "stopped", troupe.stop(pid))
    ]], troupe.self(), pid)
    assert.same({ "stops" }, life.next())
    assert.same({}, life.drain())
    troupe.send(pid)
    assert.same({ "stopped", true }, life.next())
    assert.equal("exit", life.raised(task.await, one).kind)
  end)

  it("that is killed while it receives leaves nobody waiting", function()
    for _ = 1, 20 do
      local one = async("sum", troupe.self())
      local pid = life.next()[2]
      local other = doll()
      begin(other, [[
        local main, pid = ...
        troupe.send(main, pcall(troupe.call, pid, "await"))
      ]], troupe.self(), pid)
      eventually(function() return probe.waits(other) == "a reply" end)
      troupe.kill(pid)
      assert.is_false(life.next()[1])
      assert.equal("exit", life.raised(task.await, one).kind)
    end
  end)

  it("may be awaited again after a timeout", function()
    local one = async("hold", troupe.self(), "late")
    local problem = life.raised(troupe.timeout, 0.01, task.await, one)
    assert.equal("timeout", problem.kind)
    registry.register "go"
    assert.equal("late", task.await(one))
    life.drain()
  end)

  for how, code in pairs { exit = "troupe.exit()", crash = "error 'oops'",
      kill = "troupe.kill(troupe.self())" } do
    it("ends with its owner: " .. how, function()
      local owner = doll()
      begin(owner, [[
        require "troupe.task".async("fixtures.chores", "hold", ...)
      ]], troupe.self())
      local pid = life.next()[2]
      troupe.monitor(pid)
      begin(owner, code)
      assert.same({ "down", pid }, { table.unpack(life.next(), 1, 2) })
    end)
  end

  it("that nobody holds any more runs to its end, and goes", function()
    local owner = doll()
    begin(owner, [[
      require "troupe.task".async("fixtures.chores", "hold", ...)
    ]], troupe.self())
    local pid = life.next()[2]
    troupe.monitor(pid)
    run(owner, "collectgarbage() collectgarbage()")
    assert.same({}, life.drain())
    registry.register "go"
    assert.same({ "done" }, life.next())
    eventually(function()
      run(owner, "collectgarbage()")
      return probe.actors() <= 3
    end)
    assert.same({ { "down", pid, "normal" } }, life.drain())
  end)

  it("that fails and is not awaited says so on the log", function()
    local result = support.script([[
      local troupe = require "troupe"
      require "troupe.task".async("broken", "run")
      collectgarbage() collectgarbage()
      while require "probe".actors() > 1 do troupe.sleep(0) end
    ]], { files = { ["broken.lua"] =
      "return { run = function() error('out of order', 0) end }" } })
    assert.equal(0, result.status)
    assert.matches("out of order", result.stderr)
  end)

  it("is its owner's alone", function()
    local owner = doll()
    assert.equal("a task is awaited by who started it", run(owner, [[
      local task = require "troupe.task"
      local one = task.async("fixtures.chores", "add", 1, 1)
      one.owner = nil
      local ok, problem = pcall(task.await, one)
      return problem.message
    ]]))
  end)

  it("says what it expects", function()
    local function closure() end
    assert.equal("expected module to be the name of a module, for a " ..
      "function has to be in one, got function",
      life.misuse(task.async, closure))
    assert.equal("expected name to be the name of a function of x, got " ..
      "function", life.misuse(task.async, "x", closure))
    assert.equal("expected task to be a task, got 3",
      life.misuse(task.await, 3))
    assert.equal("badargument", life.raised(task.async, closure).kind)
  end)
end)

describe("map", function()
  before_each(start)
  after_each(finish)

  local function items(count, failing)
    local list = {}
    for index = 1, count do
      list[index] = { troupe.self(), index, index == failing }
    end
    return list
  end

  it("gives results in order", function()
    assert.same({ 2, 4, 6, n = 3 },
      (task.map(CHORES, "double", { 1, 2, 3 })))
    assert.same({ { n = 0 }, {} }, { task.map(CHORES, "double", {}) })
    local expected = { n = 30 }
    for index = 1, 30 do expected[index] = index * 10 end
    assert.same(expected, (task.map(CHORES, "note", items(30))))
    assert.equal(60, #life.drain())
  end)

  it("has at most so many at work, and as many as it may", function()
    task.map(CHORES, "note", items(40), { limit = 3 })
    local now, most = 0, 0
    for _, message in ipairs(life.drain()) do
      now = now + (message[1] == "in" and 1 or -1)
      most = math.max(most, now)
    end
    assert.equal(0, now)
    assert.is_true(most <= 3, most)
    assert.is_true(most > 1, most)
  end)

  it("starts so many in a second", function()
    local before = troupe.now()
    task.map(CHORES, "double", { 1, 2, 3, 4, 5, 6 }, { rate = 100 })
    assert.is_true(troupe.now() - before > 0.05 - 1e-6)
  end)

  it("raises the first error, and stops the others", function()
    local problem = life.raised(task.map, CHORES, "note", items(100, 5),
      { limit = 2 })
    assert.equal("item 5", problem.message)
    assert.equal("task fixtures.chores.note", problem.trace[1].request)
    assert.equal(troupe.self(), problem.trace[#problem.trace].pid)
    eventually(function() return probe.actors() == 2 end)
    assert.is_true(#life.drain() < 100)
  end)

  it("returns errors beside the results if it is to", function()
    local results, reasons = task.map(CHORES, "note", items(6, 5),
      { errors = "return" })
    assert.same({ 10, 20, 30, 40, nil, 60, n = 6 }, results)
    assert.equal("item 5", reasons[5].message)
    reasons[5] = nil
    assert.same({}, reasons)
    results, reasons = task.map(CHORES, "kill", { 1, 2 },
      { errors = "return" })
    assert.same({ n = 2 }, results)
    assert.equal("killed", reasons[2].reason)
    results, reasons = task.map(CHORES, "unsendable", { 1 },
      { errors = "return" })
    assert.same({ n = 1 }, results)
    assert.equal("badargument", reasons[1].kind)
    life.drain()
  end)

  it("hands on the reason beside a nil", function()
    assert.same({ { n = 2 }, { "no a", "no b" } },
      { task.map(CHORES, "refuse", { "a", "b" }) })
  end)

  it("is bounded by its caller's deadline, and leaves nobody", function()
    local problem = life.raised(troupe.timeout, 0.02, task.map, CHORES, "hold",
      { troupe.self(), troupe.self() })
    assert.equal("timeout", problem.kind)
    eventually(function() return probe.actors() == 2 end)
    life.drain()
  end)

  it("names the items that are late", function()
    local problem = life.raised(troupe.timeout, 0.05, task.map, CHORES, "late",
      { false, true, false, true }, { limit = 4 })
    assert.equal("timeout", problem.kind)
    assert.matches("^fixtures.chores.late did not return for items 2, 4 in " ..
      "[%d.]+ s: 2 of 4 are done$", problem.message)
    local second, fourth = table.unpack(problem.culprit)
    assert.same({ 2, 4 }, { second.item, fourth.item })
    assert.matches("^is waiting with item 2, true, for the end of a sleep " ..
      "%(.*chores.lua:%d+%)$", second.doing)
    assert.equal("the end of a sleep", fourth.waits)
    eventually(function() return probe.actors() == 2 end)
  end)

  it("goes into itself", function()
    assert.same({ 2, 6, 12, 20, 30, n = 5 },
      (task.map(CHORES, "nested", { 1, 2, 3, 4, 5 })))
  end)

  it("ends with its owner", function()
    local owner = doll()
    begin(owner, [[
      require "troupe.task".map("fixtures.chores", "hold", { ..., ... })
    ]], troupe.self())
    life.next()
    life.next()
    troupe.kill(owner)
    eventually(function() return probe.actors() == 2 end)
  end)

  it("says what it expects", function()
    local cases = {
      [{ limit = 0 }] = "expected limit to be an integer from 1, got 0",
      [{ rate = "x" }] = 'expected rate to be a number above 0, got "x"',
      [{ errors = 1 }] = 'expected errors to be "raise" or "return", got 1',
      [{ limt = 1 }] = 'unknown option "limt"',
    }
    for options, expected in pairs(cases) do
      assert.equal(expected,
        life.misuse(task.map, CHORES, "double", {}, options))
    end
    assert.equal("expected list to be a table, got nil",
      life.misuse(task.map, CHORES, "double"))
  end)
end)
