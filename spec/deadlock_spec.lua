-- clock: either
--
-- Actors that wait for each other: the one who would close the circle is told,
-- with everybody in it; the others go on.

local actors = require "support.actors"
local core = require "troupe.core"
local eventually = require "support.eventually"
local pool = require "troupe.pool"
local probe = require "probe"
local support = require "support"
local troupe = require "troupe"

local raised, run, begin = actors.raised, actors.run, actors.begin

-- Each calls the next; the last calls the first, and tells what that raised.
local HOP = [[
  local pids, at, hop, wrap = ...
  state.at = at
  local function call()
    if at < #pids then
      return troupe.call(pids[at + 1], "run", hop, pids, at + 1, hop, wrap)
    end
    local ok, problem = pcall(troupe.call, pids[1], "run", "return 1")
    state.problem = problem
    return not ok and problem
  end
  if wrap == "coroutine" then return coroutine.wrap(call)() end
  if wrap == "pcall" then return select(2, pcall(call)) end
  return (call())
]]

local function puppets(count)
  local pids = {}
  for index = 1, count do pids[index] = actors.puppet() end
  return pids
end

local function around(pids, wrap)
  return run(pids[1], HOP, pids, 1, HOP, wrap)
end

-- The last of the pids has closed the circle, and nobody else is in it.
local function check(problem, pids)
  assert.equal("deadlock", problem.kind)
  assert.is_false(problem.begun)
  assert.equal(#pids, #problem.circle)
  for index, entry in ipairs(problem.circle) do
    assert.equal(pids[(index - 2) % #pids + 1], entry.pid)
    assert.equal("fixtures.puppet", entry.behaviour)
    assert.equal('call "run"', entry.request)
    assert.equal("a reply from " .. tostring(pids[(index - 1) % #pids + 1]) ..
      " fixtures.puppet", entry.waits)
    assert.matches("puppet:%d+: in", entry.stack)
  end
end

local function members(list)
  local pids = {}
  for _, entry in ipairs(list) do pids[entry.pid] = true end
  return pids
end

local function usable(pids)
  for _, pid in ipairs(pids) do assert.equal(1, run(pid, "return 1")) end
end

-- Its mailbox has room for two; it waits for `first`, which then casts to it.
local CAST = [[
  local second, casts, back = ...
  troupe.cast(second, "run", "state.answer = troupe.call(...)", troupe.self(),
    "run", "return 1")
  require "support.eventually"(function()
    return #require "troupe.core".waits(1000) > 0
  end)
  local problem
  for _ = 1, casts do
    local ok, why = pcall(troupe.cast, second, "run", "return")
    if not ok then problem = why end
  end
  return problem
]]

describe("a cast that waits for room", function()
  after_each(actors.finish)

  local first, second

  before_each(function()
    first = actors.puppet()
    second = actors.puppet { mailbox = { size = 2 } }
  end)

  it("is a deadlock where who makes room waits for the sender", function()
    local problem = run(first, CAST, second, 3)
    assert.equal("deadlock", problem.kind)
    assert.is_false(problem.begun)
    assert.same({ [first] = true, [second] = true }, members(problem.circle))
    assert.matches("room in the mailbox of " .. tostring(second),
      problem.message, 1, true)
    assert.equal(1, run(second, "return state.answer"))
  end)

  it("is none where there is room, though that one waits", function()
    assert.is_nil(run(first, CAST, second, 2))
    assert.equal(1, run(second, "return state.answer"))
  end)

  -- Either closes it, the cast or the call.
  it("is told to one of them, whoever comes last", function()
    for _ = 1, 200 do
      local problem = run(first, [[
        local second, problem = ...
        state.problem = nil
        for _ = 1, 12 do
          local ok, why = pcall(troupe.cast, second, "run",
            "_, state.problem = pcall(troupe.call, ..., 'run', 'return')",
            troupe.self())
          problem = not ok and why or nil
        end
        return problem
      ]], second) or run(second, "return state.problem")
      if problem then
        assert.equal("deadlock", problem.kind)
        assert.same({ [first] = true, [second] = true },
          members(problem.circle))
      end
    end
    usable { first, second }
  end)
end)

describe("a call that closes a circle", function()
  after_each(actors.finish)

  for _, count in ipairs { 2, 3, 10 } do
    for _, wrap in ipairs { "plainly", "coroutine", "pcall" } do
      it(("is a deadlock: of %d, %s"):format(count, wrap), function()
        local pids = puppets(count)
        for _ = 1, 3 do check(around(pids, wrap), pids) end
        usable(pids)
      end)
    end
  end

  it("says who waits for whom, a line for each", function()
    local pids = puppets(3)
    local first, second, third = tostring(pids[1]), tostring(pids[2]),
      tostring(pids[3])
    local function line(who, whom)
      return ('\n  %s fixtures.puppet, in call "run", waits for a reply ' ..
        "from %s fixtures.puppet"):format(who, whom)
    end
    local problem = around(pids)
    assert.equal(third .. " would wait for itself:" .. line(third, first) ..
      line(first, second) .. line(second, third), problem.message)
    local text = tostring(problem)
    assert.matches("deadlock: " .. problem.message, text, 1, true)
    assert.matches("\n  " .. first .. ' fixtures.puppet has been in call ' ..
      '"run" (puppet:5), waiting for', text, 1, true)
  end)

  it("is one to oneself", function()
    local pid = actors.puppet()
    local problem = run(pid, "return select(2, pcall(troupe.call, ...))",
      pid, "run")
    assert.equal("deadlock", problem.kind)
    assert.equal(tostring(pid) .. " calls itself", problem.message)
    assert.equal(1, #problem.circle)
    assert.equal(1, run(pid, "return 1"))
  end)

  it("need not wait for its deadline, however far", function()
    local pids = puppets(2)
    check(troupe.timeout(math.huge, around, pids), pids)
  end)

  it("ends the actor that lets it pass, as any error", function()
    local first, second = actors.puppet(), actors.puppet()
    local ok, problem = pcall(run, first, [[
      local mine = ...
      return troupe.call(mine, "run", "troupe.call(..., 'x')", troupe.self())
    ]], second)
    assert.is_false(ok)
    assert.equal("deadlock", problem.reason)
    assert.equal(2, #problem.circle)
    eventually(function() return not pcall(run, second, "return 1") end)
  end)

  it("may be a stop", function()
    local first, second = actors.puppet(), actors.puppet()
    local problem = run(first, [[
      return troupe.call(..., "run",
        "return select(2, pcall(troupe.stop, ...))", troupe.self())
    ]], second)
    assert.equal("deadlock", problem.kind)
    assert.equal("the end of " .. tostring(first) .. " fixtures.puppet",
      problem.circle[1].waits)
    usable { first, second }
  end)

  it("leads through the start of who calls its starter", function()
    local pid = actors.puppet { name = "starter" }
    local problem = run(pid, [[
      return select(2, pcall(troupe.start, "fixtures.puppet",
        "troupe.call('starter', 'run', 'return 1')"))
    ]])
    assert.equal("exit", problem.kind)
    assert.equal("deadlock", problem.reason)
    assert.equal("start", problem.circle[1].request)
    assert.matches("^the start of", problem.circle[2].waits)
    usable { pid }
  end)

  it("leads through an entity that asks for itself", function()
    local files = { ["selfish.lua"] = [[
      local entity = require "troupe.entity"
      local troupe = require "troupe"
      local selfish = { call = {} }
      function selfish.init(key)
        local ok, problem = pcall(troupe.call,
          entity.kind("selfish"):at(key), "x")
        return { kind = problem.kind, message = problem.message }
      end
      function selfish.call.ask(state) return state.kind, state.message end
      return selfish
    ]] }
    assert.matches("^deadlock\t<[%d.]+> calls itself\n$", support.output([[
      local troupe = require "troupe"
      local kind = require("troupe.entity").kind "selfish"
      print(troupe.call(kind:at "one", "ask"))
    ]], { files = files }))
  end)
end)

describe("what is no circle", function()
  after_each(actors.finish)

  it("is a chain, however long", function()
    local pids = puppets(30)
    assert.equal(30, run(pids[1], [[
      local pids, at, hop = ...
      if at == #pids then return at end
      return (troupe.call(pids[at + 1], "run", hop, pids, at + 1, hop))
    ]], pids, 1, [[
      local pids, at, hop = ...
      if at == #pids then return at end
      return (troupe.call(pids[at + 1], "run", hop, pids, at + 1, hop))
    ]]))
  end)

  it("is a cast back", function()
    local first, second = actors.puppet(), actors.puppet()
    run(first, "troupe.call(..., 'run', [[troupe.cast(..., 'run', " ..
      "'state.got = true')]], troupe.self())", second)
    assert.is_true(run(first, "return state.got"))
  end)

  it("is a request whose reply was put off", function()
    -- `first` waits for `second`, which has given the `from` to this spec and
    -- calls `first`: nothing would come of it but for the reply.
    local first, second = actors.puppet(), actors.puppet()
    begin(first, [[
      local second, main = ...
      troupe.send(main, "answer", troupe.call(second, "run", [==[
        local main, first = ...
        troupe.send(main, "from", troupe.from())
        state.got = troupe.call(first, "run", "return 'got'")
        return troupe.noreply
      ]==], main, troupe.self()))
    ]], second, troupe.self())
    local what, from = troupe.receive()
    assert.equal("from", what)
    actors.queued(first, 1)
    assert.is_true(troupe.reply(from, "thanks"))
    assert.same({ "answer", "thanks" }, { troupe.receive() })
    assert.equal("got", run(second, "return state.got"))
  end)

  it("is a pool with a worker that will be free", function()
    local workers = assert(pool.start("many", "fixtures.puppet", nil,
      { size = 2 }))
    local borrower, gate = actors.puppet(), actors.puppet()
    begin(borrower, [[
      local pool, gate, main = ...
      pool:with(function()
        troupe.send(main, "has")
        troupe.timeout(math.huge, troupe.call, gate, "hold", main)
      end)
    ]], workers, gate, troupe.self())
    assert.same({ "has" }, { troupe.receive() })
    assert.same({ "held" }, { troupe.receive() })
    local problem
    workers:with(function()
      local ok
      ok, problem = pcall(troupe.timeout, 0.01, workers.with, workers, print)
      assert.is_false(ok)
    end)
    assert.equal("timeout", problem.kind)
    -- Both who have a worker, and whom the other of them waits for.
    assert.same({ [borrower] = true, [gate] = true, [troupe.self()] = true },
      members(problem.culprit))
    troupe.call(gate, "release")
    workers:stop()
  end)

  for _, size in ipairs { 1, 4 } do
    it("is where one waits for room that there is: of " .. size, function()
      local gate, other = actors.puppet(), actors.puppet()
      local pid = actors.puppet { mailbox = { size = size } }
      begin(pid, "troupe.call(..., 'hold', select(2, ...))", gate,
        troupe.self())
      assert.equal("held", (troupe.receive()))
      actors.queued(pid, 0)
      begin(pid, [[
        local main, other = ...
        troupe.send(main, pcall(troupe.call, other, "run", "return 'free'"))
      ]], troupe.self(), other)
      for _ = 2, size do begin(pid, "") end
      begin(other, "troupe.cast(..., 'run', '')", pid)
      eventually(function()
        return probe.waits(other) == "room in a mailbox"
      end)
      troupe.call(gate, "release")
      assert.same({ true, "free" }, { troupe.receive() })
    end)
  end
end)

describe("a check-out that closes a circle", function()
  local workers
  before_each(function()
    actors.puppet()
    workers = assert(pool.start("few", "fixtures.puppet", nil, { size = 2 }))
  end)
  after_each(function()
    workers:stop()
    actors.finish()
  end)

  it("is a deadlock of who has all workers", function()
    local problem
    workers:with(function()
      workers:with(function() problem = raised(workers.with, workers, print)
      end)
    end)
    assert.equal("deadlock", problem.kind)
    assert.matches("waits for a worker of a pool, and has all of them",
      problem.message)
    assert.equal(1, workers:with(function() return 1 end))
  end)

  it("leads through whoever has the workers", function()
    local one, other = actors.puppet(), actors.puppet()
    -- Both have a worker each and call the same actor, which then asks for one.
    local asker = actors.puppet()
    local gated = [[
      local workers, main, asker = ...
      local ok, why = pcall(workers.with, workers, function()
        troupe.send(main, "has")
        return troupe.call(asker, "run", "return 1")
      end)
      troupe.send(main, ok and "done" or why.kind)
    ]]
    begin(asker, [[
      local workers, main, one, other, gated = ...
      troupe.cast(one, "run", gated, workers, main, troupe.self())
      troupe.cast(other, "run", gated, workers, main, troupe.self())
      require "support.eventually"(function()
        return #require "troupe.core".waits(1000) >= 3 and
          require "troupe.core".actor(troupe.self()).queue == 2
      end)
      local ok, problem = pcall(workers.with, workers, print)
      troupe.send(main, "asked", problem)
    ]], workers, troupe.self(), one, other, gated)
    local words = {}
    for _ = 1, 5 do
      local what, problem = troupe.receive()
      words[what] = (words[what] or 0) + 1
      if what == "asked" then
        assert.equal("deadlock", problem.kind)
        assert.equal(asker, problem.circle[1].pid)
        assert.equal(3, #problem.circle)
        assert.matches("^a worker of a pool, held by ", problem.circle[1].waits)
        assert.matches(tostring(one), problem.circle[1].waits, 1, true)
        assert.matches(tostring(other), problem.circle[1].waits, 1, true)
      end
    end
    assert.same({ has = 2, asked = 1, done = 2 }, words)
  end)

  it("is seen by who calls the one in line", function()
    local waiting = actors.puppet()
    local problem
    workers:with(function()
      workers:with(function()
        begin(waiting, "(...):with(function() end)", workers)
        eventually(function()
          return probe.waits(waiting) == "a pool worker"
        end)
        problem = raised(run, waiting, "return 1")
      end)
    end)
    assert.equal("deadlock", problem.kind)
    assert.equal(2, #problem.circle)
    assert.equal(1, run(waiting, "return 1"))
  end)
end)

describe("of two who close a circle at once", function()
  after_each(actors.finish)

  it("one at most is told", function()
    local first, second = actors.puppet(), actors.puppet()
    local cross = [[
      local other, main = ...
      local ok, problem = pcall(troupe.call, other, "run", "return 1")
      troupe.send(main, ok, not ok and problem.kind)
    ]]
    for _ = 1, 200 do
      begin(first, cross, second, troupe.self())
      begin(second, cross, first, troupe.self())
      local failed = 0
      for _ = 1, 2 do
        local ok, kind = troupe.receive()
        if not ok then
          assert.equal("deadlock", kind)
          failed = failed + 1
        end
      end
      assert.is_true(failed <= 1)
    end
  end)
end)

describe("transfers between accounts, at random", function()
  for _, workers in ipairs { 1, 2, 8 } do
    it(("hang nowhere and lose no money: %d workers"):format(workers),
      function()
        local output = support.output('dofile "fixtures/transfers.lua"', {
          flags = { "--workers", workers },
          files = {
            ["fixtures/transfers.lua"] =
              support.command.read("spec/fixtures/transfers.lua"),
            ["teller.lua"] = support.command.read("spec/fixtures/teller.lua"),
          },
          limit = 120,
        })
        assert.matches("^transfers: 10000\nwrong: 0\nmoney: 8000\n" ..
          "deadlocks: %d+\n$", output)
      end)
  end
end)

describe("the list of waits", function()
  after_each(actors.finish)

  local function of(pid)
    for _, wait in ipairs((core.waits(1000))) do
      if wait.pid == pid then return wait end
    end
  end

  it("says who waits for whom, and since when", function()
    local pid, gate = actors.busy()
    local wait = of(pid)
    assert.equal("a reply", wait.kind)
    assert.equal(("a reply from %s fixtures.puppet"):format(gate), wait.waits)
    assert.equal(gate, wait.target)
    assert.is_true(wait.deferred)
    assert.is_true(wait.since >= 0)
    troupe.call(gate, "release")
    eventually(function() return of(pid) == nil end)
  end)
end)
