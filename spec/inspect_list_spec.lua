-- troupe.inspect: what it lists of all actors: who waits, who belongs to whom,
-- what is registered. None of them has to answer for that.

local actors = require "support.actors"
local eventually = require "support.eventually"
local inspect = require "troupe.inspect"
local pool = require "troupe.pool"
local registry = require "troupe.registry"
local troupe = require "troupe"

local run, begin = actors.run, actors.begin

local function find(list, name, value)
  for _, entry in ipairs(list) do
    if entry[name] == value then return entry end
  end
end

local HOLD = "troupe.timeout(math.huge, troupe.call, ..., 'hold')"

-- So many that wait at one gate; returns it and them.
local function crowd(count)
  local gate, pids = actors.puppet(), {}
  for i = 1, count do
    pids[i] = actors.puppet()
    begin(pids[i], HOLD, gate)
  end
  eventually(function()
    local list = inspect.waits()
    for _, pid in ipairs(pids) do
      if not find(list, "pid", pid) then return false end
    end
    return true
  end)
  return gate, pids
end

local function misused(list, options, message)
  local problem = actors.raised(list, options)
  assert.equal("badargument", problem.kind)
  assert.matches(message, problem.message, 1, true)
end

local LISTS = { actors = inspect.actors, waits = inspect.waits,
  tree = inspect.tree, registry = inspect.registry }

for name, list in pairs(LISTS) do
  describe("inspect." .. name, function()
    it("refuses options that are none", function()
      misused(list, 5, "expected options to be a table, got 5")
      misused(list, { limt = 5 }, 'unknown option "limt"')
      misused(list, { limit = 0 }, "expected limit to be an integer from 1")
      misused(list, { limit = "5" }, 'got "5"')
    end)
  end)
end

describe("inspect.actors", function()
  after_each(actors.finish)

  it("has a limit, unless all are asked for", function()
    for _ = 1, 5 do actors.puppet() end
    assert.equal(2, #inspect.actors { limit = 2 })
    assert.is_true(#inspect.actors { all = true } >= 6)
    assert.equal(5,
      #inspect.actors { behaviour = "fixtures.puppet" })
  end)
end)

describe("inspect.workers", function()
  it("lists them", function()
    assert.is_true(#inspect.workers() >= 1)
  end)
end)

describe("inspect.waits", function()
  after_each(actors.finish)

  it("says who waits for whom, and since when", function()
    local gate, pids = crowd(1)
    local wait = find(inspect.waits(), "pid", pids[1])
    assert.equal("fixtures.puppet", wait.behaviour)
    assert.equal("a reply", wait.kind)
    assert.equal(("a reply from %s fixtures.puppet"):format(gate), wait.waits)
    assert.equal(gate, wait.target)
    assert.equal("fixtures.puppet", wait.target_behaviour)
    assert.is_true(wait.since >= 0)
    assert.is_true(wait.deferred)
    assert.is_nil(wait.circle)
    troupe.call(gate, "release")
    eventually(function()
      return not find(inspect.waits(), "pid", pids[1])
    end)
  end)

  it("has those first that have waited longest, and counts the others",
    function()
      local gate, pids = crowd(5)
      local list, total = inspect.waits { limit = 3 }
      assert.equal(3, #list)
      assert.is_true(total >= 5)
      for i = 2, 3 do assert.is_true(list[i - 1].since >= list[i].since) end
      assert.equal(1, #(inspect.waits { limit = 1 }))
      assert.equal(#pids, troupe.call(gate, "release"))
    end)

  it("tells those that wait for a time, for room, for a start", function()
    local sleeper, starter = actors.puppet(), actors.puppet()
    begin(sleeper, "troupe.sleep(math.huge)")
    begin(starter, [[
      troupe.start("fixtures.puppet", "require 'troupe'.sleep(math.huge)")
    ]])
    eventually(function()
      local list = inspect.waits()
      local start = find(list, "pid", starter)
      return find(list, "pid", sleeper) and start and start.kind == "a start"
    end)
    local list = inspect.waits()
    local sleep, start = find(list, "pid", sleeper), find(list, "pid", starter)
    assert.equal("the end of a sleep", sleep.kind)
    assert.equal(sleep.kind, sleep.waits)
    assert.is_nil(sleep.target)
    assert.matches("^the start of <", start.waits)
    actors.keep(start.target)
  end)

  it("marks a circle that may yet open", function()
    -- b has put off its reply to a, and calls a.
    local a, b, c = actors.puppet(), actors.puppet(), actors.puppet()
    begin(a, HOLD, b)
    eventually(function() return inspect.info(b).owes[1] == a end)
    begin(b, HOLD, c)
    eventually(function() return inspect.info(c).owes[1] == b end)
    assert.is_nil(find(inspect.waits(), "pid", a).circle)
    begin(c, "troupe.timeout(math.huge, troupe.call, ..., 'run', '')", a)
    eventually(function() return find(inspect.waits(), "pid", c) end)
    local list = inspect.waits()
    for i = 1, 3 do assert.equal(1, list[i].circle) end
    local of = {}
    for i = 1, 3 do of[list[i].pid] = list[i].target end
    assert.same({ [a] = b, [b] = c, [c] = a }, of)
    -- A second circle has a number of its own, and who waits for it has none.
    local d, e, f = actors.puppet(), actors.puppet(), actors.puppet()
    begin(d, HOLD, e)
    eventually(function() return inspect.info(e).owes[1] == d end)
    begin(e, "troupe.timeout(math.huge, troupe.call, ..., 'run', '')", d)
    begin(f, "troupe.timeout(math.huge, troupe.call, ..., 'run', '')", d)
    eventually(function()
      return find(inspect.waits(), "pid", e) and find(inspect.waits(), "pid", f)
    end)
    list = inspect.waits()
    local first, second = find(list, "pid", a), find(list, "pid", d)
    assert.equal(second.circle, find(list, "pid", e).circle)
    assert.equal(3, first.circle + second.circle)
    assert.is_nil(find(list, "pid", f).circle)
  end)

  it("lists each handler of an actor that has several", function()
    local gate = actors.puppet()
    local pid = actors.keep(troupe.start "fixtures.several")
    for _ = 1, 3 do
      begin(actors.puppet(), "troupe.call(...)", pid, "ask", gate)
    end
    eventually(function() return #inspect.info(gate).owes == 3 end)
    local count = 0
    for _, wait in ipairs((inspect.waits())) do
      if wait.pid == pid then
        assert.equal(gate, wait.target)
        count = count + 1
      end
    end
    assert.equal(3, count)
    troupe.call(gate, "release")
  end)
end)

describe("inspect.tree", function()
  after_each(actors.finish)

  -- A supervisor, and the puppet that it belongs to and ends with.
  local function supervise(source)
    local owner = actors.puppet()
    return run(owner, [[
      local pool = require "troupe.pool"
      local supervisor = require "troupe.supervisor"
      return supervisor.start { name = "inspected", ]] .. source .. "}"), owner
  end

  local function below(roots, pid)
    for _, node in ipairs(roots) do
      local found = node.pid == pid and node or below(node.children, pid)
      if found then return found end
    end
  end

  it("tells supervisors, pools and what belongs to them", function()
    local sup, owner = supervise [[
      { "fixtures.puppet", nil, name = "first" },
      pool.child("mills", "fixtures.puppet", nil, { size = 2 }),
      supervisor.child { id = "inner", { "fixtures.puppet" } } ]]
    local text, roots = inspect.tree()
    local node = below(roots, sup)
    assert.equal("supervisor one_for_one", node.title)
    local seen = {}
    for index, child in ipairs(node.children) do seen[index] = child.text end
    assert.same({ '"first"', '"mills"', '"inner"' }, seen)
    assert.equal(2, #node.children[2].children)
    assert.equal("fixtures.puppet", node.children[3].children[1].behaviour)
    assert.is_table(below(roots, owner))
    assert.matches('\n +"inspected" <[%d.]+> supervisor one_for_one\n' ..
      ' +"first" <[%d.]+> fixtures.puppet permanent\n' ..
      ' +"mills" <[%d.]+> pool of 2 permanent\n' ..
      ' +0 <[%d.]+> fixtures.puppet permanent\n', text)
  end)

  it("counts restarts, and is not held up by who is busy", function()
    local sup = supervise [[{ "fixtures.puppet", nil, name = "first" }]]
    local first = registry.whereis "first"
    troupe.kill(first)
    eventually(function()
      local pid = registry.whereis "first"
      return pid and pid ~= first
    end)
    local text, roots = inspect.tree()
    assert.equal(1, below(roots, sup).children[1].restarts)
    assert.matches("restarted 1 time", text, 1, true)
    begin(actors.puppet(), [[
      require "troupe.supervisor".add(..., {"fixtures.puppet",
        "require 'troupe'.sleep(math.huge)", timeout = 100})
    ]], sup)
    eventually(function()
      return find(inspect.waits(), "pid", sup)
    end)
    text, roots = inspect.tree()
    local node = below(roots, sup)
    assert.is_true(node.silent)
    assert.equal(1, find(node.children, "name", '"first"').restarts)
    assert.equal(2, #node.children)
    assert.matches("does not answer", text, 1, true)
  end)

  it("leaves the host's own actors out", function()
    assert.equal("1\t0\ttrue\n", require "support.named".output [[
      local private = probe.start_private("fixtures.puppet")
      print(troupe.call(private, "run", [=[
        local core, inspect = require "troupe.core", require "troupe.inspect"
        local pid = core.console_start("fixtures.puppet", "state.n = 1",
          { link = true })
        local text, roots = inspect.tree()
        return #roots, roots[1].behaviour == nil and #roots[1].children,
          inspect.info(pid).bond ~= nil
      ]=]))
    ]])
  end)

  it("has tasks, too, and says what it leaves out", function()
    local owner = actors.puppet()
    run(owner, [[
      local task = require "troupe.task"
      state.tasks = { task.async("fixtures.chores", "hold", ...),
                      task.async("fixtures.chores", "hold", ...) }
    ]], troupe.self())
    for _ = 1, 2 do assert.equal("began", (troupe.receive())) end
    local text, roots = inspect.tree()
    local node = below(roots, owner)
    assert.equal("task", node.children[1].bond)
    assert.matches("\n +<[%d.]+> troupe.task.runner task", text)
    text, roots = inspect.tree { limit = 1 }
    assert.equal("troupe.task.runner", roots[1].children[1].behaviour)
    assert.matches("\nand %d+ others$", text)
    assert.equal(math.tointeger(text:match "%d+ others":match "%d+"),
      roots.more)
  end)

  it("shows who has started whom, and that one has ended", function()
    local owner = actors.puppet()
    local pid = run(owner, [[
      return troupe.start("fixtures.puppet", nil, { link = false })
    ]])
    local _, roots = inspect.tree()
    assert.equal(pid, below(roots, owner).children[1].pid)
    assert.is_nil(below(roots, owner).ended)
    troupe.stop(owner)
    local text
    text, roots = inspect.tree()
    local node = find(roots, "pid", owner)
    assert.is_true(node.ended)
    assert.equal(pid, node.children[1].pid)
    assert.matches(("%s ended\n  %s fixtures.puppet"):format(owner, pid), text)
    troupe.stop(pid)
  end)
end)

describe("inspect.registry", function()
  after_each(actors.finish)

  it("lists keys with who has them, and groups with their sizes", function()
    local pid = actors.puppet { name = "inspected" }
    run(pid, [[
      local registry = require "troupe.registry"
      registry.register {"room", 7}
      registry.join "inspected ones"
    ]])
    run(actors.puppet(), "require 'troupe.registry'.join 'inspected ones'")
    local registered = inspect.registry()
    local keys, groups = registered.keys, registered.groups
    assert.same({ key = "inspected", text = '"inspected"', pid = pid,
      behaviour = "fixtures.puppet" }, find(keys, "key", "inspected"))
    assert.same({ "room", 7 }, find(keys, "text", '{"room", 7}').key)
    assert.same({ key = "inspected ones", text = '"inspected ones"',
      size = 2 }, find(groups, "key", "inspected ones"))
  end)

  it("shows entities and pools' workers by their addresses", function()
    local p = pool.start("mills", "fixtures.puppet", nil, { size = 1 })
    local entry = find(inspect.registry().keys, "text", 'pool "mills" 0')
    assert.is_nil(entry.key)
    p:stop()
  end)

  it("says how many it leaves out", function()
    local pid = actors.puppet()
    run(pid, [[
      local registry = require "troupe.registry"
      for i = 1, 20 do registry.register {"many", i} end
    ]])
    local all = #inspect.registry().keys
    local keys = inspect.registry { limit = 15 }.keys
    assert.equal(15, #keys)
    assert.equal(all - 15, keys.more)
  end)
end)

describe("inspect.modules", function()
  after_each(actors.finish)

  it("lists what actors have loaded, and how many use it", function()
    local first = find(inspect.modules(), "name", "fixtures.puppet")
    local before = first and first.actors or 0
    actors.puppet()
    actors.puppet()
    local module = find(inspect.modules(), "name", "fixtures.puppet")
    assert.matches("spec/fixtures/puppet.lua$", module.file)
    assert.equal(1, module.version)
    assert.is_nil(module.former)
    assert.is_nil(module.embedded)
    assert.equal(before + 2, module.actors)
    assert.is_true(module.size > 100)
  end)

  it("tells the library's apart", function()
    local module = find(inspect.modules(), "name", "troupe.inspect")
    assert.is_true(module.embedded)
    assert.equal("troupe/inspect.lua", module.file)
    assert.is_nil(module.actors)
  end)

  it("has one entry for a file that is found in two ways", function()
    local pid = actors.puppet()
    run(pid, [[
      package.path = "./spec/fixtures/?.lua;" .. package.path
      return require "point".new ~= nil
    ]])
    run(pid, "return require 'fixtures.point' ~= nil")
    local module = find(inspect.modules(), "file", "./spec/fixtures/point.lua")
    table.sort(module.names)
    assert.same({ "fixtures.point", "point" }, module.names)
  end)
end)
