-- Bounded mailboxes: senders that wait, policies, and what is never bounded.

local actors = require "support.actors"
local core = require "troupe.core"
local eventually = require "support.eventually"
local pool = require "troupe.pool"
local probe = require "probe"
local registry = require "troupe.registry"
local support = require "support"
local troupe = require "troupe"

local raised, run, begin = actors.raised, actors.run, actors.begin

local ROUNDS = tonumber(os.getenv "TROUPE_SPEC_ROUNDS") or 1
local LIMIT = 30 * (tonumber(os.getenv "TROUPE_SPEC_PATIENCE") or 1)

-- What comes next to the spec itself.
local function next_info()
  return troupe.timeout(LIMIT, troupe.receive)
end

-- Ends the actors, and forgets what they have told.
local function finish()
  actors.finish()
  troupe.send(troupe.self(), "drained")
  repeat until next_info() == "drained"
end

-- A puppet with this mailbox that waits inside a handler until the gate's
-- `release`.
local function busy(mailbox)
  local gate, pid = actors.puppet(), actors.puppet { mailbox = mailbox }
  begin(pid, [[
    local gate, main = ...
    state.heard = {}
    troupe.timeout(math.huge, troupe.call, gate, "hold", main)
  ]], gate, troupe.self())
  assert(next_info() == "held")
  actors.queued(pid, 0)
  return pid, function() troupe.call(gate, "release") end
end

local NOTE = "table.insert(state.heard, (...))"

-- What it has handled, once it has handled all.
local function heard(pid)
  actors.queued(pid, 0)
  return run(pid, "return state.heard")
end

local function fill(pid, first, last)
  for number = first, last do
    assert.is_true(troupe.trycast(pid, "run", NOTE, number))
  end
end

-- A puppet that casts these numbers, one after another, and tells the spec.
local function sender(pid, first, last, seconds)
  local from = actors.puppet()
  begin(from, [[
    local main, pid, note, first, last, seconds = ...
    troupe.timeout(seconds or math.huge, function()
      for number = first, last do
        local ok, why, reason = pcall(troupe.cast, pid, "run", note, number)
        if not ok or not why then
          return troupe.send(main, "stopped", number, reason or why)
        end
      end
      troupe.send(main, "sent", last)
    end)
  ]], troupe.self(), pid, NOTE, first, last, seconds)
  return from
end

local function waiting(pid, count)
  eventually(function() return core.mailbox(pid).waiting == count end)
end

local function range(first, last)
  local list = {}
  for number = first, last do list[#list + 1] = number end
  return list
end

describe("a full mailbox", function()
  after_each(finish)

  it("makes its senders wait, and loses nothing", function()
    local pid, release = busy { size = 4 }
    sender(pid, 1, 50)
    waiting(pid, 1)
    assert.equal(4, actors.queue(pid))
    release()
    assert.equal("sent", next_info())
    assert.same(range(1, 50), heard(pid))
    assert.equal(0, core.mailbox(pid).dropped)
  end)

  it("says that its senders wait for room", function()
    local pid, release = busy { size = 1 }
    local from = sender(pid, 1, 2)
    eventually(function() return probe.waits(from) == "room in a mailbox" end)
    release()
    assert.equal("sent", next_info())
  end)

  it("lets senders in in the order in which they came", function()
    local pid, release = busy { size = 1 }
    fill(pid, 1, 1)
    for number = 2, 9 do
      sender(pid, number, number)
      waiting(pid, number - 1)
    end
    release()
    for _ = 2, 9 do assert.equal("sent", next_info()) end
    assert.same(range(1, 9), heard(pid))
  end)

  it("lets nobody pass those who wait", function()
    local pid, release = busy { size = 2 }
    sender(pid, 1, 3)
    waiting(pid, 1)
    assert.same({ nil, "overload" }, { troupe.trycast(pid, "run", NOTE, 0) })
    release()
    assert.equal("sent", next_info())
    assert.same({ 1, 2, 3 }, heard(pid))
  end)

  it("lets nobody pass who waits for more room than is left", function()
    local pid, release = busy { bytes = 10000 }
    assert.is_true(troupe.trycast(pid, "run", "return", ("x"):rep(7000)))
    begin(actors.puppet(), [[
      local pid, main = ...
      troupe.cast(pid, "run", "return", ("x"):rep(5000))
      troupe.send(main, "sent")
    ]], pid, troupe.self())
    waiting(pid, 1)
    assert.same({ nil, "overload" }, { troupe.trycast(pid, "run", NOTE, 1) })
    release()
    assert.equal("sent", next_info())
  end)

  it("is full by bytes, too", function()
    local pid, release = busy { bytes = 10000 }
    local text = ("x"):rep(4000)
    assert.is_true(troupe.trycast(pid, "run", "return", text))
    assert.is_true(troupe.trycast(pid, "run", "return", text))
    assert.same({ nil, "overload" },
      { troupe.trycast(pid, "run", "return", text) })
    local box = core.mailbox(pid)
    assert.is_true(box.bytes > 8000 and box.bytes <= 10000)
    assert.equal(10000, box.limit)
    release()
  end)

  it("takes a message larger than its bound when it is empty", function()
    local pid, release = busy { bytes = 1000 }
    local text = ("x"):rep(4000)
    assert.is_true(troupe.trycast(pid, "run", "return", text))
    assert.same({ nil, "overload" }, { troupe.trycast(pid, "run", "return") })
    release()
    for _ = 1, 3 do
      assert.equal(4000, run(pid, "return #...", text))
    end
  end)

  it("answers a call that has waited for room", function()
    local pid, release = busy { size = 1 }
    fill(pid, 1, 1)
    local caller, main = actors.puppet(), troupe.self()
    begin(caller, [[
      local pid, main = ...
      troupe.send(main, "answer", troupe.call(pid, "run", "return 7"))
    ]], pid, main)
    waiting(pid, 1)
    release()
    assert.same({ "answer", 7 }, { next_info() })
  end)

  it("does not keep stops, exits, timers and replies out", function()
    local pid, release = busy { size = 1 }
    fill(pid, 1, 1)
    troupe.after(0, pid, "run", NOTE, "timer")
    troupe.monitor(pid)
    begin(actors.puppet(), "troupe.stop(...)", pid)
    actors.queued(pid, 2)
    release()
    assert.same({ "down", pid, "normal" }, { next_info() })
  end)
end)

describe("a sender whose patience ends", function()
  after_each(finish)

  local function impatient(pid, call)
    return raised(troupe.timeout, 0.05, function()
      if call then run(pid, NOTE, "late") else begin(pid, NOTE, "late") end
    end)
  end

  for _, call in ipairs { true, false } do
    it("gets overload, and nothing of it begins: " ..
      (call and "call" or "cast"), function()
      local pid, release = busy { size = 2 }
      fill(pid, 1, 2)
      local problem = impatient(pid, call)
      assert.equal("overload", problem.kind)
      assert.is_false(problem.begun)
      assert.matches("^the mailbox of <[%d.]+> fixtures.puppet is full " ..
        "%(2 messages, %d+ bytes%); waited 0.%d+ s$", problem.message)
      assert.equal(0, core.mailbox(pid).waiting)
      release()
      assert.same({ 1, 2 }, heard(pid))
    end)
  end

  it("leaves the others in line", function()
    local pid, release = busy { size = 1 }
    fill(pid, 1, 1)
    sender(pid, 2, 2)
    waiting(pid, 1)
    sender(pid, 0, 0, 0.2)
    sender(pid, 3, 3)
    local word, number, problem = next_info()
    assert.same({ "stopped", 0 }, { word, number })
    assert.equal("overload", problem.kind)
    waiting(pid, 2)
    release()
    assert.equal("sent", next_info())
    assert.equal("sent", next_info())
    assert.same({ 1, 2, 3 }, heard(pid))
  end)

  it("leaves nothing when it is killed", function()
    local pid, release = busy { size = 1 }
    fill(pid, 1, 1)
    local first, second = sender(pid, 0, 0), sender(pid, 0, 0)
    waiting(pid, 2)
    troupe.kill(first)
    waiting(pid, 1)
    begin(actors.puppet(), "troupe.link(...); troupe.exit 'both'", second)
    waiting(pid, 0)
    assert.equal(1, core.mailbox(pid).count)
    release()
    assert.same({ 1 }, heard(pid))
  end)

  it("passes its place on when it is killed", function()
    local pid, release = busy { size = 1 }
    fill(pid, 1, 1)
    local first = sender(pid, 0, 0)
    waiting(pid, 1)
    sender(pid, 2, 2)
    waiting(pid, 2)
    release()
    troupe.kill(first) -- before or after it has been let in
    assert.equal("sent", next_info())
    eventually(function()
      local list = heard(pid)
      return list[#list] == 2 or list[#list] == 0
    end)
    waiting(pid, 0)
  end)

  it("may send in __close what it likes", function()
    local pid, release = busy { size = 1 }
    local other = actors.puppet()
    run(other, "state.heard = {}")
    fill(pid, 1, 1)
    local from = actors.puppet()
    begin(from, [[
      local pid, other, note = ...
      local last <close> = setmetatable({}, { __close = function()
        troupe.cast(other, "run", note, "closed")
      end })
      troupe.timeout(math.huge, troupe.cast, pid, "run", note, "lost")
    ]], pid, other, NOTE)
    waiting(pid, 1)
    begin(actors.puppet(), "troupe.link(...); troupe.exit 'all of us'", from)
    eventually(function() return heard(other)[1] == "closed" end)
    waiting(pid, 0)
    release()
    assert.same({ 1 }, heard(pid))
  end)
end)

describe("the end of an actor with a full mailbox", function()
  after_each(finish)

  -- A cast and a call that wait for room there.
  local function two(pid)
    sender(pid, 2, 2)
    waiting(pid, 1)
    begin(actors.puppet(), [[
      local pid, main = ...
      local ok, problem = pcall(troupe.call, pid, "run", "return")
      troupe.send(main, "raised", problem.kind, problem.begun)
    ]], pid, troupe.self())
    waiting(pid, 2)
  end

  local function told()
    local got = {}
    for _ = 1, 2 do
      local word, a, b = next_info()
      got[word] = { a, b }
    end
    assert.same({ stopped = { 2, "noactor" }, raised = { "noactor", false } },
      got)
  end

  it("tells who waits for room that it is gone", function()
    local pid = busy { size = 1 }
    fill(pid, 1, 1)
    two(pid)
    troupe.kill(pid)
    told()
  end)

  it("tells them when it begins to end", function()
    local pid, release = busy { size = 1 }
    assert.is_true(troupe.trycast(pid, "run", "troupe.exit 'enough'"))
    two(pid)
    release()
    told()
  end)
end)

describe("a sender that cannot wait", function()
  after_each(finish)

  it("gets overload at once when it sends to itself", function()
    local pid = actors.puppet { mailbox = { size = 2 } }
    local problem = run(pid, [[
      local count = 0
      while true do
        local ok, problem = pcall(troupe.cast, troupe.self(), "run", "return")
        if not ok then return { problem, count } end
        count = count + 1
      end
    ]])
    assert.equal("overload", problem[1].kind)
    assert.matches("it would wait for itself", problem[1].message, 1, true)
    assert.is_true(problem[2] <= 2)
  end)

  it("gets overload at once where Lua cannot yield", function()
    local pid, release = busy { size = 1 }
    fill(pid, 1, 1)
    local problem = raised(tostring, setmetatable({}, {
      __tostring = function() return begin(pid, "return") end }))
    assert.equal("overload", problem.kind)
    assert.matches("no place to wait", problem.message, 1, true)
    release()
  end)

  it("gets nil, overload from trycast, and nil, noactor", function()
    local pid, release = busy { size = 1 }
    fill(pid, 1, 1)
    assert.same({ nil, "overload" }, { troupe.trycast(pid, "run", "return") })
    release()
    troupe.stop(pid)
    assert.same({ nil, "noactor" }, { troupe.trycast(pid, "run", "return") })
  end)

  it("is skipped when somebody publishes", function()
    local other = actors.puppet()
    run(other, "state.heard = {}; " ..
      "require 'troupe.registry'.join 'crowd'")
    local gate, pid = actors.puppet(), actors.puppet { mailbox = { size = 1 } }
    run(pid, "state.heard = {}; require 'troupe.registry'.join 'crowd'")
    begin(pid, "local gate, main = ...; " ..
      "troupe.timeout(math.huge, troupe.call, gate, 'hold', main)", gate,
      troupe.self())
    assert.equal("held", next_info())
    actors.queued(pid, 0)
    assert.same({ 2, 0 }, { registry.publish("crowd", "run", NOTE, 1) })
    assert.same({ 1, 1 }, { registry.publish("crowd", "run", NOTE, 2) })
    assert.same({ 1, 2 }, heard(other))
    troupe.call(gate, "release")
    assert.same({ 1 }, heard(pid))
  end)
end)

describe("a mailbox that", function()
  after_each(finish)

  local function call_result(pid, number)
    local caller = actors.puppet()
    begin(caller, [[
      local main, pid, note, number = ...
      local ok, problem = pcall(troupe.call, pid, "run", note, number)
      troupe.send(main, "call", ok, ok or problem.kind, ok or problem.begun)
    ]], troupe.self(), pid, NOTE, number)
  end

  it("refuses tells its senders at once", function()
    local pid, release = busy { size = 2, full = "refuse" }
    fill(pid, 1, 2)
    for _, problem in ipairs { raised(begin, pid, NOTE, 3),
      raised(run, pid, NOTE, 3), raised(troupe.send, pid, "run", NOTE, 3) } do
      assert.equal("overload", problem.kind)
      assert.is_false(problem.begun)
      assert.matches("it refuses", problem.message, 1, true)
    end
    assert.same({ nil, "overload" }, { troupe.trycast(pid, "run", NOTE, 3) })
    release()
    assert.same({ 1, 2 }, heard(pid))
    assert.equal(0, core.mailbox(pid).dropped)
  end)

  it("drops the newest counts them", function()
    local before = probe.dropped()
    local pid, release = busy { size = 2, full = "drop_newest" }
    for number = 1, 5 do
      assert.is_true(troupe.cast(pid, "run", NOTE, number))
    end
    local problem = raised(run, pid, NOTE, 6)
    assert.equal("overload", problem.kind)
    release()
    assert.same({ 1, 2 }, heard(pid))
    assert.equal(4, core.mailbox(pid).dropped)
    assert.equal(4, probe.dropped() - before)
  end)

  it("drops the oldest counts them, and answers calls", function()
    local before = probe.dropped()
    local pid, release = busy { size = 3, full = "drop_oldest" }
    call_result(pid, 0)
    actors.queued(pid, 1)
    for number = 1, 5 do
      assert.is_true(troupe.cast(pid, "run", NOTE, number))
    end
    release()
    assert.same({ "call", false, "overload", false }, { next_info() })
    local list = heard(pid)
    assert.same({ 4, 5 }, { list[#list - 1], list[#list] })
    assert.equal(6 - #list, core.mailbox(pid).dropped)
    assert.equal(6 - #list, probe.dropped() - before)
  end)

  it("drops the oldest stays small while its reader is busy", function()
    local pid, release = busy { size = 10, full = "drop_oldest" }
    for number = 1, 1000 do
      assert.is_true(troupe.cast(pid, "run", NOTE, number))
      assert.is_true(actors.queue(pid) <= 31)
    end
    release()
    local list = heard(pid)
    assert.is_true(#list >= 9 and #list <= 10)
    assert.same(range(1001 - #list, 1000), list)
    assert.equal(1000 - #list, core.mailbox(pid).dropped)
  end)

  it("drops the oldest keeps what is no request", function()
    local pid, release = busy { size = 2, full = "drop_oldest" }
    troupe.after(0, pid, "run", NOTE, "timer")
    for number = 1, 100 do troupe.cast(pid, "run", NOTE, number) end
    release()
    eventually(function()
      local list = table.concat(heard(pid), " ")
      return list:find "timer" and list:find "100"
    end)
  end)
end)

describe("the option mailbox", function()
  after_each(finish)

  it("is shown by the mailbox", function()
    local pid = actors.puppet {
      mailbox = { size = 5, bytes = 6000, full = "refuse" } }
    local box = core.mailbox(pid)
    assert.same({ 5, 6000, "refuse", 0, 0, 0 }, { box.size, box.limit,
      box.full, box.count, box.dropped, box.waiting })
    assert.is_nil(core.mailbox "nobody")
  end)

  it("is exact", function()
    for _, case in ipairs {
      { 5, "expected mailbox to be a table, got 5" },
      { { length = 5 }, 'unknown option "length"' },
      { { size = 0 }, "expected size to be an integer from 1 to 1000000" },
      { { size = 1.5 }, "expected size to be an integer" },
      { { size = "5" }, 'got "5"' },
      { { bytes = -1 }, "expected bytes to be an integer from 1 to" },
      { { full = "panic" }, 'or "refuse", got "panic"' },
      { { full = 1 }, "got 1" },
    } do
      local problem = raised(actors.puppet, { mailbox = case[1] })
      assert.equal("badargument", problem.kind)
      assert.matches(case[2], problem.message, 1, true)
    end
  end)

  it("is what the project says where there is none", function()
    assert.equal("7\trefuse\n9\trefuse\n", support.output([[
      local troupe = require "troupe"
      local core = require "troupe.core"
      for _, options in ipairs { {}, { mailbox = { size = 9 } } } do
        local box = core.mailbox(troupe.start("any", nil, options))
        print(box.size, box.full)
      end
    ]], {
      flags = { "--set", "limits.mailbox.size=7",
        "--set", "limits.mailbox.full=refuse" },
      files = { ["any.lua"] = "return {}" },
    }))
  end)

  it("goes to an entity", function()
    local kind = require "troupe.entity".kind("fixtures.puppet",
      { mailbox = { size = 3 } })
    local pid = run(kind:at "state.x = 1", "return troupe.self()")
    actors.keep(pid)
    assert.equal(3, core.mailbox(pid).size)
  end)

  it("goes to the workers of a pool", function()
    local workers = pool.start("bounded", "fixtures.puppet", nil,
      { size = 1, mailbox = { size = 3 } })
    assert.equal(3, core.mailbox(run(workers:at(), "return troupe.self()"))
      .size)
    workers:stop()
  end)
end)

describe("what an empty seat holds", function()
  after_each(finish)

  it("has the bound of its worker's mailbox", function()
    local workers = pool.start("vacant", "fixtures.puppet",
      "state.heard = {}", { size = 1, mailbox = { size = 2 } })
    local seat = workers:at()
    for _ = 1, 5 do -- it stays away longer each time, at last for 0.8 s
      local pid = run(seat, "return troupe.self()")
      troupe.monitor(pid)
      troupe.kill(pid)
      assert.same({ "down", pid, "killed" }, { next_info() })
    end
    local sent = 0
    while troupe.trycast(seat, "run", NOTE, sent + 1) do sent = sent + 1 end
    local problem = raised(troupe.timeout, 0.01, troupe.cast, seat, "run",
      NOTE, 0)
    assert.equal("overload", problem.kind)
    assert.is_false(problem.begun)
    sender(seat, sent + 1, sent + 5)
    assert.equal("sent", next_info())
    assert.same(range(1, sent + 5), heard(seat))
    workers:stop()
  end)
end)

describe("many senders to a small mailbox", function()
  after_each(finish)

  local SENDERS, EACH = 16, 100 * ROUNDS

  it("lose nothing, each in its order", function()
    local sink = actors.puppet({ mailbox = { size = 4 } },
      "state.last, state.count = {}, 0")
    for number = 1, SENDERS do
      begin(actors.puppet(), [[
        local main, sink, number, each = ...
        troupe.timeout(math.huge, function()
          for index = 1, each do
            local code = "local who, index = ...; " ..
              "assert((state.last[who] or 0) + 1 == index); " ..
              "state.last[who] = index; state.count = state.count + 1"
            if index % 10 == 0 then
              troupe.call(sink, "run", code, number, index)
            else
              troupe.cast(sink, "run", code, number, index)
            end
          end
        end)
        troupe.send(main, "done", number)
      ]], troupe.self(), sink, number, EACH)
    end
    for _ = 1, SENDERS do assert.equal("done", next_info()) end
    assert.equal(SENDERS * EACH, run(sink, "return state.count"))
    assert.equal(0, core.mailbox(sink).waiting)
    actors.queued(sink, 0)
  end)

  it("are served in turn with who calls", function()
    local sink = actors.puppet({ mailbox = { size = 4 } }, "state.heard = {}")
    local casters = {}
    for number = 1, 4 do
      casters[number] = actors.puppet()
      begin(casters[number], [[
        local sink = ...
        troupe.timeout(math.huge, function()
          while troupe.cast(sink, "run", "return") do end
        end)
      ]], sink)
    end
    for number = 1, 20 do
      assert.equal(number, run(sink, "return ...", number))
    end
  end)

  it("survive a seeded storm of kills and deadlines", function()
    local seed = tonumber(os.getenv "TROUPE_SPEC_SEED") or os.time()
    local random = seed
    local function roll(n)
      random = (random * 1103515245 + 12345) % 2147483648
      return (random >> 16) % n + 1
    end
    local sinks, senders = {}, {}
    local function sink(index)
      local sizes = { 1, 2, 4, 7 }
      sinks[index] = actors.puppet { mailbox = { size = sizes[roll(4)] } }
      run(sinks[index], "state.heard = {}")
    end
    for index = 1, 3 do sink(index) end
    for _ = 1, 40 * ROUNDS do
      local choice = roll(8)
      if choice <= 5 then
        local from = actors.puppet()
        senders[#senders + 1] = from
        begin(from, [[
          local sink, seconds, calls = ...
          pcall(troupe.timeout, seconds, function()
            while true do
              local send = calls and troupe.call or troupe.cast
              if not send(sink, "run", "return true") then return end
            end
          end)
        ]], sinks[roll(3)], roll(50) / 1000, roll(2) == 1)
      elseif choice <= 7 then
        local from = table.remove(senders, roll(math.max(1, #senders)))
        if from then troupe.kill(from) end
      else
        local index = roll(3)
        troupe.kill(sinks[index])
        sink(index)
      end
    end
    for _, from in ipairs(senders) do troupe.kill(from) end
    for index = 1, 3 do
      assert.is_true(run(sinks[index], "return true"), "seed " .. seed)
      eventually(function()
        local box = core.mailbox(sinks[index])
        return box.waiting == 0 and box.count == 0 and box.bytes == 0
      end)
    end
  end)
end)

describe("a request whose caller is gone", function()
  after_each(finish)

  it("is skipped before its handler", function()
    local pid, release = busy()
    local caller = actors.puppet()
    begin(caller, "troupe.call(...)", pid, "run", NOTE, "dead")
    actors.queued(pid, 1)
    troupe.kill(caller)
    local problem = raised(troupe.timeout, 0.02, run, pid, NOTE, "late")
    assert.equal("timeout", problem.kind)
    assert.is_false(problem.begun)
    release()
    assert.same({}, heard(pid))
  end)
end)
