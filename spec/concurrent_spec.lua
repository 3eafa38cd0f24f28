-- concurrent = n: several handlers in flight in one actor.

local actors = require "support.actors"
local command = require "support.command"
local support = require "support"
local troupe = require "troupe"

local raised, run = actors.raised, actors.run

local JUGGLER = "fixtures.juggler"

local function juggler(...)
  return actors.keep(troupe.start(JUGGLER, ...))
end

-- A puppet that makes a call, and sends us what comes of it.
local function caller(pid, ...)
  local made = actors.puppet()
  actors.begin(made, [[
    local main, pid = ...
    troupe.send(main, "came", pcall(troupe.call, pid, select(3, ...)))
  ]], troupe.self(), pid, ...)
  return made
end

local HOLD = [[return troupe.call(..., "hold", select(2, ...))]]

-- Brings `count` handlers of it to wait at a gate.
local function occupy(pid, gate, count)
  local callers = {}
  for index = 1, count do
    callers[index] = caller(pid, "run", HOLD, gate, troupe.self(), index)
  end
  for _ = 1, count do assert.equal("held", (troupe.receive())) end
  return callers
end

-- For a host that finds the fixtures.
local function in_specs(flags)
  return { flags = flags, environment = {
    LUA_PATH = command.absolute("spec") .. "/?.lua;;" } }
end

local function arrivals(count)
  local all = {}
  for index = 1, count do all[index] = { select(2, troupe.receive()) } end
  return all
end

describe("a concurrent behaviour", function()
  after_each(actors.finish)

  it("handles others while some wait", function()
    local gate, pid = actors.puppet(), juggler()
    occupy(pid, gate, 3)
    assert.equal(4, run(pid, "return 4"))
    assert.equal(3, troupe.call(gate, "release", "go"))
    assert.same({ { true, "go" }, { true, "go" }, { true, "go" } },
      arrivals(3))
  end)

  it("handles no more than it says", function()
    local gate, pid = actors.puppet(), juggler()
    occupy(pid, gate, 4)
    caller(pid, "run", "return 'the fifth'")
    actors.queued(pid, 1)
    troupe.call(gate, "release", "go")
    local last = arrivals(5)
    table.sort(last, function(a, b) return a[2] < b[2] end)
    assert.same({ true, "the fifth" }, last[5])
  end)

  it("gives each handler its own request, sender and deadline", function()
    local gate, pid = actors.puppet(), juggler()
    local source = [[
      local gate, main, name = ...
      local from, before = troupe.from(), select("#", ...)
      local ok, problem = pcall(troupe.timeout, name == "hasty" and 0.01 or 5,
        troupe.call, gate, "hold", main)
      return name, from.pid == troupe.from().pid, before, ok or problem.kind
    ]]
    caller(pid, "run", source, gate, troupe.self(), "patient")
    assert.equal("held", (troupe.receive()))
    caller(pid, "run", source, gate, troupe.self(), "hasty")
    assert.equal("held", (troupe.receive()))
    assert.same({ { true, "hasty", true, 3, "timeout" } }, arrivals(1))
    troupe.call(gate, "release")
    assert.same({ { true, "patient", true, 3, true } }, arrivals(1))
  end)

  it("shares one state among its handlers", function()
    local gate, pid = actors.puppet(), juggler()
    for index = 1, 3 do
      caller(pid, "run", [[
        local gate, main, index = ...
        state[index] = true
        troupe.call(gate, "hold", main)
        return state[1] and state[2] and state[3]
      ]], gate, troupe.self(), index)
    end
    for _ = 1, 3 do troupe.receive() end
    troupe.call(gate, "release")
    assert.same({ { true, true }, { true, true }, { true, true } },
      arrivals(3))
  end)

  it("may call itself", function()
    local pid = juggler()
    assert.equal("inner", run(pid, [[
      return troupe.call(troupe.self(), "run", "return 'inner'")
    ]]))
  end)

  it("runs casts, infos and timers beside calls", function()
    local gate, pid = actors.puppet(), juggler()
    occupy(pid, gate, 1)
    actors.begin(pid, "troupe.send(..., 'came', 'cast')", troupe.self())
    assert.same({ { "cast" } }, arrivals(1))
    troupe.send(pid, "run", "troupe.send(..., 'came', 'info')", troupe.self())
    assert.same({ { "info" } }, arrivals(1))
    run(pid, [[troupe.after(0, troupe.self(), "run",
      "troupe.send(..., 'came', 'timer')", ...)]], troupe.self())
    assert.same({ { "timer" } }, arrivals(1))
    troupe.call(gate, "release")
    arrivals(1)
  end)

  it("may defer a reply in any of its handlers", function()
    local pid = juggler()
    caller(pid, "hold", troupe.self())
    caller(pid, "hold", troupe.self())
    troupe.receive()
    troupe.receive()
    assert.equal(2, troupe.call(pid, "release", "late"))
    assert.same({ { true, "late" }, { true, "late" } }, arrivals(2))
  end)

  it("is preempted in each of them", function()
    local pid = juggler()
    for index = 1, 6 do
      caller(pid, "run", [[
        local probe, sum = require "probe", 0
        probe.slice(3)
        local wrapped = coroutine.wrap(function()
          probe.slice(5)
          for i = 1, 100 do sum = sum + i; coroutine.yield(i) end
        end)
        for i = 1, 100 do assert(wrapped() == i) end
        probe.slice(0)
        return sum + ...
      ]], index)
    end
    local all = arrivals(6)
    table.sort(all, function(a, b) return a[2] < b[2] end)
    for index = 1, 6 do assert.same({ true, 5050 + index }, all[index]) end
  end)

  -- Nobody else in that host wants to run. A handler that has used a second
  -- would be told of.
  it("goes on with the others while one runs a loop", function()
    local result = support.script([[
      local troupe = require "troupe"
      local pid = troupe.start "fixtures.juggler"
      local other = troupe.start "fixtures.puppet"
      troupe.cast(pid, "run", [=[
        troupe.call(..., "hold")
        while not state.over do end
      ]=], other)
      print(troupe.call(pid, "run", [=[
        local count = 0
        while troupe.call(..., "release") == 0 do end
        for _ = 1, 20 do
          count = count + troupe.call(..., "run", "return 1")
        end
        state.over = true
        return count
      ]=], other))
    ]], in_specs { "--workers", "2" })
    assert.same({ 0, "20\n", "" }, { result.status, result.stdout,
      result.stderr })
  end)

  it("begins new requests while one runs a loop", function()
    local result = support.script([[
      local troupe = require "troupe"
      local pid = troupe.start "fixtures.juggler"
      troupe.cast(pid, "run", "while not state.over do end")
      for count = 1, 20 do
        assert(troupe.call(pid, "run", "return ...", count) == count)
      end
      troupe.call(pid, "run", "state.over = true")
    ]], in_specs { "--workers", "2" })
    assert.same({ 0, "", "" }, { result.status, result.stdout,
      result.stderr })
  end)

  -- Each is answered before the others have used the slice.
  it("begins new requests while others are answered all the time", function()
    local rounds = support.output([[
      local troupe = require "troupe"
      local pid = troupe.start "fixtures.juggler"
      local other = troupe.start "fixtures.puppet"
      for _ = 1, 3 do
        troupe.cast(pid, "run", [=[
          while not state.over do
            for _ = 1, 3e4 do end
            state.rounds = (state.rounds or 0) + 1
            troupe.call(..., "release")
          end
        ]=], other)
      end
      print(troupe.call(pid, "run", "state.over = true return state.rounds"))
    ]], in_specs { "--workers", "1" })
    assert.is_true(tonumber(rounds) < 30, rounds)
  end)

  it("ends all that they had started, and give up at the same time", function()
    local core, pid = require "troupe.core", juggler()
    local function starting()
      return #core.actors { behaviour = "fixtures.slow" }
    end
    for _ = 1, 4 do
      caller(pid, "run",
        "return pcall(troupe.timeout, 60, troupe.start, 'fixtures.slow')")
    end
    support.eventually(function() return starting() == 4 end)
    core.cancel(pid)
    support.eventually(function() return starting() == 0 end)
    arrivals(4)
  end)

  it("keeps a coroutine that waits in one handler from another", function()
    local gate, pid = actors.puppet(), juggler()
    caller(pid, "run", [[
      local gate, main = ...
      state.thread = coroutine.create(function()
        return troupe.call(gate, "hold", main)
      end)
      state.main = coroutine.running()
      return coroutine.resume(state.thread)
    ]], gate, troupe.self())
    troupe.receive()
    assert.same({ "normal", false, "cannot resume non-suspended coroutine",
      false, "normal" }, run(pid, [[
        local ok, problem = coroutine.resume(state.thread)
        return { coroutine.status(state.thread), ok, problem,
          (coroutine.resume(state.main)), coroutine.status(state.main) }
    ]]))
    troupe.call(gate, "release", "fine")
    assert.same({ { true, true, "fine" } }, arrivals(1))
  end)

  it("has no thread that a script could resume when it is free", function()
    local pid = juggler()
    run(pid, "state.main = coroutine.running()")
    assert.same({ false, "cannot resume non-suspended coroutine" },
      run(pid, "return { coroutine.resume(state.main) }"))
    assert.same({ true, false }, run(pid, [[
      return { select(2, coroutine.running()), (pcall(coroutine.yield)) }
    ]]))
  end)
end)

describe("the end of a concurrent actor", function()
  after_each(actors.finish)

  it("by an error in one handler is an exit to all callers", function()
    local gate, pid = actors.puppet(), juggler()
    occupy(pid, gate, 3)
    assert.equal("exit", raised(run, pid, "error 'boom'").kind)
    for _, arrival in ipairs(arrivals(3)) do
      assert.is_false(arrival[1])
      assert.equal("exit", arrival[2].kind)
      assert.matches("boom", arrival[2].message)
      assert.is_true(arrival[2].begun)
    end
  end)

  it("by a kill is an exit to all callers", function()
    local gate, pid = actors.puppet(), juggler()
    occupy(pid, gate, 4)
    caller(pid, "run", "return 1")
    actors.queued(pid, 1)
    troupe.kill(pid)
    for _, arrival in ipairs(arrivals(5)) do
      assert.equal("exit", arrival[2].kind)
    end
  end)

  it("by troupe.exit closes what the others have open", function()
    local gate, pid = actors.puppet(), juggler()
    for index = 1, 2 do
      caller(pid, "run", [[
        local gate, main, index = ...
        local guard <close> = setmetatable({}, { __close = function()
          troupe.send(main, "closed", index)
        end })
        troupe.call(gate, "hold", main)
      ]], gate, troupe.self(), index)
      assert.equal("held", (troupe.receive()))
    end
    actors.begin(pid, "troupe.exit 'enough'")
    local closed = 0
    for _ = 1, 4 do
      local what, ok, problem = troupe.receive()
      if what == "closed" then
        closed = closed + 1
      else
        assert.same({ false, "enough" }, { ok, problem.reason })
      end
    end
    assert.equal(2, closed)
  end)

  it("by a stop waits for what is in flight, and takes no more", function()
    local gate, pid = actors.puppet(), juggler()
    occupy(pid, gate, 2)
    local stopper = actors.puppet()
    actors.begin(stopper, [[
      local main, pid = ...
      troupe.send(main, "came", "stopped", troupe.stop(pid))
    ]], troupe.self(), pid)
    actors.queued(pid, 1)
    caller(pid, "run", "return 'too late'")
    actors.queued(pid, 2)
    troupe.call(gate, "release", "done")
    local kinds = {}
    for _, arrival in ipairs(arrivals(4)) do
      local name = arrival[1]
      if name == true then name = arrival[2] end
      if name == false then name = arrival[2].kind end
      kinds[#kinds + 1] = name
    end
    table.sort(kinds)
    assert.same({ "done", "done", "exit", "stopped" }, kinds)
  end)

  -- The host counts its blocks when it ends, and fails.
  -- A test build checks at its end that every block has been given back.
  it("leaves nothing of what its start waited for", function()
    assert.equal("1\n", support.output([[
      local troupe = require "troupe"
      print(troupe.call(troupe.start "waiting", "one"))
    ]], { files = { ["waiting.lua"] = [[
      local troupe = require "troupe"
      local waiting = { call = {}, concurrent = 2 }
      function waiting.init() troupe.sleep(0) return {} end
      function waiting.continue() troupe.sleep(0) end
      function waiting.call.one() return 1 end
      return waiting
    ]] } }))
  end)

  it("leaves nothing behind, whatever its handlers wait for", function()
    local gate, pid = actors.puppet(), juggler()
    occupy(pid, gate, 2)
    run(pid, "return troupe.call(...)", pid, "run", "return 1")
    actors.begin(pid, "troupe.stop(...)", actors.busy())
    actors.queued(pid, 0)
    troupe.kill(pid)
    arrivals(2)
    actors.finish()
  end)
end)

describe("the field concurrent", function()
  after_each(actors.finish)

  local folder = command.directory()
  package.path = folder .. "/?.lua;" .. package.path

  local function start(value)
    command.write(folder .. "/concurrent_field.lua",
      "return { concurrent = " .. value .. " }")
    return raised(troupe.start, "concurrent_field")
  end

  it("is an integer from 1 to 255", function()
    for _, value in ipairs { "0", "256", "1.5", "'many'", "{}" } do
      local problem = start(value)
      assert.matches("expected concurrent_field.concurrent to be an integer " ..
        "from 1 to 255, got ", problem.message)
    end
  end)
end)
