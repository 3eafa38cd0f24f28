-- clock: virtual
--
-- Timers: after, every, cancel; the clocks; idle. Where they race with other
-- threads, and with the machine's time: time_race_spec.lua.

local life = require "support.life"
local troupe = require "troupe"

local doll, run, begin = life.doll, life.run, life.begin
local me = troupe.self

-- As many seconds later, to the rounding of a float.
local function is_at(since, seconds)
  return math.abs(troupe.now() - since - seconds) < 1e-6
end

describe("after", function()
  after_each(life.finish)

  it("sends an info when its time has come, not before", function()
    local start = troupe.now()
    troupe.after(20, me(), "tick", { 1 }, nil, "end")
    local word = table.pack(troupe.receive())
    assert.same({ "tick", { 1 }, nil, "end", n = 4 }, word)
    assert.is_true(is_at(start, 20))
  end)

  it("keeps the order of time, and of calls at one time", function()
    for _, delay in ipairs { 0.05, 0.01, 0.03, 0, 0.02, 0.04 } do
      troupe.after(delay, me(), delay)
    end
    for _, delay in ipairs { 0, 0.01, 0.02, 0.03, 0.04, 0.05 } do
      assert.same({ delay }, life.next())
    end
  end)

  it("takes no time, and less than none, to mean at once", function()
    for _, seconds in ipairs { 0, -1, -math.huge } do
      troupe.after(seconds, me(), "now")
      assert.same({ "now" }, life.next())
    end
  end)

  it("may be as long as one likes", function()
    local timers = {}
    for index, seconds in ipairs { 1, 100, 1e6, 1e12, math.huge } do
      timers[index] = troupe.after(seconds, me(), "much later")
    end
    for _, timer in ipairs(timers) do assert.is_true(timer:cancel()) end
  end)

  it("goes to a key's holder, and says if there is none", function()
    local pid = doll(nil, { name = "timed" })
    troupe.after(0, "timed", "tick")
    require "support.eventually"(function()
      return life.seen(pid)[1]
    end)
    assert.same({ { "tick" } }, life.seen(pid))
    assert.same({ nil, "noactor" }, { troupe.after(0, "nobody", "tick") })
  end)

  it("carries values as they were", function()
    local value = { 1 }
    troupe.after(0.005, me(), value)
    value[1] = 2
    assert.same({ { 1 } }, life.next())
  end)

  it("takes ten thousand", function()
    for index = 1, 10000 do troupe.after(index % 7 / 1000, me(), index) end
    local seen = {}
    for _ = 1, 10000 do
      local index = life.next()[1]
      assert.is_nil(seen[index])
      seen[index] = true
    end
    assert.same({}, life.drain())
  end)
end)

describe("cancel", function()
  after_each(life.finish)

  it("before its time: it would have been handled, and is not", function()
    local timer = troupe.after(0.01, me(), "cancelled")
    troupe.after(0.02, me(), "not cancelled")
    assert.is_true(timer:cancel())
    assert.is_false(timer:cancel())
    assert.same({ "not cancelled" }, life.next())
  end)

  it("when it is in the mailbox already", function()
    local timer = troupe.after(0, me(), "cancelled")
    troupe.sleep(0.01)
    assert.is_true(timer:cancel())
    assert.same({}, life.drain())
  end)

  it("afterwards says that it is too late", function()
    local timer = troupe.after(0, me(), "handled")
    assert.same({ "handled" }, life.next())
    assert.is_false(timer:cancel())
  end)

  it("of every ends it", function()
    local timer = troupe.every(0.001, me(), "tick")
    for _ = 1, 3 do assert.same({ "tick" }, life.next()) end
    assert.is_true(timer:cancel())
    assert.is_false(timer:cancel())
    troupe.sleep(0.005)
    assert.same({}, life.drain())
  end)

  it("takes a timer", function()
    local timer = troupe.after(0, me(), "tick")
    for _, other in ipairs { 1, "timer", {}, io.stdout } do
      assert.matches("^expected timer to be a timer, got ",
        life.misuse(timer.cancel, other))
    end
    assert.same({ "tick" }, life.next())
  end)
end)

describe("every", function()
  after_each(life.finish)

  it("goes on until it is cancelled", function()
    local timer = troupe.every(0.001, me(), "tick", 1)
    for _ = 1, 20 do assert.same({ "tick", 1 }, life.next()) end
    timer:cancel()
  end)

  it("lets at most one tick wait, and keeps its schedule", function()
    local start = troupe.now()
    local timer = troupe.every(10, me(), "tick")
    troupe.sleep(55)
    assert.same({ { "tick" } }, life.drain())
    for number = 6, 8 do
      assert.same({ "tick" }, { troupe.receive() })
      assert.is_true(is_at(start, 10 * number))
    end
    timer:cancel()
  end)

  it("does not stop when a handler is slow", function()
    local pid = doll { main = me() }
    run(pid, "state.timer = troupe.every(0.001, troupe.self(), 'tick')")
    for _ = 1, 3 do
      run(pid, "troupe.sleep(0.01)")
      assert.is_true(#life.seen(pid) > 0)
    end
    assert.is_true(run(pid, "return state.timer:cancel()"))
  end)
end)

describe("a timer", function()
  after_each(life.finish)

  it("ends with its target", function()
    local pid, maker = doll(), doll()
    run(maker, "state.timer = troupe.every(0.001, ..., 'tick')", pid)
    troupe.stop(pid)
    local heir = doll() -- may well sit in the same slot
    troupe.sleep(0.01)
    assert.same({}, life.seen(heir))
  end)

  it("of an actor's own leaves nothing behind", function()
    local eventually = require "support.eventually"
    local probe = require "probe"
    life.finish()
    local before = probe.blocks()
    for _ = 1, 200 do
      local pid = doll()
      run(pid, [[
        for _ = 1, 10 do troupe.after(3600, troupe.self(), "late") end
        troupe.every(3600, troupe.self(), "late")
      ]])
      troupe.stop(pid)
    end
    -- Some blocks for what the calls themselves have left in use.
    eventually(function() return probe.blocks() < before + 1000 end)
  end)

  it("outlives who made it", function()
    local maker = doll()
    run(maker, "troupe.after(0.005, ..., 'tick')", me())
    troupe.stop(maker)
    assert.same({ "tick" }, life.next())
  end)

  it("outlives its handle", function()
    troupe.after(0.005, me(), "tick")
    collectgarbage()
    assert.same({ "tick" }, life.next())
  end)

  it("cannot be sent", function()
    local timer = troupe.after(3600, me(), "tick")
    assert.matches("cannot be sent",
      tostring(life.raised(troupe.send, me(), timer)))
    timer:cancel()
  end)

  it("says what it expects", function()
    for _, name in ipairs { "after", "every" } do
      assert.equal('expected seconds to be a number, got "5s"',
        life.misuse(troupe[name], "5s", me()))
      assert.equal("expected target to be a pid, a key or an address, " ..
        "got no value", life.misuse(troupe[name], 1))
      assert.matches("a function cannot be sent",
        tostring(life.raised(troupe[name], 1, me(), print)))
    end
    for _, seconds in ipairs { 0, -1 } do
      assert.equal("expected seconds to be a number above 0, got " .. seconds,
        life.misuse(troupe.every, seconds, me(), "tick"))
    end
  end)
end)

describe("the clocks", function()
  it("go on", function()
    local before, utc, stamp = troupe.now(), troupe.time(), os.time()
    troupe.sleep(1000)
    assert.is_true(is_at(before, 1000))
    assert.is_true(math.abs(troupe.time() - utc - 1000) < 1e-3)
    assert.equal(stamp + 1000, os.time())
  end)
end)

describe("idle", function()
  after_each(life.finish)

  it("ends an actor that has had no message for so long", function()
    local pid = doll({ report = me() }, { idle = 0.01 })
    assert.same({ "ended", pid, "normal" }, life.next())
  end)

  it("does not end one that works or waits", function()
    local gate = doll()
    local pid = doll({ report = me() }, { idle = 0.005 })
    begin(pid, "troupe.call(..., 'wait'); troupe.send(state.report, 'done')",
      gate)
    troupe.sleep(0.02)
    assert.same({}, life.drain())
    troupe.cast(gate, "go")
    assert.same({ "done" }, life.next())
    assert.same({ "ended", pid, "normal" }, life.next())
  end)

  it("begins anew with each message", function()
    local pid, start = doll({ report = me() }, { idle = 50 }), troupe.now()
    for _ = 1, 10 do
      assert(troupe.send(pid, "tick"))
      troupe.sleep(40)
    end
    assert.same({ "ended", pid, "normal" }, { troupe.receive() })
    assert.is_true(is_at(start, 9 * 40 + 50))
  end)
end)
