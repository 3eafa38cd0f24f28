-- How long messages wait and are handled, as core.actor tells it: compared
-- with what the actors measure themselves.

local actors = require "support.actors"
local core = require "troupe.core"
local eventually = require "support.eventually"
local troupe = require "troupe"

-- As in core/timing.h; and what a message takes beside its handler.
local ERROR, SLACK = 1.23, 1.3
local FIRST, RARE = 8, 64 -- as in core/meter.c

local function row(pid) return assert(core.actor(pid)) end

local function spinner()
  return actors.keep(troupe.start("fixtures.spinner"))
end

-- Returns when the actor has handled so many.
local function handled(pid, count)
  eventually(function()
    local one = row(pid)
    return one.messages_in >= count and one.doing == "idle"
  end)
  return row(pid)
end

-- So many messages that are not measured.
local function pass_first(pid)
  for _ = 1, FIRST do troupe.cast(pid, "spin", 0) end
  return handled(pid, FIRST)
end

local function within(low, value, high)
  local text = ("%g <= %g <= %g"):format(low, value, high)
  assert.is_true(low <= value and value <= high, text)
end

describe("the time that messages are handled", function()
  after_each(actors.finish)

  it("is not known of an actor that has had few", function()
    local one = pass_first(spinner())
    assert.is_nil(one.handling_p50)
    assert.is_nil(one.handling_p99)
    assert.is_nil(one.waiting_p50)
    assert.is_nil(one.waiting_p99)
  end)

  it("is what they take, within the error", function()
    local pid = spinner()
    pass_first(pid)
    for _ = 1, 50 do troupe.cast(pid, "spin", 0.002) end
    local one = handled(pid, FIRST + 50)
    local spans = troupe.call(pid, "spans", 50)
    within(spans[25] / ERROR, one.handling_p50, spans[26] * ERROR * SLACK)
    assert.is_true(one.handling_p99 >= spans[49] / ERROR)
  end)

  it("tells those that take long from those that do not", function()
    local pid = spinner()
    pass_first(pid)
    for _ = 1, 45 do troupe.cast(pid, "spin", 0.0005) end
    for _ = 1, 10 do troupe.cast(pid, "spin", 0.02) end
    local one = handled(pid, FIRST + 55)
    local spans = troupe.call(pid, "spans", 55)
    within(spans[27] / ERROR, one.handling_p50, spans[29] * ERROR * SLACK)
    within(spans[53] / ERROR, one.handling_p99, spans[55] * ERROR * SLACK)
    assert.is_true(one.handling_p99 > 5 * one.handling_p50)
  end)

  it("has the waits inside", function()
    local pid = spinner()
    pass_first(pid)
    for _ = 1, 10 do troupe.cast(pid, "sleep", 0.02) end
    local one = handled(pid, FIRST + 10)
    local spans = troupe.call(pid, "spans", 10)
    within(spans[5] / ERROR, one.handling_p50, spans[6] * ERROR * SLACK)
    -- Of the core it has used little.
    assert.is_true(one.cpu < 10 * spans[1])
  end)

  it("is that of each of several at a time", function()
    local pid = actors.keep(troupe.start("fixtures.several"))
    local gate = actors.puppet()
    for round = 1, 6 do
      local clients = {}
      for index = 1, 4 do
        clients[index] = actors.puppet()
        actors.begin(clients[index], [[
          local pid, gate = ...
          troupe.timeout(60, troupe.call, pid, "ask", gate)
        ]], pid, gate)
      end
      eventually(function() return row(gate).messages_in >= 5 * round - 1 end)
      local start = troupe.now()
      eventually(function() return troupe.now() - start > 0.01 end)
      troupe.call(gate, "release")
      for index = 1, 4 do handled(clients[index], 1) end
    end
    assert.equal(24, row(pid).messages_in)
    assert.is_true(row(pid).handling_p50 >= 0.01 / ERROR)
  end)

  it("is chosen in step with nothing", function()
    local pid = spinner()
    local count = 500 * RARE
    for index = 1, count do
      troupe.cast(pid, "spin", index % RARE < RARE / 8 and 0.0005 or 0)
    end
    troupe.timeout(120, troupe.call, pid, "spans", 1)
    local one = row(pid)
    -- One in eight takes long: more than 1 %, less than half.
    assert.is_true(one.handling_p99 > 0.0005 / ERROR)
    assert.is_true(one.handling_p50 < 0.0005 / ERROR)
  end)

  it("still adds up when counts have been halved", function()
    local pid = spinner()
    actors.run(actors.puppet(), [[
      local pid, count = ...
      for _ = 1, count do troupe.cast(pid, "spin", 0) end
      troupe.timeout(120, troupe.call, pid, "spin", 0)
    ]], pid, 65536 * 3)
    local one = row(pid)
    assert.is_true(one.handling_p50 > 0)
    assert.is_true(one.handling_p50 <= one.handling_p99)
    assert.is_true(one.waiting_p50 <= one.waiting_p99)
  end)

  it("is nothing of who was in its place", function()
    for _ = 1, 30 do
      local pid = spinner()
      assert.is_nil(row(pid).handling_p50)
      for _ = 1, FIRST + 5 do troupe.call(pid, "spin", 0) end
      assert.is_number(row(pid).handling_p50)
      troupe.stop(pid)
    end
  end)
end)

describe("the time that messages wait", function()
  after_each(actors.finish)

  -- Makes `send` of each of `count` clients run, with the actor busy; returns
  -- between how many seconds at least and at most they have waited.
  local function keep_waiting(count, source, each)
    local pid, gate = actors.busy()
    local clients = {}
    local first = troupe.now()
    for index = 1, count do
      clients[index] = actors.puppet()
      actors.begin(clients[index], source, pid, each)
    end
    eventually(function() return row(pid).queue == count * each end)
    local last = troupe.now()
    eventually(function() return troupe.now() - last > 0.03 end)
    local low = troupe.now() - last
    troupe.call(gate, "release")
    handled(pid, count * each + 1)
    return low, troupe.now() - first, row(pid)
  end

  it("is that of calls from then on when their caller waits", function()
    local low, high, one = keep_waiting(30, [[
      troupe.timeout(60, troupe.call, ..., "run", "")
    ]], 1)
    within(low / ERROR, one.waiting_p50, high * ERROR)
    within(low / ERROR, one.waiting_p99, high * ERROR)
    assert.is_true(one.handling_p50 < one.waiting_p50)
  end)

  it("is that of casts from then on when they are sent", function()
    local low, high, one = keep_waiting(4, [[
      local pid, each = ...
      for _ = 1, each do troupe.cast(pid, "run", "") end
    ]], 30)
    within(low / ERROR, one.waiting_p50, high * ERROR)
    within(low / ERROR, one.waiting_p99, high * ERROR)
  end)

  it("is that of what is sent, too", function()
    local low, high, one = keep_waiting(4, [[
      local pid, each = ...
      for _ = 1, each do troupe.send(pid, "run", "") end
    ]], 30)
    within(low / ERROR, one.waiting_p50, high * ERROR)
  end)
end)

describe("actors in the order of their times", function()
  after_each(actors.finish)

  it("are those that take longest first, and then those of none", function()
    local slow, fast, none = spinner(), spinner(), spinner()
    pass_first(slow)
    pass_first(fast)
    for _ = 1, 10 do
      troupe.call(slow, "spin", 0.005)
      troupe.call(fast, "spin", 0)
    end
    local list = core.actors { sort = "handling",
      behaviour = "fixtures.spinner" }
    assert.same({ slow, fast, none },
      { list[1].pid, list[2].pid, list[3].pid })
    assert.equal(slow, core.actors { sort = "handling", limit = 1,
      behaviour = "fixtures.spinner" }[1].pid)
  end)

  it("are those whose messages wait longest first", function()
    local crowded, calm = spinner(), spinner()
    pass_first(crowded)
    local client = actors.puppet()
    actors.run(client, [[
      local crowded = ...
      for _ = 1, 30 do troupe.cast(crowded, "spin", 0.001) end
    ]], crowded)
    handled(crowded, FIRST + 30)
    for _ = 1, FIRST + 30 do troupe.call(calm, "spin", 0) end
    local list = core.actors { sort = "waiting",
      behaviour = "fixtures.spinner" }
    assert.same({ crowded, calm }, { list[1].pid, list[2].pid })
  end)
end)

