-- clock: either
--
-- Pools: choosing a worker, check-out, replacement.

local eventually = require "support.eventually"
local life = require "support.life"
local pool = require "troupe.pool"
local probe = require "probe"
local registry = require "troupe.registry"
local troupe = require "troupe"

local doll, run, begin = life.doll, life.run, life.begin

local DOLL = "fixtures.doll"

-- A pool that `finish` ends.
local function open(options, args, name)
  doll() -- what is left is counted from here
  return assert(pool.start(name or "rates", DOLL, args, options))
end

local function manager(name)
  return registry.whereis { "troupe.pool", name or "rates" }
end

local function finish()
  troupe.trap(true)
  local pid = manager()
  if pid then troupe.kill(pid) end
  life.finish()
end

local function self_of(worker) return run(worker, "return troupe.self()") end

-- Keeps a worker busy until somebody casts "go" to the gate, and tells so.
local function occupy(worker)
  local gate = doll()
  begin(worker, "troupe.call(...)", gate, "wait", troupe.self())
  assert.same({ "held" }, life.next())
  return gate
end

-- An actor that borrows a worker, tells the spec "got" and `name`, and keeps
-- it until somebody casts "go" to it. It waits in a call to a gate: returns
-- that too.
local function borrower(rates, name, after)
  local pid, gate = doll(), doll()
  begin(pid, [[
    local rates, gate, main, name, after = ...
    local ok, problem = pcall(rates.with, rates, function(worker)
      troupe.send(main, "got", name, worker)
      troupe.timeout(math.huge, troupe.call, gate, "wait")
      if after then load(after)(worker) end
    end)
    troupe.send(main, ok and "gave" or "failed", name, problem)
  ]], rates, gate, troupe.self(), name, after)
  return pid, gate
end

-- Lets it go on; it may not have come to its gate yet.
local function go(gate)
  eventually(function() return run(gate, "return state.from") end)
  troupe.cast(gate, "go")
end

-- Waits until the actor stands in line for a worker.
local function waiting(pid)
  eventually(function() return probe.waits(pid) == "a pool worker" end)
end

describe("a pool", function()
  after_each(finish)

  it("has so many workers, each started with the arguments", function()
    local rates = open({ size = 4 }, { opening = 7 })
    local seen = {}
    for key = 1, 100 do
      local worker = rates:at(key)
      assert.equal(7, run(worker, "return state.opening"))
      seen[self_of(worker)] = true
    end
    local count = 0
    for _ in pairs(seen) do count = count + 1 end
    assert.equal(4, count)
  end)

  it("has three unless told otherwise", function()
    local rates = open()
    assert.equal(3, rates.size)
    assert.equal(3, pool.of("rates").size)
  end)

  it("serves a key by the same worker, always", function()
    local rates = open { size = 5 }
    for _, key in ipairs { "EUR", 7, { "pair", "EUR", 7 }, "" } do
      local pid = self_of(rates:at(key))
      for _ = 1, 5 do assert.equal(pid, self_of(rates:at(key))) end
      assert.equal(pid, self_of(pool.of("rates"):at(key)))
    end
  end)

  it("spreads keys over all workers", function()
    local rates, counts = open { size = 4 }, {}
    for key = 1, 400 do
      local address = tostring(rates:at(key))
      counts[address] = (counts[address] or 0) + 1
    end
    for seat = 0, 3 do assert.is_true(counts["pool rates " .. seat] > 50) end
  end)

  it("takes turns if it is to", function()
    local rates, first = open { size = 3, choose = "turn" }, {}
    for index = 1, 3 do first[index] = self_of(rates:at()) end
    for index = 1, 9 do
      assert.equal(first[(index - 1) % 3 + 1], self_of(rates:at()))
    end
    assert.not_equal(first[1], first[2])
    assert.equal("turn", pool.of("rates").choose)
  end)

  it("gives the least busy worker without a key", function()
    local rates = open { size = 3 }
    local gates, busy = {}, {}
    for index = 1, 2 do
      local worker = rates:at(({ "EUR", "USD" })[index])
      gates[index] = occupy(worker)
      troupe.send(worker, "one more")
      busy[tostring(worker)] = true
    end
    for _ = 1, 10 do
      local worker = rates:at()
      assert.is_nil(busy[tostring(worker)])
      self_of(worker)
    end
    for _, gate in ipairs(gates) do troupe.cast(gate, "go") end
  end)

  it("is known by name in any actor, and by its handle when sent", function()
    local rates, pid = open { size = 2 }, doll()
    local there = run(pid, [[
      local rates = require "troupe.pool".of "rates"
      return troupe.call(rates:at "EUR", "run", "return troupe.self()")
    ]])
    assert.equal(self_of(rates:at "EUR"), there)
    assert.equal(there, run(pid, [[
      return troupe.call((...):at "EUR", "run", "return troupe.self()")
    ]], rates))
    local problem = life.raised(pool.of, "nobody's")
    assert.equal("noactor", problem.kind)
  end)

  it("has a name of its own", function()
    open()
    local problem = life.raised(pool.start, "rates", DOLL)
    assert.equal("exists", problem.kind)
    assert.equal(manager(), problem.pid)
    assert.is_truthy(pool.of("rates"))
  end)

  it("is not started if one of its workers is not", function()
    doll()
    local problem = life.raised(pool.start, "rates", DOLL,
      { init = "error 'burnt'" })
    assert.matches("burnt", problem.message)
    assert.same({ nil, "closed" }, { pool.start("rates", DOLL,
      { init = "return nil, 'closed'" }) })
    assert.is_nil(manager())
    assert.equal("noactor", life.raised(pool.of, "rates").kind)
    open():stop()
  end)

  it("ends with who started it", function()
    local pid = doll()
    run(pid, [[state.rates = require "troupe.pool".start("rates",
      "fixtures.doll", { report = ... }, { size = 2 })]], troupe.self())
    begin(pid, "troupe.exit 'gone'")
    for _ = 1, 2 do assert.equal("ended", life.next()[1]) end
  end)

  it("lets its workers finish when it is stopped", function()
    local rates, main = open { size = 2 }, troupe.self()
    for index = 1, 20 do begin(rates:at(index), "troupe.send(...)", main, 1) end
    rates:stop()
    assert.equal(20, #life.drain())
    for _, use in ipairs {
      function() rates:at() end,
      function() self_of(rates:at(1)) end,
      function() rates:with(print) end,
    } do assert.equal("noactor", life.raised(use).kind) end
    assert.same({ nil, "noactor" }, { troupe.cast(rates:at(1), "run", "") })
    assert.same({ nil, "noactor" }, { rates:stop() })
  end)

  it("whose manager is killed ends, and can be started again", function()
    troupe.trap(true)
    for _ = 1, 20 do
      local rates = open { size = 3 }
      local gate = occupy(rates:at(1))
      local pid = manager()
      troupe.kill(pid)
      assert.same({ "down", pid, "killed" }, life.next())
      assert.equal("noactor", life.raised(rates.at, rates).kind)
      rates = open { size = 2 }
      assert.equal(3, run(rates:at(1), "return 3"))
      rates:stop()
      assert.equal("down", life.next()[1])
      troupe.cast(gate, "go")
    end
  end)

  it("says what it expects", function()
    for size, got in pairs { [0] = "0", [1025] = "1025", [1.5] = "1.5",
        x = '"x"' } do
      assert.equal("expected size to be an integer from 1 to 1024, got " .. got,
        life.misuse(pool.start, "rates", DOLL, nil, { size = size }))
    end
    assert.equal('expected choose to be "busy" or "turn", got "best"',
      life.misuse(pool.start, "rates", DOLL, nil, { choose = "best" }))
    assert.equal('unknown option "siez"',
      life.misuse(pool.start, "rates", DOLL, nil, { siez = 1 }))
    assert.equal("expected options to be a table, got 3",
      life.misuse(pool.start, "rates", DOLL, nil, 3))
    assert.matches("^expected name to be a string, an integer or a list of",
      life.misuse(pool.start, true, DOLL))
    assert.matches("^expected module to be the name of a module, got table",
      life.misuse(pool.start, "rates", {}))
    local rates = open()
    assert.matches("^expected .* to be a string, an integer or a list of",
      life.misuse(rates.at, rates, 1.5))
    assert.equal("expected fn to be a function, got 1",
      life.misuse(rates.with, rates, 1))
  end)
end)

describe("a check-out", function()
  after_each(finish)

  it("gives a worker that nobody else gets, and what fn returns", function()
    local rates = open { size = 2 }
    assert.same({ 1, nil, 3 }, { rates:with(function(one)
      local other = rates:with(function(worker) return worker end)
      assert.not_equal(tostring(one), tostring(other))
      return 1, nil, 3
    end) })
  end)

  it("serves borrowers in the order they asked", function()
    local rates = open { size = 1 }
    local _, gate = borrower(rates, 0)
    assert.same({ "got", 0 }, { table.unpack(life.next(), 1, 2) })
    local gates = {}
    for index = 1, 5 do
      local pid
      pid, gates[index] = borrower(rates, index)
      waiting(pid)
    end
    for index = 1, 5 do
      go(gate)
      local words = { life.next(), life.next() }
      if words[1][1] == "got" then words[1], words[2] = words[2], words[1] end
      assert.same({ "gave", index - 1 }, { words[1][1], words[1][2] })
      assert.same({ "got", index }, { words[2][1], words[2][2] })
      gate = gates[index]
    end
    go(gate)
    assert.equal("gave", life.next()[1])
  end)

  it("of a pool that was closed leaves the next of its name alone", function()
    doll()
    local core = require "troupe.core"
    local function borrow()
      core.open_pool("again", 1)
      core.occupied("again", 0)
      local giving = coroutine.wrap(function()
        core.checkout("again", coroutine.yield)
      end)
      giving()
      return giving
    end
    local give_first = borrow()
    core.close_pool "again"
    local give_second = borrow()
    give_first()
    assert.equal("deadlock",
      life.raised(core.checkout, "again", print).kind)
    give_second()
    assert.equal(1, core.checkout("again", function() return 1 end))
    core.close_pool "again"
  end)

  it("is bounded by the borrower's deadline", function()
    local rates = open { size = 1 }
    rates:with(function()
      begin(doll(), [[
        local rates, main = ...
        local ok, problem = pcall(troupe.timeout, 0.01, rates.with, rates,
          print)
        troupe.send(main, problem.kind, problem.begun)
      ]], rates, troupe.self())
      assert.same({ "timeout", false }, life.next())
    end)
    assert.equal("free", rates:with(function() return "free" end))
  end)

  it("hands the worker back when fn raises", function()
    local rates = open { size = 1 }
    for _ = 1, 10 do
      assert.matches("oops", life.raised(rates.with, rates, function()
        error "oops"
      end))
    end
    assert.equal("free", rates:with(function() return "free" end))
  end)

  for how, code in pairs { exit = "troupe.exit()", crash = "error 'oops'",
      kill = "troupe.kill(troupe.self())" } do
    it("hands the worker back when the borrower ends: " .. how, function()
      local rates = open { size = 1 }
      local pid = doll()
      begin(pid, "local rates, code = ... rates:with(load(code, '', 't', "
        .. "{ troupe = troupe, error = error }))", rates, code)
      assert.equal("free", rates:with(function() return "free" end))
    end)
  end

  it("goes to the next when one who waits in line dies", function()
    local rates = open { size = 1 }
    local _, gate = borrower(rates, 1)
    life.next()
    local second = borrower(rates, 2)
    waiting(second)
    local third = borrower(rates, 3)
    waiting(third)
    troupe.monitor(second)
    troupe.kill(second)
    assert.same({ "down", second, "killed" }, life.next())
    go(gate)
    local words = { [life.next()[1]] = true, [life.next()[1]] = true }
    assert.same({ got = true, gave = true }, words)
  end)

  it("is not handed on before the worker is done with it", function()
    local rates, gate, main = open { size = 1 }, doll(), troupe.self()
    local problem = life.raised(rates.with, rates, function(worker)
      troupe.timeout(0.02, troupe.call, worker, "run", [[
        local gate, main = ...
        troupe.shield(math.huge, troupe.call, gate, "wait", main)
        troupe.send(main, "worker done")
      ]], gate, main)
    end)
    assert.equal("timeout", problem.kind)
    assert.same({ "held" }, life.next())
    local next_one = borrower(rates, "next")
    waiting(next_one)
    troupe.cast(gate, "go")
    assert.same({ "worker done" }, life.next())
    assert.same({ "got", "next" }, { table.unpack(life.next(), 1, 2) })
  end)

  it("of a worker that dies goes on with the one that replaces it", function()
    local rates = open { size = 1 }
    rates:with(function(worker)
      local pid = self_of(worker)
      begin(worker, "troupe.exit 'worn out'")
      local other = self_of(worker)
      assert.not_equal(pid, other)
    end)
    assert.equal("free", rates:with(function() return "free" end))
  end)

  it("never gives one worker to two", function()
    local rates, main = open { size = 3 }, troupe.self()
    local borrowers = 12
    for index = 1, borrowers do
      begin(doll(), [[
        local rates, main, index = ...
        local given = 0
        for round = 1, 100 do
          local ok, problem = pcall(troupe.timeout, (index + round) % 5 / 500
            + 0.0005, rates.with, rates, function(worker)
              local mine = {index, round}
              assert(troupe.shield(10, troupe.call, worker, "run",
                "if state.by then return false end state.by = ... return true",
                mine), "somebody else's")
              if round % 7 == 0 then pcall(troupe.sleep, 0.0005) end
              troupe.shield(10, troupe.call, worker, "run", "state.by = nil")
              given = given + 1
              if round % 11 == 0 then error "left" end
            end)
          if not ok and tostring(problem):find "somebody else's" then
            troupe.send(main, "broken", tostring(problem))
            return
          end
        end
        troupe.send(main, "done", given)
      ]], rates, main, index)
    end
    local given = 0
    for _ = 1, borrowers do
      local word, count = table.unpack(life.next())
      assert.equal("done", word, count)
      given = given + count
    end
    assert.is_true(given > 0)
    for _ = 1, 3 do rates:with(function() end) end
  end)
end)

describe("a worker that dies", function()
  after_each(finish)

  it("is replaced, and only the request in hand fails", function()
    local rates, main = open { size = 1 }, troupe.self()
    for round = 1, 3 do -- the third of them after a delay
      local gate = occupy(rates:at(1))
      local callers = {}
      for index = 1, 5 do
        callers[index] = doll()
        begin(callers[index], [[
          local worker, main, index = ...
          troupe.send(main, "answered", troupe.call(worker, "run",
            "return ...", index))
        ]], rates:at(1), main, index)
      end
      life.queued(rates:at(1), 5)
      local pid = registry.whereis { "troupe.pool", "rates" } and
        troupe.monitor(rates:at(1))
      troupe.kill(pid)
      assert.same({ "down", pid, "killed" }, life.next())
      local sum = 0
      for _ = 1, 5 do
        local word, index = table.unpack(life.next())
        assert.equal("answered", word)
        sum = sum + index
      end
      assert.equal(15, sum, "round " .. round)
      troupe.cast(gate, "go")
    end
  end)

  it("fails the call in hand with its reason", function()
    local rates = open { size = 1 }
    local problem = life.raised(run, rates:at(1), "troupe.exit 'worn out'")
    assert.equal("exit", problem.kind)
    assert.equal("worn out", problem.reason)
    assert.is_true(problem.begun)
    assert.equal(1, run(rates:at(1), "return 1"))
  end)

  it("keeps the order of what one sender sends meanwhile", function()
    local rates, main = open { size = 1 }, troupe.self()
    for index = 1, 200 do
      begin(rates:at(1), index == 50 and "troupe.exit()"
        or "troupe.send(...)", main, index)
    end
    for index = 1, 200 do
      if index ~= 50 then assert.same({ index }, life.next()) end
    end
  end)

  it("is started again later and later if it keeps dying", function()
    local rates = open { size = 1 }
    local before = troupe.now()
    for _ = 1, 4 do
      life.raised(run, rates:at(1), "troupe.exit 'again'")
      self_of(rates:at(1))
    end
    -- at once, then after 0.1, 0.2 and 0.4 s
    assert.is_true(troupe.now() - before > 0.7 - 1e-6)
  end)

  it("is tried again if the new one does not start", function()
    local gate = doll()
    local rates = open({ size = 1 }, { gate = gate, main = troupe.self(),
      init = [[
        local registry = require "troupe.registry"
        if not registry.whereis "closed" then return end
        troupe.call(state.gate, "wait", state.main)
        error "closed"
      ]] })
    registry.register "closed"
    begin(rates:at(1), "troupe.exit()")
    assert.same({ "held" }, life.next())
    -- This one goes to the mailbox of a worker that does not start.
    begin(rates:at(1), "troupe.send(...)", troupe.self(), "taken over")
    registry.unregister "closed"
    troupe.cast(gate, "go")
    assert.same({ "taken over" }, life.next())
  end)
end)
