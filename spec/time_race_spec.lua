-- Timers, deadlines and idle actors in the machine's time, on as many workers
-- as there are: what races here races with other threads, which a host with a
-- virtual clock has none of. What they do, to the second, is in timer_spec.lua
-- and timeout_spec.lua.

local life = require "support.life"
local troupe = require "troupe"

local doll, run, begin = life.doll, life.run, life.begin
local me = troupe.self

describe("time that goes by", function()
  after_each(life.finish)

  it("is waited for by a sleep, and by a timer", function()
    local start = troupe.now()
    troupe.sleep(0.01)
    assert.is_true(troupe.now() - start >= 0.01)
    troupe.after(0.01, me(), "tick")
    assert.same({ "tick" }, life.next())
    assert.is_true(troupe.now() - start >= 0.02)
    assert.is_true(math.abs(troupe.time() - os.time()) < 5)
  end)

  it("ends a wait, and an actor that is idle", function()
    assert.equal("timeout", life.raised(troupe.timeout, 0.005,
      troupe.receive).kind)
    local pid = doll({ report = me() }, { idle = 0.005 })
    assert.same({ "ended", pid, "normal" }, life.next())
  end)

  it("brings one tick after another", function()
    local pid = doll { main = me() }
    run(pid, "state.timer = troupe.every(0.001, troupe.self(), 'tick')")
    for count = 1, 3 do
      require "support.eventually"(function()
        return #life.seen(pid) >= count
      end)
    end
    assert.is_true(run(pid, "return state.timer:cancel()"))
  end)

  it("does not end code that does not wait", function()
    local rounds = 0
    local last = troupe.now() + 0.03
    troupe.timeout(0.01, function()
      while troupe.now() < last do rounds = rounds + 1 end
    end)
    assert.is_true(rounds > 0)
  end)
end)

describe("the cancel of a timer", function()
  after_each(life.finish)

  -- The actors sit on any worker, the timers go off at any moment.
  it("that returned true is kept, and false means handled", function()
    local pids, main, count = {}, me(), 100
    for index = 1, 4 do pids[index] = doll() end
    for index, pid in ipairs(pids) do
      begin(pid, [[
        local target, count, main = ...
        local kept = 0
        for index = 1, count do
          local timer = troupe.after(index % 3 / 5000, target, "tick")
          if index % 2 == 0 then troupe.sleep(index % 5 / 5000) end
          if timer:cancel() then kept = kept + 1 end
        end
        troupe.send(main, "done", target, count - kept)
      ]], pids[index % #pids + 1], count, main)
    end
    local handled = {}
    for _ = 1, #pids do
      local _, target, number = table.unpack(life.next())
      handled[target] = number
    end
    for _, pid in ipairs(pids) do
      assert.equal(handled[pid], #life.seen(pid))
    end
  end)

  it("survives a receive whose time was up", function()
    for _ = 1, 100 do
      local timer = troupe.after(0.001, me(), "tick")
      local ok = pcall(troupe.timeout, 0.001, troupe.receive)
      assert.equal(ok, not timer:cancel())
      assert.same({}, life.drain())
    end
  end)
end)

describe("a deadline", function()
  after_each(life.finish)

  -- Those of one actor are on the wheels of several workers; where these get
  -- into each other's way a build for stress makes them wait.
  it("ends its own wait, however close to others it is", function()
    for _ = 1, 12 do
      life.begin(life.doll(), [[
        local main, other = ...
        local early = 0
        local function call(limit)
          return pcall(troupe.timeout, limit, troupe.call, other, "run",
            "troupe.sleep(0.001)")
        end
        for round = 1, 100 do
          call(0.001 + round % 5 / 2000)
          if not call(60) then early = early + 1 end
          troupe.sleep(0.0005 + round % 3 / 2000)
        end
        troupe.send(main, early)
      ]], troupe.self(), life.doll())
    end
    for _ = 1, 12 do assert.same({ 0 }, life.next()) end
  end)
end)
