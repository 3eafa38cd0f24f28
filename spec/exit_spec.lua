-- clock: either
--
-- The ways an actor ends: stop, exit, kill.

local life = require "support.life"
local registry = require "troupe.registry"
local troupe = require "troupe"

local doll, run, begin = life.doll, life.run, life.begin

-- Ends slowly: its terminate waits until somebody casts "go" to the gate,
-- which tells the spec "held".
local function slow(options)
  local gate = doll()
  local pid = doll({ gate = gate, main = troupe.self(),
    terminate = "troupe.call(state.gate, 'wait', state.main)" }, options)
  return pid, gate
end

describe("stop", function()
  after_each(life.finish)

  it("queues behind what the caller has sent before", function()
    local main = troupe.self()
    for _ = 1, 50 do
      local pid = doll { report = main }
      for index = 1, 5 do begin(pid, "troupe.send(...)", main, index) end
      assert.is_true(troupe.stop(pid))
      local word = life.drain()
      assert.same({ { 1 }, { 2 }, { 3 }, { 4 }, { 5 },
        { "ended", pid, "normal" } }, word)
    end
  end)

  it("hands its reason to terminate", function()
    local pid = doll { report = troupe.self() }
    troupe.stop(pid, { because = "late" })
    assert.same({ "ended", pid, { because = "late" } }, life.next())
  end)

  it("returns when the actor is gone and its names are free", function()
    for _ = 1, 100 do
      local pid = doll(nil, { name = "shop" })
      run(pid, [[require "troupe.registry".register { "shop", 2 }
        require "troupe.registry".join "shops"]])
      troupe.stop "shop"
      assert.is_nil(registry.whereis "shop")
      assert.is_nil(registry.whereis { "shop", 2 })
      assert.same({}, registry.members "shops")
      assert.same({ nil, "noactor" }, { troupe.cast(pid, "run", "") })
    end
  end)

  it("waits for an end that has begun already", function()
    local pid, gate = slow { name = "slow" }
    local other = doll()
    begin(other, "troupe.send(select(2, ...), 'one', troupe.stop((...)))",
      pid, troupe.self())
    assert.same({ "held" }, life.next())
    begin(gate, "troupe.reply(state.from)")
    assert.is_true(troupe.stop(pid))
    troupe.stop(life.keep(troupe.start("fixtures.doll", nil,
      { name = "slow" })))
    assert.same({ { "one", true } }, { life.next() })
  end)

  it("of who is not there is nil, noactor", function()
    local pid = doll()
    troupe.stop(pid)
    assert.same({ nil, "noactor" }, { troupe.stop(pid) })
    assert.same({ nil, "noactor" }, { troupe.stop "nobody" })
  end)

  it("raises a timeout if the actor does not come to it", function()
    local gate, pid = doll(), doll()
    begin(pid, "troupe.call(...)", gate, "wait", troupe.self())
    assert.same({ "held" }, life.next())
    local problem = life.raised(troupe.timeout, 0.01, troupe.stop, pid)
    assert.equal("timeout", problem.kind)
    troupe.monitor(pid)
    troupe.cast(gate, "go") -- it comes to it now
    assert.same({ "down", pid, "normal" }, life.next())
  end)

  it("of oneself takes effect when the handler has returned", function()
    local pid = doll { report = troupe.self() }
    assert.equal("still here", run(pid,
      "troupe.stop(troupe.self(), 'done'); return 'still here'"))
    assert.same({ "ended", pid, "done" }, life.next())
  end)

  it("ends a script that receives", function()
    local support = require "support"
    assert.equal("closed\n", support.output([[
      local troupe = require "troupe"
      package.path = "./?.lua;" .. package.path
      local guard <close> = setmetatable({}, { __close = function()
        print "closed"
      end })
      troupe.start("stopper", troupe.self())
      troupe.receive()
      print "never"
    ]], { files = { ["stopper.lua"] = [[
      local troupe = require "troupe"
      return { init = function(pid) return { pid = pid } end,
        ["continue"] = function(state) troupe.stop(state.pid) end }
    ]] } }))
  end)

  it("refuses work at once, and answers calls that had queued", function()
    local gate, pid = doll(), doll()
    begin(pid, "troupe.call(...)", gate, "wait", troupe.self())
    assert.same({ "held" }, life.next())
    local stopper, caller = doll(), doll()
    begin(stopper, "troupe.stop(..., 'closed')", pid)
    life.queued(pid, 1)
    begin(caller, [[
      local pid, main = ...
      local _, problem = pcall(troupe.call, pid, "run", "return 1")
      troupe.send(main, problem.kind, problem.reason, problem.begun)
    ]], pid, troupe.self())
    life.queued(pid, 2)
    troupe.cast(gate, "go")
    assert.same({ "exit", "closed", false }, life.next())
  end)

  it("says what it expects", function()
    assert.equal("expected target to be a pid, a key or an address, got false",
      life.misuse(troupe.stop, false))
    assert.equal("expected target to be a pid, a key or an address, " ..
      "got no value", life.misuse(troupe.stop))
    assert.equal("reason: a function cannot be sent",
      tostring(life.raised(troupe.stop, doll(), print)):match
        "(reason: [^\n]*)")
  end)
end)

describe("exit", function()
  after_each(life.finish)

  it("is caught by no pcall, xpcall or coroutine", function()
    for _, code in ipairs {
      "pcall(troupe.exit, 'bye')",
      "xpcall(troupe.exit, print, 'bye')",
      "coroutine.wrap(function() pcall(troupe.exit, 'bye') end)()",
      "pcall(coroutine.wrap(function() troupe.exit 'bye' end))",
      "for _ in function() troupe.exit 'bye' end do end",
      "local x = setmetatable({}, { __index = function() "
        .. "troupe.exit 'bye' end }).x",
    } do
      local pid = doll { report = troupe.self() }
      begin(pid, code .. "; troupe.send(state.report, 'not here')")
      assert.same({ "ended", pid, "bye" }, life.next())
    end
    assert.same({}, life.drain())
  end)

  it("runs __close from the inside out, then terminate", function()
    local pid = doll { report = troupe.self() }
    begin(pid, [[
      local one <close> = guard "main"
      coroutine.wrap(function()
        local two <close> = guard "outer coroutine"
        local inner = coroutine.create(function()
          local three <close> = guard "inner coroutine"
          pcall(function()
            local four <close> = guard "function"
            troupe.exit "bye"
          end)
        end)
        coroutine.resume(inner)
      end)()
    ]])
    for _, name in ipairs { "function", "inner coroutine", "outer coroutine",
        "main" } do
      assert.same({ name }, life.next())
    end
    assert.same({ "ended", pid, "bye" }, life.next())
  end)

  it("runs terminate even if a __close fails", function()
    local pid = doll { report = troupe.self() }
    begin(pid, [[
      local guard <close> = setmetatable({}, { __close = error })
      troupe.exit "bye"
    ]])
    assert.same({ "ended", pid, "bye" }, life.next())
  end)

  it("ends the call in hand with its reason", function()
    local problem = life.raised(run, doll(), "troupe.exit 'bye'")
    assert.equal("exit", problem.kind)
    assert.equal("bye", problem.reason)
    assert.is_true(problem.begun)
  end)

  it("in init makes start raise", function()
    local problem = life.raised(troupe.start, "fixtures.doll",
      { init = "troupe.exit 'no'" })
    assert.equal("exit", problem.kind)
    assert.equal("no", problem.reason)
  end)

  it("in continue and in terminate ends it, too", function()
    local pid = doll { report = troupe.self(),
      ["continue"] = "troupe.exit 'early'" }
    assert.same({ "ended", pid, "early" }, life.next())
    pid = doll { terminate = "troupe.exit 'again'", report = troupe.self() }
    troupe.monitor(pid)
    troupe.stop(pid, "first")
    assert.equal("down", life.next()[1])
  end)

  it("lets terminate make calls", function()
    local other = doll()
    local pid = doll { other = other, report = troupe.self(),
      terminate = [[troupe.call(state.other, "run",
        "state.told = ...", "bye")]] }
    begin(pid, "troupe.exit()")
    assert.same({ "ended", pid, "normal" }, life.next())
    assert.equal("bye", run(other, "return state.told"))
  end)

  it("where C has called Lua says that it cannot wait there", function()
    local pid = doll()
    assert.matches("C%-call boundary", run(pid, [[
      local _, problem = pcall(tostring, setmetatable({}, {
        __tostring = function() troupe.exit() end }))
      return tostring(problem)
    ]]))
  end)

  it("in a comparator ends it", function()
    local pid = doll { report = troupe.self() }
    begin(pid, [[pcall(table.sort, { 2, 1 }, function()
      troupe.exit "bye"
    end)]])
    assert.same({ "ended", pid, "bye" }, life.next())
  end)

  it("takes a reason that can be sent", function()
    local pid = doll()
    assert.matches("reason: a function cannot be sent",
      life.raised(run, pid, "troupe.exit(print)").message)
  end)
end)

describe("kill", function()
  after_each(life.finish)

  it("runs nothing of the script any more", function()
    local pid = doll { report = troupe.self() }
    troupe.monitor(pid)
    begin(pid, [[
      local report = state.report
      local function tell() troupe.send(report, "alive") end
      state.gc = setmetatable({}, { __gc = tell })
      state.debug = debug.setmetatable({}, { __gc = tell })
      local guard <close> = setmetatable({}, { __close = tell })
      coroutine.wrap(function()
        local guard <close> = setmetatable({}, { __close = tell })
        pcall(function()
          troupe.send(report, "waits")
          troupe.sleep(math.huge)
        end)
        tell()
      end)()
    ]])
    assert.same({ "waits" }, life.next())
    assert.is_true(troupe.kill(pid))
    assert.same({ "down", pid, "killed" }, life.next())
    assert.is_false(troupe.kill(pid))
    life.finish()
    assert.same({}, life.drain())
  end)

  it("of oneself happens here", function()
    local pid = doll { report = troupe.self() }
    local problem = life.raised(run, pid, [[
      pcall(troupe.kill, troupe.self())
      troupe.send(state.report, "alive")
    ]])
    assert.equal("exit", problem.kind)
    assert.equal("killed", problem.reason)
    assert.same({}, life.drain())
  end)

  it("ends an actor whose terminate waits", function()
    local pid = slow()
    troupe.monitor(pid)
    begin(pid, "troupe.exit()")
    assert.same({ "held" }, life.next())
    troupe.kill(pid)
    assert.same({ "down", pid, "killed" }, life.next())
  end)

  it("overtakes what waits in the mailbox", function()
    local gate, pid = doll(), doll()
    begin(pid, "troupe.call(...)", gate, "wait", troupe.self())
    assert.same({ "held" }, life.next())
    for _ = 1, 100 do begin(pid, "troupe.send(...)", troupe.self()) end
    troupe.monitor(pid)
    troupe.kill(pid)
    assert.same({ { "down", pid, "killed" } }, { life.next() })
    assert.same({}, life.drain())
  end)

  it("in init makes the start raise", function()
    local starter = doll()
    begin(starter, [[
      local main = ...
      local _, problem = pcall(troupe.start, "fixtures.doll", { init =
        "troupe.send(state.main, troupe.self()); troupe.sleep(math.huge)",
        main = main }, { timeout = math.huge })
      troupe.send(main, problem.kind, problem.reason)
    ]], troupe.self())
    troupe.kill(life.next()[1])
    assert.same({ "exit", "killed" }, life.next())
  end)

  it("of nobody is false", function()
    assert.is_false(troupe.kill "nobody")
    assert.equal("expected target to be a pid, a key or an address, got nil",
      life.misuse(troupe.kill, nil))
  end)
end)

describe("an actor that ends", function()
  after_each(life.finish)

  it("frees its name before anyone hears of its end", function()
    for index = 1, 200 do
      local pid = doll(nil, { name = "again" })
      troupe.monitor(pid)
      if index % 2 == 0 then
        troupe.kill(pid)
      else
        begin(pid, "troupe.exit()")
      end
      assert.same({ "down", pid }, { table.unpack(life.next(), 1, 2) })
      assert.is_nil(registry.whereis "again")
    end
  end)

  it("answers those whose replies it still owes", function()
    local pid, caller = doll(), doll()
    begin(caller, [[
      local pid, main = ...
      local _, problem = pcall(troupe.call, pid, "wait", main)
      troupe.send(main, problem.kind, problem.reason, problem.begun)
    ]], pid, troupe.self())
    assert.same({ "held" }, life.next())
    troupe.stop(pid, "closed")
    assert.same({ "exit", "closed", true }, life.next())
  end)

  it("says what is lost", function()
    local probe = require "probe"
    local gate, pid = doll(), doll()
    begin(pid, "troupe.call(...)", gate, "wait", troupe.self())
    assert.same({ "held" }, life.next())
    local before = probe.refused()
    for _ = 1, 5 do begin(pid, "") end
    troupe.send(pid, "info")
    troupe.monitor(pid)
    troupe.kill(pid)
    assert.same({ "down", pid, "killed" }, life.next())
    assert.equal(before + 6, probe.refused())
  end)
end)
