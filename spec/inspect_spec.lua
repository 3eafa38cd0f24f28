-- troupe.inspect: what one actor may know of another, whatever that one is
-- doing.

local actors = require "support.actors"
local eventually = require "support.eventually"
local inspect = require "troupe.inspect"
local troupe = require "troupe"

local run, begin = actors.run, actors.begin

local LOOP = "while true do end"

-- One that is in a loop without an end.
local function looping(options)
  local pid = actors.puppet(options)
  begin(pid, LOOP)
  eventually(function() return inspect.info(pid).doing == "running" end)
  return pid
end

local function list(value)
  local found = {}
  for index, item in ipairs(value) do found[index] = tostring(item) end
  return table.concat(found, " ")
end

describe("inspect.info", function()
  after_each(actors.finish)

  it("tells of an idle actor what it is", function()
    local pid = actors.puppet()
    local info = inspect.info(pid)
    assert.equal(pid, info.pid)
    assert.equal("fixtures.puppet", info.behaviour)
    assert.equal("idle", info.doing)
    assert.equal(troupe.self(), info.starter)
    assert.is_nil(info.bond)
    assert.is_nil(info.request)
    assert.is_false(info.trap)
  end)

  it("tells of one that waits in what, where, for whom", function()
    local pid, gate = actors.busy()
    local info = inspect.info(pid)
    assert.equal("waiting", info.doing)
    assert.equal('cast "run"', info.request)
    assert.equal(("a reply from %s fixtures.puppet"):format(gate), info.waits)
    assert.equal(gate, info.target)
    assert.is_true(info.since >= 0)
    assert.equal("puppet:2", info.where)
    troupe.call(gate, "release")
  end)

  it("tells of one that runs on and on, without ending it", function()
    local pid = looping()
    local info = inspect.info(pid)
    assert.equal("running", info.doing)
    assert.equal("puppet:1", info.where)
    assert.is_true(info.limits.cpu.used >= 0)
    assert.equal("running", inspect.info(pid).doing)
  end)

  it("tells of oneself", function()
    local info = inspect.info(troupe.self())
    assert.equal(troupe.self(), info.pid)
    assert.equal("running", info.doing)
  end)

  it("tells keys, groups, links, monitors and who watches", function()
    local pid = actors.puppet { name = "inspected" }
    local other = actors.puppet()
    run(pid, [[
      local registry = require "troupe.registry"
      registry.register {"room", 7}
      registry.join "all"
      troupe.trap(true)
      troupe.link(...)
    ]], other)
    run(pid, "troupe.monitor(...)", other)
    troupe.monitor(pid)
    run(pid, "return nil") -- it has heard of that by now
    local info = inspect.info("inspected")
    assert.equal(pid, info.pid)
    table.sort(info.keys, function(key) return type(key) == "string" end)
    assert.same({ "inspected", { "room", 7 } }, info.keys)
    assert.same({ "all" }, info.groups)
    assert.same({ other }, info.links)
    assert.same({ other }, info.monitors)
    assert.same({ troupe.self() }, info.watched_by)
    assert.is_true(info.trap)
    troupe.demonitor(pid)
  end)

  it("tells the timers, and when they are due", function()
    local pid = actors.puppet()
    run(pid, [[
      troupe.every(1000, troupe.self(), "tick")
      troupe.after(2000, troupe.self(), "late", 1)
    ]])
    local timers = inspect.info(pid).timers
    table.sort(timers, function(a, b) return a.due < b.due end)
    assert.same({ '"tick"', '"late"' }, { timers[1].request,
      timers[2].request })
    assert.equal(1000, timers[1].every)
    assert.is_nil(timers[2].every)
    assert.is_true(timers[2].due > 1000)
  end)

  it("tells who is owed a reply", function()
    local gate, pid = actors.puppet(), actors.puppet()
    begin(pid, "troupe.timeout(9, troupe.call, ..., 'hold')", gate)
    eventually(function() return inspect.info(gate).owes[1] == pid end)
    troupe.call(gate, "release")
  end)

  it("cuts a long list and says how long it is", function()
    local pid = actors.puppet()
    run(pid, [[
      local registry = require "troupe.registry"
      for i = 1, 130 do registry.register {"many", i} end
    ]])
    local keys = inspect.info(pid).keys
    assert.equal(100, #keys)
    assert.equal(30, keys.more)
  end)

  it("tells a pool's worker by its seat", function()
    local pool = require "troupe.pool"
    local p = pool.start("inspected", "fixtures.puppet", nil, { size = 1 })
    local info = inspect.info(p:at())
    assert.same({ 'pool "inspected" 0' }, info.serves)
    assert.same({}, info.keys)
    p:stop()
  end)

  it("raises noactor for one that is not there", function()
    local pid = actors.puppet()
    troupe.stop(pid)
    local problem = actors.raised(inspect.info, pid)
    assert.equal("noactor", problem.kind)
    assert.equal(("there is no actor %s: it has ended"):format(pid),
      problem.message)
    problem = actors.raised(inspect.info,
      require "troupe.core".pid "<0.16000000.1>")
    assert.equal("there is no actor <0.16000000.1>: nobody has had that pid",
      problem.message)
    problem = actors.raised(inspect.info, "nobody at all")
    assert.equal("noactor", problem.kind)
    assert.equal('nobody is registered as "nobody at all"', problem.message)
  end)

  it("refuses what is no target", function()
    local problem = actors.raised(inspect.info, 1.5)
    assert.equal("badargument", problem.kind)
    assert.matches("expected target to be a pid, a key or an address, got 1.5",
      problem.message, 1, true)
  end)
end)

describe("inspect.stack", function()
  after_each(actors.finish)

  it("is empty for who is idle", function()
    local pid = actors.puppet()
    local stack = inspect.stack(pid)
    assert.same({}, stack.frames)
    assert.equal(("%s fixtures.puppet is idle"):format(pid), stack.text)
  end)

  it("shows a loop without an end", function()
    local stack = inspect.stack(looping())
    assert.equal("running", stack.doing)
    assert.equal("puppet:1", stack.frames[1].where)
    assert.matches("puppet:1: in", stack.text, 1, true)
  end)

  it("shows a waiting one's coroutines from the innermost outwards", function()
    local gate, pid = actors.puppet(), actors.puppet()
    begin(pid, [[
      local gate, main = ...
      coroutine.wrap(function()
        coroutine.wrap(function()
          troupe.timeout(math.huge, troupe.call, gate, "hold", main)
        end)()
      end)()
    ]], gate, troupe.self())
    assert.equal("held", troupe.receive())
    local stack = inspect.stack(pid)
    local seen = {}
    for _, frame in ipairs(stack.frames) do
      local line = frame.where:match "^puppet:(%d+)$"
      if line then seen[#seen + 1] = frame.coroutine .. ":" .. line end
    end
    assert.equal("1:4 2:3 3:2", list(seen))
    assert.matches("\n  resumed by\n", stack.text, 1, true)
    troupe.call(gate, "release")
  end)

  it("shows the innermost of a nest that is too deep", function()
    local pid = actors.puppet()
    begin(pid, [[
      local troupe = require "troupe"
      local function inwards(depth)
        if depth == 0 then return troupe.sleep(math.huge) end
        coroutine.wrap(inwards)(depth - 1)
      end
      inwards(40)
    ]])
    eventually(function() return inspect.info(pid).doing == "waiting" end)
    local frames = inspect.stack(pid).frames
    assert.equal("puppet:3", frames[2].where)
    assert.equal(32, frames[#frames].coroutine)
  end)

  it("can be had while all workers are in such loops", function()
    local pids = {}
    for i = 1, 16 do pids[i] = actors.puppet() end
    for _, pid in ipairs(pids) do begin(pid, LOOP) end
    for _, pid in ipairs(pids) do
      eventually(function()
        local frame = inspect.stack(pid).frames[1]
        return frame and frame.where == "puppet:1"
      end)
    end
  end)
end)

describe("inspect.limits", function()
  after_each(actors.finish)

  it("tells what is used and what may be", function()
    local pid = actors.puppet { memory = 1000000, cpu = 2,
      libraries = { "string", "math", "load", "table" },
      mailbox = { size = 10, bytes = 1000, full = "refuse" } }
    local limits = inspect.limits(pid)
    assert.equal(1000000, limits.memory.limit)
    assert.is_true(limits.memory.used > 1000)
    assert.equal(2, limits.cpu.limit)
    assert.same({ "math", "string", "table", "load" }, limits.libraries)
    assert.same({ count = 0, bytes = 0, size = 10, limit = 1000,
      full = "refuse", dropped = 0, waiting = 0 }, limits.mailbox)
  end)

  it("without a target tells what an actor has unless it says so", function()
    local limits = inspect.limits()
    assert.same({ size = 500, bytes = 16777216, full = "wait" },
      limits.mailbox)
  end)
end)

describe("inspect.log", function()
  it("tells and sets the level", function()
    local former = inspect.log()
    assert.equal(former, inspect.log("error"))
    assert.equal("error", inspect.log(former))
    assert.equal(former, inspect.log())
  end)

  it("refuses what is no level", function()
    local problem = actors.raised(inspect.log, "loud")
    assert.equal("badargument", problem.kind)
  end)
end)

describe("core.pid", function()
  local core = require "troupe.core"

  it("is the way back from a pid's text", function()
    local self = troupe.self()
    assert.equal(self, core.pid(tostring(self)))
    assert.equal("<0.16777215.4294967295>",
      tostring(core.pid "<0.16777215.4294967295>"))
  end)

  it("knows what is none", function()
    for _, text in ipairs { "", "<0.1>", "<0.1.1", "0.1.1", "<0.0.1>",
      "<1.1.1>", "<0.16777216.1>", "<0.1.4294967296>", "<0.01.1>",
      "<0.1.1> ", " <0.1.1>", "<0.-1.1>", "<0.1.+1>" } do
      assert.is_nil(core.pid(text), text)
    end
  end)
end)
