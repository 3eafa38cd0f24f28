-- What an operator sees of the actors and the workers of a host: core.actors,
-- core.actor, core.workers.

local actors = require "support.actors"
local core = require "troupe.core"
local eventually = require "support.eventually"
local probe = require "probe"
local supervisor = require "troupe.supervisor"
local support = require "support"
local troupe = require "troupe"

local function row(pid) return assert(core.actor(pid)) end

local function settled(pid)
  eventually(function() return row(pid).doing == "idle" end)
  return row(pid)
end

local function pids_of(list)
  local pids = {}
  for index, one in ipairs(list) do pids[index] = one.pid end
  return pids
end

describe("what is known of an actor", function()
  after_each(actors.finish)

  it("is who it is, and who started it", function()
    local pid = actors.puppet()
    local one = settled(pid)
    assert.equal(pid, one.pid)
    assert.equal("fixtures.puppet", one.behaviour)
    assert.equal(troupe.self(), one.starter)
    assert.equal(0, one.restarts)
  end)

  it("is what it has been sent, and has sent", function()
    local pid, other = actors.puppet(), actors.puppet()
    actors.run(pid, [[
      local other = ...
      for _ = 1, 3 do troupe.call(other, "run", "") end
      for _ = 1, 4 do troupe.cast(other, "run", "") end
      for _ = 1, 5 do troupe.send(other, "word") end
      troupe.trycast(other, "run", "")
    ]], other)
    actors.run(other, "")
    assert.equal(1, settled(pid).messages_in)
    assert.equal(13, row(pid).messages_out)
    assert.equal(14, settled(other).messages_in)
    assert.equal(0, row(other).messages_out)
  end)

  it("is not what nobody has taken", function()
    local pid, gone = actors.puppet(), actors.puppet()
    troupe.stop(gone)
    actors.run(pid, [[
      local gone = ...
      troupe.cast(gone, "run", "")
      pcall(troupe.call, gone, "run", "")
    ]], gone)
    assert.equal(0, settled(pid).messages_out)
  end)

  it("is nothing of who was in its place", function()
    local former = actors.puppet()
    actors.run(former, "")
    troupe.stop(former)
    assert.is_nil(core.actor(former))
    for _ = 1, 50 do
      local one = settled(actors.puppet())
      assert.same({ 0, 0 }, { one.messages_in, one.messages_out })
    end
  end)

  it("is what it weighs", function()
    local pid = actors.puppet()
    local before = settled(pid).memory
    actors.run(pid, "kept = ('x'):rep(100000); collectgarbage()")
    local grown = settled(pid).memory - before
    assert.is_true(grown > 99000 and grown < 140000, grown)
    local told = actors.run(pid, "return require 'probe'.memory()")
    assert.is_true(math.abs(told - settled(pid).memory) < 20000)
  end)

  it("is what it has used of a core, and that only grows", function()
    local pid = actors.puppet()
    local before = settled(pid).cpu
    actors.run(pid, "for _ = 1, 1000000 do end")
    local after = settled(pid).cpu
    assert.is_true(after > before)
    actors.run(pid, "for _ = 1, 10 do end")
    assert.is_true(settled(pid).cpu > after)
  end)

  it("is what it waits for", function()
    local pid, gate = actors.busy()
    local one = row(pid)
    assert.same({ "waiting", "a reply" }, { one.doing, one.waits })
    local since = one.since
    assert.is_true(since >= 0)
    eventually(function() return row(pid).since > since end)
    assert.equal("idle", settled(gate).doing)
    assert.is_nil(row(gate).waits)
  end)

  it("is that it waits in one of several requests", function()
    local pid = actors.keep(troupe.start("fixtures.several"))
    local gate, client = actors.puppet(), actors.puppet()
    actors.begin(client, [[
      local pid, gate = ...
      troupe.call(pid, "ask", gate)
    ]], pid, gate)
    eventually(function() return row(pid).doing == "waiting" end)
    assert.equal("a reply", row(pid).waits)
    troupe.call(gate, "release")
    assert.equal("idle", settled(pid).doing)
  end)

  it("is what it has in its mailbox", function()
    local pid = actors.busy()
    for _ = 1, 7 do troupe.cast(pid, "run", ("x"):rep(1000)) end
    local one = row(pid)
    assert.equal(7, one.queue)
    assert.is_true(one.queue_bytes > 7000 and one.queue_bytes < 14000)
  end)

  it("is that its turn it is", function()
    local one = row(troupe.self())
    assert.equal("running", one.doing)
  end)

  it("is how often there was one in its place", function()
    local tree = actors.keep(supervisor.start { backoff = { 0.005, 0.01 },
      { "fixtures.puppet", id = "one" } })
    for count = 1, 2 do
      local pid = supervisor.children(tree)[1].pid
      troupe.kill(pid)
      eventually(function()
        local child = supervisor.children(tree)[1]
        return child.pid and child.pid ~= pid
      end)
      assert.equal(count, row(supervisor.children(tree)[1].pid).restarts)
    end
    troupe.stop(tree)
  end)
end)

describe("a list of actors", function()
  after_each(actors.finish)

  it("has each that is there, once", function()
    local mine = {}
    for index = 1, 30 do mine[index] = actors.puppet() end
    local seen = {}
    for _, one in ipairs(core.actors()) do
      assert.is_nil(seen[one.pid])
      seen[one.pid] = true
    end
    assert.is_true(seen[troupe.self()])
    for _, pid in ipairs(mine) do assert.is_true(seen[pid]) end
  end)

  it("is in the order that is asked for", function()
    local mine = {}
    for index = 1, 9 do
      local pid = actors.puppet()
      mine[index] = pid
      for _ = 1, (index * 7) % 10 do actors.run(pid, "") end
      actors.run(pid, "kept = ('x'):rep(...)", 50000 * ((index * 3) % 10))
    end
    local fields = { queue = "queue", memory = "memory", cpu = "cpu",
      calls = "messages_in" }
    for sort, field in pairs(fields) do
      local list = core.actors { sort = sort, behaviour = "fixtures.puppet" }
      assert.equal(9, #list)
      for index = 2, #list do
        assert.is_true(list[index - 1][field] >= list[index][field])
      end
    end
    local most = core.actors { sort = "calls", behaviour = "fixtures.puppet" }
    assert.same({ mine[7], mine[4], mine[1] },
      { most[1].pid, most[2].pid, most[3].pid })
    local largest = core.actors { sort = "memory",
      behaviour = "fixtures.puppet", limit = 2 }
    assert.same({ mine[3], mine[6] }, pids_of(largest))
  end)

  it("has the first so many of the order only", function()
    for index = 1, 12 do
      local pid = actors.busy()
      for _ = 1, index * 5 % 13 do troupe.cast(pid, "run", "") end
    end
    local list = core.actors { sort = "queue", limit = 5 }
    local counts = {}
    for index, one in ipairs(list) do counts[index] = one.queue end
    assert.same({ 12, 11, 10, 9, 8 }, counts)
  end)

  it("is in the order of their places where they are equal", function()
    for _ = 1, 20 do actors.puppet() end
    local all = pids_of(core.actors { sort = "queue", limit = 1000 })
    assert.same(pids_of(core.actors()), all)
    local first = pids_of(core.actors { sort = "queue", limit = 3 })
    assert.same({ all[1], all[2], all[3] }, first)
  end)

  it("has those of one behaviour", function()
    local pid = actors.keep(troupe.start("fixtures.greedy"))
    actors.puppet()
    local list = core.actors { behaviour = "fixtures.greedy" }
    assert.same({ pid }, pids_of(list))
    assert.same({}, core.actors { behaviour = "fixtures" })
  end)

  it("is the same when it makes way at each step", function()
    for _ = 1, 40 do actors.puppet() end
    local found = actors.pacing([[
      local core = require "troupe.core"
      local list = {}
      for index, one in ipairs(core.actors { sort = "memory" }) do
        list[index] = one.memory
      end
      return list
    ]])
    assert.is_true(#found >= 41)
    for index = 2, #found do
      assert.is_true(found[index - 1] >= found[index])
    end
  end)

  it("leaves nothing behind if who asks is killed half-way", function()
    for _ = 1, 40 do actors.puppet() end
    local pid = actors.puppet()
    actors.begin(pid, [[
      require "probe".pace(1)
      while true do require("troupe.core").actors() end
    ]])
    troupe.kill(pid)
    eventually(function() return not core.actor(pid) end)
  end)

  it("is not to be had for what makes no sense", function()
    local function misuse(text, options)
      local problem = actors.raised(core.actors, options)
      assert.equal("badargument", problem.kind)
      assert.matches(text, problem.message, 1, true)
    end
    misuse([[expected sort to be "queue", "memory", "cpu", "calls", ]] ..
      [["waiting" or "handling", got "size"]], { sort = "size" })
    misuse("expected sort to be", { sort = 1 })
    misuse("limit", { limit = 0 })
    misuse("limit", { limit = "all" })
    misuse("limit", { limit = 0.5 })
    misuse("expected behaviour to be a module's name, got 1",
      { behaviour = 1 })
    misuse("expected options to be a table, got 7", 7)
    misuse("sorted", { sorted = "queue" })
  end)
end)

describe("a list of workers", function()
  it("has each, and what it does", function()
    local list = core.workers()
    local private = list[#list].private and 1 or 0
    assert.equal(probe.workers() + private, #list)
    for index, one in ipairs(list) do
      assert.equal(index - 1, one.index)
      assert.is_true(one.load >= 0 and one.load <= 1)
      assert.is_true(one.queue >= 0 and one.steals >= 0)
      assert.is_boolean(one.parked)
    end
    local mine = list[probe.worker() + 1]
    assert.equal(troupe.self(), mine.running)
    assert.is_false(mine.parked)
  end)

  it("counts turns", function()
    local function turns()
      local sum = 0
      for _, one in ipairs(core.workers()) do sum = sum + one.turns end
      return sum
    end
    local before = turns()
    local pid = actors.puppet()
    for _ = 1, 100 do actors.run(pid, "") end
    actors.finish()
    assert.is_true(turns() - before >= 100)
  end)

  it("says who has had nothing to do", function()
    local output = support.output([[
      local core = require "troupe.core"
      local troupe = require "troupe"
      local function load(index) return core.workers()[index + 1].load end
      local lazy
      repeat
        troupe.sleep(0.05)
        lazy = math.min(load(0), load(1))
      until lazy < 0.2
      local probe = require "probe"
      local me, before = probe.worker(), load(probe.worker())
      repeat until probe.worker() ~= me or load(me) > math.max(before, 0.5)
      print "busy"
    ]], { flags = { "--workers", 2 } })
    assert.equal("busy\n", output)
  end)
end)

-- In hosts of their own, with many workers.
describe("under eight workers", function()
  local function run(source, files)
    return support.output(source, { flags = { "--workers", 8 },
      files = files })
  end

  local NODE = [[
    local troupe = require "troupe"
    local node = { call = {}, cast = {}, info = {} }
    function node.init(seed)
      return { seen = 0, sent = 0, seed = seed }
    end
    local function draw(state, n)
      state.seed = (state.seed * 1103515245 + 12345) % 2147483648
      return state.seed // 65536 % n + 1
    end
    local function note(state) state.seen = state.seen + 1 end
    node.call.note, node.cast.note, node.info.note = note, note, note
    function node.cast.go(state, others, rounds)
      state.seen = state.seen + 1
      for _ = 1, rounds do
        local other = others[draw(state, #others)]
        local way = draw(state, 3)
        state.sent = state.sent + 1
        if way == 1 and other > troupe.self() then
          troupe.call(other, "note")
        elseif way == 2 then
          troupe.cast(other, "note")
        else
          troupe.send(other, "note")
        end
      end
    end
    function node.call.told(state)
      state.seen = state.seen + 1
      return state.seen, state.sent
    end
    return node
  ]]

  it("no message is forgotten, and none counted twice", function()
    local output = run([[
      local core = require "troupe.core"
      local troupe = require "troupe"
      local nodes = {}
      for seed = 1, 40 do nodes[seed] = troupe.start("node", seed) end
      -- Calls go one way only: no circle of them closes.
      for _, pid in ipairs(nodes) do troupe.cast(pid, "go", nodes, 200) end
      local total = 0
      repeat
        total = 0
        for _, pid in ipairs(nodes) do
          total = total + core.actor(pid).messages_in
        end
        troupe.sleep(0)
      until total == 40 + 40 * 200
      for _, pid in ipairs(nodes) do
        local seen, sent = troupe.timeout(60, troupe.call, pid, "told")
        local one = core.actor(pid)
        if one.messages_in ~= seen or one.messages_out ~= sent then
          print("wrong", one.messages_in, seen, one.messages_out, sent)
        end
      end
      print(total)
    ]], { ["node.lua"] = NODE:gsub("other > troupe.self%(%)",
      "tostring(other) > tostring(troupe.self())") })
    assert.equal("8040\n", output)
  end)

  it("each row is of one actor, whoever comes and goes", function()
    local files = {}
    for name, calls in pairs { left = 2, right = 5 } do
      files[name .. ".lua"] = [[
        return { call = { ["]] .. name .. [["] = function() end } }
      ]]
      files[name .. "_starter.lua"] = ([[
        local troupe = require "troupe"
        local starter = { cast = {} }
        function starter.cast.go(state)
          if state.stopped then return end
          local pid = troupe.start(NAME)
          for _ = 1, CALLS do troupe.call(pid, NAME) end
          troupe.stop(pid) -- it is gone: its place is free for the next
          troupe.cast(troupe.self(), "go")
        end
        function starter.cast.stop(state) state.stopped = true end
        return starter
      ]]):gsub("%u%u+", { NAME = '"' .. name .. '"', CALLS = calls })
    end
    local output = run([[
      local core = require "troupe.core"
      local troupe = require "troupe"
      local starters, most = {}, { left = 2, right = 5 }
      local by_name = { left = {}, right = {} }
      for name in pairs(most) do
        for _ = 1, 3 do
          local pid = troupe.start(name .. "_starter")
          by_name[name][pid] = true
          starters[#starters + 1] = pid
          troupe.cast(pid, "go")
        end
      end
      local rows = 0
      for _ = 1, 500 do
        local seen = {}
        for _, one in ipairs(core.actors()) do
          local name = one.behaviour
          if most[name] then
            rows = rows + 1
            if not by_name[name][one.starter] or
               one.messages_in > most[name] then
              print("mixed", name, one.starter, one.messages_in)
            end
          end
          if seen[one.pid] then print("twice", one.pid) end
          seen[one.pid] = true
        end
      end
      for _, pid in ipairs(starters) do troupe.cast(pid, "stop") end
      print(rows > 0)
    ]], files)
    assert.equal("true\n", output)
  end)
end)
