-- What is due, and in which order.

local actors = require "support.actors"
local core = require "troupe.core"
local troupe = require "troupe"

-- Seconds since the last call of `from_here`, without what binary fractions
-- add to them.
local start
local function from_here() start = troupe.now() end
local function since() return math.floor((troupe.now() - start) * 1e6 + 0.5) /
  1e6 end

-- What timers have told this actor by now, each with when it did.
local function heard()
  local list = {}
  core.settle()
  troupe.send(troupe.self(), "end")
  repeat
    local what, at = troupe.receive()
    if what ~= "end" then list[#list + 1] = at and { what, at } or what end
  until what == "end"
  return list
end

local function advance(seconds)
  troupe.sleep(seconds)
  core.settle()
end

-- An actor that tells when it is told.
local function teller()
  local pid = actors.puppet()
  actors.run(pid, [[
    local main, start = ...
    state.tell = function(what) troupe.send(main, what,
      math.floor((troupe.now() - start) * 1e6 + 0.5) / 1e6) end]],
    troupe.self(), start)
  return pid
end

describe("virtual time", function()
  before_each(from_here)
  after_each(actors.finish)

  it("goes from one that is due to the next, however near", function()
    local pid = teller()
    for _, at in ipairs { 0.0102, 7200, 0.0101, 1, 0.0109, 86400, 0.000001 } do
      troupe.after(at, pid, "run", "state.tell('tick')")
    end
    advance(86400)
    assert.same({ { "tick", 0.000001 }, { "tick", 0.0101 }, { "tick", 0.0102 },
      { "tick", 0.0109 }, { "tick", 1 }, { "tick", 7200 }, { "tick", 86400 } },
      heard())
  end)

  it("lets everything happen that follows before it goes on", function()
    local pid = teller()
    troupe.after(0.001, pid, "run",
      "for i = 1, 3 do troupe.cast(troupe.self(), 'run', " ..
      "'state.tell(...)', i) end")
    troupe.after(0.00100001, pid, "run", "state.tell('later')")
    advance(1)
    assert.same({ { 1, 0.001 }, { 2, 0.001 }, { 3, 0.001 },
      { "later", 0.001 } }, heard())
  end)

  it("fires what is due at once in the order in which it was armed", function()
    for _, name in ipairs { "a", "b", "c", "d", "e" } do
      troupe.after(5, troupe.self(), name)
    end
    advance(5)
    assert.same({ "a", "b", "c", "d", "e" }, heard())
  end)

  it("wakes who has slept to the same moment in that order, too", function()
    local names = {}
    for i = 1, 6 do
      local pid = actors.puppet()
      actors.begin(pid, "local main, name = ...; troupe.sleep(2); " ..
        "troupe.send(main, name)", troupe.self(), i)
      core.settle()
      names[i] = i
    end
    advance(2)
    assert.same(names, heard())
  end)

  it("lets every timer tick at each of its times", function()
    local pid = teller()
    local fast = troupe.every(1, pid, "run", "state.tell('fast')")
    local slow = troupe.every(2.5, pid, "run", "state.tell('slow')")
    advance(5)
    assert.is_true(fast:cancel())
    assert.is_true(slow:cancel())
    advance(100)
    assert.same({ { "fast", 1 }, { "fast", 2 }, { "slow", 2.5 }, { "fast", 3 },
      { "fast", 4 }, { "slow", 5 }, { "fast", 5 } }, heard())
  end)

  it("gives ten ticks of a second in ten seconds", function()
    local timer = troupe.every(1, troupe.self(), "tick")
    local pid = teller()
    local other = troupe.every(0.1, pid, "run", "state.tell('tick')")
    advance(10)
    local ticks, own = 0, 0
    for _, one in ipairs(heard()) do
      if type(one) == "table" then ticks = ticks + 1 else own = own + 1 end
    end
    timer:cancel()
    other:cancel()
    assert.equal(100, ticks)
    assert.equal(1, own) -- of a timer's ticks one at most waits
  end)

  it("does not wait for a timer that has been cancelled", function()
    local timer = troupe.after(50, troupe.self(), "never")
    assert.is_true(timer:cancel())
    assert.is_false(pcall(troupe.receive))
    assert.equal(0, since())
  end)

  it("does not go on to a deadline that ends nothing any more", function()
    actors.run(actors.puppet(), "return 1") -- five seconds
    assert.is_false(pcall(troupe.receive))
    assert.equal(0, since())
    actors.run(actors.puppet(), "return 1")
    troupe.sleep(7)
    assert.equal(7, since())
  end)

  it("sleeps for ever only if nobody ever comes", function()
    local good, failure = pcall(troupe.sleep, math.huge)
    assert.same({ false, "timeout" }, { good, failure.kind })
    assert.equal(0, since())
  end)

  it("is long, too", function()
    troupe.sleep(10 * 365 * 86400)
    assert.equal(10 * 365 * 86400, since())
    troupe.after(1e5, troupe.self(), "one")
    troupe.after(1e5 + 1e-6, troupe.self(), "two")
    troupe.after(1e5 - 1e-6, troupe.self(), "zero")
    advance(1e5 + 1)
    assert.same({ "zero", "one", "two" }, heard())
  end)
end)
