-- inspect.trace: what goes into an actor and out of it, in its own words, in
-- whatever state it is, and nothing is left of it.

local actors = require "support.actors"
local core = require "troupe.core"
local eventually = require "support.eventually"
local pool = require "troupe.pool"
local probe = require "probe"
local support = require "support"
local trace = require("troupe.inspect").trace
local troupe = require "troupe"

local run, begin, raised = actors.run, actors.begin, actors.raised

local LONG = 10 -- seconds: for events that are sure to come

-- What a handle has told by the time that the predicate holds for it.
local function told(handle, predicate)
  local events = {}
  repeat
    local some = handle:next(LONG)
    for _, event in ipairs(some or {}) do events[#events + 1] = event end
  until not some or #some == 0 or predicate(events)
  return events
end

local function all(handle, count)
  return told(handle, function(events) return #events >= count end)
end

-- "in call", "end call reply": what happened, in short.
local function short(events)
  local lines = {}
  for i, event in ipairs(events) do
    lines[i] = event.direction .. " " .. event.kind ..
      (event.how and " " .. event.how or "")
  end
  return lines
end

describe("a trace", function()
  after_each(actors.finish)

  it("tells a request twice, with its size, and how long it took", function()
    local pid = actors.puppet()
    local handle <close> = core.trace(pid, 10)
    local before = troupe.now()
    assert.equal(7, run(pid, "return 7"))
    local came, ended = table.unpack(all(handle, 2))
    assert.same({ "in", "call", troupe.self(), 'call "run" "return 7"' },
      { came.direction, came.kind, came.peer, came.request })
    assert.same({ "end", "call", "reply", "7", came.request },
      { ended.direction, ended.kind, ended.how, ended.answer, ended.request })
    assert.is_true(came.bytes > #"runreturn 7")
    assert.is_true(came.bytes < 200 and ended.bytes < came.bytes)
    assert.is_true(ended.took >= 0 and ended.took < LONG)
    assert.is_true(came.queued >= 0 and came.queued < LONG)
    assert.is_true(came.at >= before - 1 and came.at <= ended.at)
    assert.is_true(math.abs(troupe.time() - came.time) < LONG)
  end)

  it("names the other side", function()
    local pid, other = actors.puppet(), actors.puppet()
    local handle <close> = core.trace(pid, 10)
    run(pid, "return troupe.call(..., 'run', 'return {n = 1}')", other)
    local events = all(handle, 4)
    assert.same({ "in call", "out call", "reply call reply",
      "end call reply" }, short(events))
    assert.same({ other, "fixtures.puppet", 'call "run" "return {n = 1}"' },
      { events[2].peer, events[2].behaviour, events[2].request })
    assert.same({ other, "{n = 1}" }, { events[3].peer, events[3].answer })
    assert.is_true(events[3].took >= 0)
    assert.is_nil(events[1].behaviour) -- of this script
  end)

  it("tells all kinds of messages", function()
    local pid = actors.puppet()
    run(pid, [[
      troupe.monitor(troupe.start("fixtures.puppet",
        "troupe.send(troupe.self(), 'run', 'troupe.exit(\"gone\")')"))
    ]])
    eventually(function() return probe.actors() <= 3 end)
    local handle <close> = core.trace(pid, 100)
    begin(pid, "state.n = 1")
    troupe.send(pid, "run", "state.n = 2")
    troupe.after(0, pid, "run", "state.n = 3")
    local events = all(handle, 6)
    table.sort(events, function(a, b) return a.kind < b.kind end)
    local kinds = {}
    for _, event in ipairs(events) do kinds[event.kind] = event.request end
    assert.same({ cast = 'cast "run" "state.n = 1"',
      info = 'info "run" "state.n = 2"',
      timer = 'timer "run" "state.n = 3"' }, kinds)
  end)

  it("tells how a handler ended", function()
    local pid, caller = actors.puppet(), actors.puppet()
    local handle <close> = core.trace(pid, 100)
    troupe.cast(pid, "unheard of")
    pcall(troupe.call, pid, "nothing")
    begin(pid, "state.n = 1")
    local seconds = 0.01
    while not raised(troupe.timeout, seconds, run, pid,
        "troupe.sleep(math.huge)").begun do
      seconds = 2 * seconds
    end
    begin(caller, "pcall(troupe.call, ...)", pid, "hold", troupe.self())
    assert.equal("held", troupe.receive())
    pcall(run, pid, "error 'dropped'")
    local events = told(handle, function(events)
      return events[#events].kind == "stop"
    end)
    local hows = {}
    for _, event in ipairs(events) do
      if event.direction == "end" and event.how ~= "given up" then
        hows[#hows + 1] = event.kind .. " " .. event.how
      end
    end
    assert.same({ "cast unknown request", "call unknown request", "cast done",
      "call error", "call deferred", "call exit", "stop exit" }, hows)
    local last = events[#events]
    assert.matches("^exit: .*: dropped$", last.answer)
    assert.is_nil(handle:next(LONG))
  end)

  it("tells a call that came too late, and is not handled", function()
    local pid, gate = actors.busy()
    local handle <close> = core.trace(pid, 100)
    pcall(troupe.timeout, 0.005, run, pid, "return 1")
    troupe.call(gate, "release")
    local events = told(handle, function(events)
      return events[#events].how == "given up"
    end)
    assert.same({ "reply call reply", "end cast done", "in call",
      "end call given up" }, short(events))
    assert.is_nil(events[2].took) -- it began before it was traced
  end)

  it("tells what of its own did not arrive", function()
    local pid = actors.puppet()
    local handle <close> = core.trace(pid, 100)
    run(pid, [[
      troupe.cast("nobody", "hello")
      pcall(troupe.call, troupe.self(), "run", "return 1")
      local other = troupe.start("fixtures.puppet")
      troupe.stop(other)
      pcall(troupe.call, other, "run")
      require("troupe.registry").publish("none", "news", 1)
      troupe.reply(troupe.from(), 5)
      return troupe.noreply
    ]])
    local events = all(handle, 14)
    assert.same({ "in call", "out cast", "reply cast noactor", "out call",
      "reply call deadlock", "out start", "reply start reply", "out stop",
      "reply stop reply", "out call", "reply call noactor", "out cast",
      "out reply", "end call deferred" }, short(events))
    assert.same({ '"nobody"', nil }, { events[2].target, events[2].peer })
    assert.equal('start "fixtures.puppet"', events[6].request)
    assert.equal('stop "normal"', events[8].request)
    assert.equal('cast "news" 1', events[12].request)
    assert.equal("reply 5", events[13].request)
  end)

  it("cuts what is long", function()
    local pid = actors.puppet()
    local handle <close> = core.trace(pid, 4)
    run(pid, "return ...", ("x"):rep(1e7), { 1, 2 })
    local deep, list = {}, {}
    for _ = 1, 99 do deep = { deep } end
    for i = 1, 1e5 do list[i] = { i } end
    run(pid, "return ...", list, deep)
    local events = all(handle, 4)
    assert.is_true(events[1].bytes > 1e7)
    assert.equal('call "run" "return ...", "' .. ("x"):rep(60) ..
      '...", {1, 2}', events[1].request)
    assert.matches("^{{1}, {2}, .*%.%.%.$", events[4].answer)
    for _, event in ipairs(events) do
      assert.is_true(#event.request < 250 and #(event.answer or "") < 250)
    end
  end)

  it("is told of values of all types", function()
    local pid = actors.puppet()
    local handle <close> = core.trace(pid, 2)
    local class = setmetatable({ 1 }, require "fixtures.point")
    local shared = {}
    run(pid, "return", nil, true, false, -3, 1e300, 2.0, 300, -70000, 1 << 40,
      "a\n\"b\"\0", pid, shared, shared, class, { [1.5] = "ü", ["a b"] = 1 })
    assert.equal(('call "run" "return", nil, true, false, -3, 1e+300, 2.0, ' ..
      '300, -70000, 1099511627776, "a\\n\\"b\\"\\000", %s, {}, table, ' ..
      'fixtures.point{1}, '):format(pid),
      (all(handle, 2)[1].request:match "^(.*){.-$"))
  end)
end)

describe("an actor", function()
  after_each(actors.finish)

  it("can be traced while it waits, and while it runs", function()
    local pid, gate = actors.busy()
    local handle <close> = core.trace(pid, 5)
    troupe.call(gate, "release")
    assert.same({ "reply call reply", "end cast done" },
      short(all(handle, 2)))
    begin(pid, "while true do end")
    all(handle, 1)
    local second <close> = core.trace(pid, 5)
    troupe.kill(pid)
    assert.same({ "end cast exit", "end stop exit" }, short(all(second, 3)))
    assert.is_nil(second:next(LONG))
  end)

  it("can be traced where it cannot be suspended", function()
    local pid = actors.puppet()
    begin(pid, [[
      troupe.send(..., "there")
      local object = setmetatable({}, { __tostring = function()
        while not stop do end
      end })
      tostring(object)
    ]], troupe.self())
    assert.equal("there", troupe.receive())
    local handle <close> = core.trace(pid, 5)
    troupe.kill(pid)
    assert.same({ "end cast exit", "end stop exit" }, short(all(handle, 2)))
  end)

  it("may have several requests in hand", function()
    local gate = actors.puppet()
    local pid = actors.keep(troupe.start("fixtures.juggler"))
    run(pid, "state.gate, state.main = ...", gate, troupe.self())
    local handle <close> = core.trace(pid, 100)
    for number = 1, 3 do
      begin(pid, "troupe.call(state.gate, 'hold', state.main)", number)
      assert.equal("held", (troupe.receive()))
    end
    local held = troupe.now()
    eventually(function() return troupe.now() > held end)
    local took = troupe.now() - held
    troupe.call(gate, "release")
    local seen = {}
    for _, event in ipairs(all(handle, 12)) do -- with the calls of the gate
      if event.peer ~= gate then
        local key = event.direction .. " " .. event.request
        assert.is_nil(seen[key])
        seen[key] = true
        assert.equal(event.direction == "end", event.took ~= nil)
        assert.is_true(event.direction == "in" or event.took >= took)
      end
    end
    troupe.kill(pid)
    assert.equal("end stop exit", short(all(handle, 1))[1])
  end)

  it("may be a pool's worker", function()
    local handle = pool.start("traced", "fixtures.puppet", nil, { size = 2 })
    local address = handle:at(1)
    local taps <close> = core.trace(address, 4)
    assert.equal(1, run(address, "return 1"))
    assert.equal("1", all(taps, 2)[2].answer)
    handle:stop()
  end)

  it("may be traced by several, but not by everybody", function()
    local pid = actors.puppet()
    local handles = {}
    for i = 1, 8 do handles[i] = core.trace(pid, 2) end
    local problem = raised(core.trace, pid, 2)
    assert.equal("overload", problem.kind)
    assert.matches("is traced by 8 others", problem.message)
    handles[3]:close()
    handles[9] = core.trace(pid, 2)
    run(pid, "return 1")
    for i = 1, 9 do
      assert.equal(i == 3 and 0 or 2, #all(handles[i], 2))
      assert.is_nil(handles[i]:next(LONG))
      handles[i]:close()
    end
  end)
end)

describe("inspect.trace", function()
  after_each(actors.finish)

  it("returns the next events", function()
    local pid = actors.puppet()
    troupe.every(0.001, pid, "run", "state.n = 1")
    local events = trace(pid, 4, LONG)
    assert.equal(4, #events)
    assert.equal("timer", events[1].kind)
  end)

  it("returns what has come by the end of its time", function()
    local pid = actors.puppet()
    assert.same({}, trace(pid, 4, 0))
    assert.same({}, trace(pid, 4, 0.005))
  end)

  it("tells them as they come", function()
    local pid = actors.puppet()
    troupe.after(0, pid, "run", "troupe.exit()")
    local seen = {}
    local count = trace(pid, nil, LONG, function(event)
      seen[#seen + 1] = event
    end)
    assert.equal(count, #seen)
    assert.equal("end stop done", short(seen)[count])
  end)

  it("raises what its function raises, and lets go", function()
    local pid = actors.puppet()
    troupe.after(0, pid, "run", "state.n = 1")
    local problem = raised(trace, pid, 4, LONG, function()
      error "enough"
    end)
    assert.matches("enough", tostring(problem))
    assert.equal(1, run(pid, "return 1"))
  end)

  it("keeps to an outer deadline", function()
    local pid = actors.puppet()
    local problem = raised(troupe.timeout, 0.005, trace, pid, 4, LONG)
    assert.equal("timeout", problem.kind)
  end)

  it("refuses what cannot be", function()
    local pid = actors.puppet()
    local function misuse(...)
      return raised(trace, ...).message:match "expected .*"
    end
    assert.equal("expected n to be an integer from 1 to 1000, got 0",
      misuse(pid, 0))
    assert.equal("expected n to be an integer from 1 to 1000, got 1001",
      misuse(pid, 1001))
    assert.equal('expected n to be an integer from 1 to 1000, got "5"',
      misuse(pid, "5"))
    assert.equal("expected seconds to be a number from 0, got -1",
      misuse(pid, 5, -1))
    assert.equal("expected tell to be a function, got 1",
      misuse(pid, 5, 1, 1))
    assert.equal("noactor", raised(trace, "nobody").kind)
    troupe.stop(pid)
    assert.equal("noactor", raised(trace, pid).kind)
  end)
end)

describe("a tracer that ends", function()
  after_each(actors.finish)

  it("makes room for others", function()
    local pid = actors.puppet()
    local tracers = {}
    local function is_free()
      local free, handle = pcall(core.trace, pid, 1)
      if free then handle:close() end
      return free
    end
    for i = 1, 8 do
      tracers[i] = actors.puppet()
      run(tracers[i], "state.t = require('troupe.core').trace(..., 1000)", pid)
    end
    assert.is_false(is_free())
    troupe.kill(tracers[5])
    eventually(is_free)
    for i = 1, 8 do troupe.kill(tracers[i]) end
    assert.equal(1, run(pid, "return 1"))
    eventually(is_free)
  end)

  it("leaves an idle actor as it was", function()
    local pid, busy = actors.puppet(), actors.puppet()
    begin(busy, "while not state.over do troupe.sleep(0) end")
    for _, target in ipairs { pid, busy, troupe.self() } do
      trace(target, 1, 0) -- what is kept for the next is there
      collectgarbage()
      local before = probe.heap()
      for _ = 1, 8 do
        local handles = {}
        for i = 1, 5 do handles[i] = core.trace(target, 5) end
        assert.is_true(probe.heap() > before)
        for i = 5, 1, -1 do table.remove(handles, i):close() end
      end
      eventually(function() -- what Lua has of its own comes and goes
        collectgarbage()
        return probe.heap() < before + 20
      end)
    end
  end)

  it("leaves nothing in a host of its own", function()
    local output = support.output([[
      local troupe = require "troupe"
      local trace = require("troupe.inspect").trace
      local pid = troupe.start("server")
      for _ = 1, 20 do
        local tracers = {}
        for i = 1, 12 do tracers[i] = troupe.start("server") end
        for i = 1, 12 do troupe.cast(tracers[i], "trace", pid) end
        for i = 1, 50 do troupe.call(pid, "echo", i) end
        for i = 1, 12 do troupe.kill(tracers[i]) end
        for i = 1, 50 do troupe.call(pid, "echo", i) end
      end
      print "done"
    ]], { flags = { "--log", "off", "--workers", 8 }, files = {
      ["server.lua"] = [[
        local trace = require("troupe.inspect").trace
        return {
          call = { echo = function(_, value) return value end },
          cast = { trace = function(_, pid) trace(pid, 1000, 60) end },
        }
      ]] } })
    assert.equal("done\n", output)
  end)
end)

describe("tracing under load", function()
  it("changes nothing of what actors do", function()
    local output = support.output([[
      local troupe = require "troupe"
      local ACTORS, ROUNDS = 8, 40
      local accounts, tracers, movers = {}, {}, {}
      for i = 1, ACTORS do accounts[i] = troupe.start("account", 1000) end
      for i = 1, ACTORS do
        tracers[i] = troupe.start("tracer", { accounts, i })
        movers[i] = troupe.start("mover", { accounts, i })
      end
      for i = 1, ACTORS do
        troupe.cast(tracers[i], "go", ROUNDS)
        troupe.cast(movers[i], "go", ROUNDS * 20)
      end
      local moved, sum, seen = 0, 0, 0
      for i = 1, ACTORS do
        moved = moved + troupe.timeout(60, troupe.call, movers[i], "count")
      end
      for i = 1, ACTORS do
        seen = seen + troupe.timeout(60, troupe.call, tracers[i], "count")
        sum = sum + troupe.call(accounts[i], "balance")
      end
      print(moved == ACTORS * ROUNDS * 20, sum == ACTORS * 1000, seen > 0)
    ]], { flags = { "--log", "off", "--workers", 8 }, limit = 120, files = {
      ["account.lua"] = [[
        local account = { call = {}, cast = {} }
        function account.init(opening) return { balance = opening } end
        function account.call.take(state, amount)
          state.balance = state.balance - amount
          return amount
        end
        function account.cast.give(state, amount)
          state.balance = state.balance + amount
        end
        function account.call.balance(state) return state.balance end
        return account
      ]],
      ["mover.lua"] = [[
        local troupe = require "troupe"
        local mover = { call = {}, cast = {} }
        function mover.init(args)
          return { accounts = args[1], seed = args[2], count = 0 }
        end
        function mover.cast.go(state, rounds)
          math.randomseed(state.seed)
          local n = #state.accounts
          for _ = 1, rounds do
            local amount = troupe.call(state.accounts[math.random(n)], "take",
              math.random(9))
            troupe.cast(state.accounts[math.random(n)], "give", amount)
            state.count = state.count + 1
          end
        end
        function mover.call.count(state) return state.count end
        return mover
      ]],
      ["tracer.lua"] = [[
        local trace = require("troupe.inspect").trace
        local mailbox = require("troupe.inspect").mailbox
        local tracer = { call = {}, cast = {} }
        function tracer.init(args)
          return { accounts = args[1], seed = args[2], count = 0 }
        end
        function tracer.cast.go(state, rounds)
          math.randomseed(-state.seed)
          for _ = 1, rounds do
            local pid = state.accounts[math.random(#state.accounts)]
            local events = trace(pid, math.random(30), 0.002)
            state.count = state.count + #events
            for _, event in ipairs(events) do
              if event.took and event.took < 0 then error "negative" end
            end
            mailbox(pid, 10)
          end
        end
        function tracer.call.count(state) return state.count end
        return tracer
      ]] } })
    assert.equal("true\ttrue\ttrue\n", output)
  end)
end)
