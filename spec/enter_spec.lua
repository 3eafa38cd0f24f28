-- What is typed at a prompt runs inside an actor: core.visit(pid, "enter").

local actors = require "support.actors"
local core = require "troupe.core"
local eventually = require "support.eventually"
local inspect = require "troupe.inspect"
local troupe = require "troupe"

local puppet, run, begin, raised =
  actors.puppet, actors.run, actors.begin, actors.raised

local LOOP = "while true do pcall(function() while true do end end) end"

local function enter(pid, source) return core.visit(pid, "enter", source) end

-- What it raises when the time is over. Who comes too late to ask, on a busy
-- machine, has not asked.
local function overdue(seconds, pid, source)
  local problem
  repeat
    problem = raised(troupe.timeout, seconds, enter, pid, source)
  until problem.message ~= "the deadline has passed"
  return problem
end

local function enter_now(pid, source)
  return core.visit(pid, "enter now", source)
end

-- A puppet that another worker runs, or would if there were one, and that is
-- in the middle of a loop.
local function looping()
  local pid = puppet()
  begin(pid, "troupe.send(..., 'begun'); while not state.done do end",
        troupe.self())
  assert.equal("begun", troupe.receive())
  return pid
end

describe("entering an actor", function()
  after_each(actors.finish)

  for name, way in pairs { boundary = enter, now = enter_now } do
    describe("(" .. name .. ")", function()
      it("gives the values of an expression", function()
        assert.same({ "", 3, nil, "x", n = 4 },
          table.pack(way(puppet(), "1 + 2, nil, 'x'")))
      end)

      it("runs statements", function()
        assert.same({ "", 6, n = 2 },
          table.pack(way(puppet(), "local n = 2; return n * 3")))
        assert.same({ "", n = 1 }, table.pack(way(puppet(), "local n = 2")))
      end)

      it("reads and writes the state", function()
        local pid = puppet(nil, "state.n = 1")
        local _, n = way(pid, "state.n")
        assert.equal(1, n)
        way(pid, "state.n = state.n + 1")
        assert.equal(2, run(pid, "return state.n"))
        way(pid, "state = { n = 7, held = {} }")
        assert.equal(7, run(pid, "return state.n"))
      end)

      it("reads and writes the globals", function()
        local pid = puppet(nil, "shelf = 'left'")
        assert.same({ "", "left" }, { way(pid, "shelf") })
        way(pid, "shelf = 'right'; function double(n) return 2 * n end")
        assert.equal("right", run(pid, "return shelf"))
        assert.same({ "", 8 }, { way(pid, "double(4)") })
      end)

      it("gives what is printed", function()
        assert.same({ "a\t1\nb\n", 5 },
          { way(puppet(), "print('a', 1); print 'b'; return 5") })
      end)

      it("shows what cannot be sent", function()
        local _, value, thread, fn = way(puppet(),
          "{ io.stdout, f = function() end }, coroutine.create(print), print")
        assert.same({ "<userdata FILE*>", f = "<function enter:1>" }, value)
        assert.same({ "<thread>", "<function>" }, { thread, fn })
      end)

      it("raises what is wrong with the source", function()
        local problem = raised(way, puppet(), "x x")
        assert.equal("badargument", problem.kind)
        assert.equal("enter:1: syntax error near 'x'", problem.message)
      end)

      it("raises what is raised there, and says where", function()
        local pid = puppet()
        local problem = raised(way, pid,
          "print 'so far'; local function deep() error 'no' end; deep()")
        assert.equal("exit", problem.kind)
        assert.equal("enter:1: no", problem.message)
        assert.equal("so far\n", problem.output)
        assert.equal(pid, problem.trace[1].pid)
        assert.matches("^visit \"enter", problem.trace[1].request)
        assert.matches("enter:1: in .*deep", problem.trace[1].stack)
        assert.equal(troupe.self(), problem.trace[2].pid)
        assert.equal(1, run(pid, "return 1"))
      end)

      it("raises values of any kind", function()
        local pid = puppet()
        assert.same({ 1 }, raised(way, pid, "error {1}").reason)
        assert.equal(false, raised(way, pid, "error(false)").reason)
        assert.equal("exit", raised(way, pid, "error(print)").kind)
        assert.equal("exit", raised(way, pid, "error()").kind)
        assert.equal("exit", raised(way, pid,
          "error(setmetatable({}, { __tostring = error }))").kind)
        assert.equal("badargument",
          raised(way, pid, "require 'troupe'.call(1.5)").kind)
      end)

      it("cannot yield", function()
        assert.equal("exit", raised(way, puppet(), "coroutine.yield(1)").kind)
      end)

      it("may use coroutines", function()
        assert.same({ "", 1, 2 }, { way(puppet(), [[
          local next = coroutine.wrap(function()
            coroutine.yield(1)
            return 2
          end)
          return next(), next()
        ]]) })
      end)

      it("may use a little more memory than the actor has", function()
        local pid = puppet({ memory = 200000 }, [[
          state.all = {}
          while pcall(function()
            table.insert(state.all, ("x"):rep(100) .. #state.all)
          end) do end
        ]])
        local _, count = way(pid, "#state.all")
        assert.is_true(count > 500)
        assert.equal("exit",
          raised(way, pid, "string.rep('x', 1000000)").kind)
        assert.same({ "" }, { way(pid, "state.all = nil") })
        assert.equal(1, run(pid, "return 1"))
      end)

      it("has what the actor has, and no more", function()
        local pid = puppet { libraries = { "string", "load", "coroutine" } }
        assert.same({ "", "nil", "nil" }, { way(pid, "type(io), type(os)") })
      end)

      it("casts, but keeps its hands off what is in hand", function()
        local pid, other = puppet(), puppet()
        way(pid, ("require 'troupe'.cast(%q, 'run', 'state.n = 5')"):format(
          "nobody"))
        troupe.send(other, "run", "state.n = 5")
        assert.equal(5, run(other, "return state.n"))
      end)
    end)
  end
end)

describe("entering at a boundary", function()
  after_each(actors.finish)

  it("may wait", function()
    local other = puppet(nil, "state.n = 3")
    local pid = puppet()
    run(pid, "state.other = ...", other)
    assert.same({ "", 3 }, { enter(pid,
      "require 'troupe'.call(state.other, 'run', 'return state.n')") })
  end)

  it("may end the actor", function()
    local pid = puppet()
    local problem = raised(enter, pid, "require 'troupe'.exit 'enough'")
    assert.equal("exit", problem.kind)
    assert.equal("enough", problem.reason)
    assert.is_true(problem.begun)
    assert.equal("noactor", raised(run, pid, "return 1").kind)
  end)

  it("is preempted, and lets others go on", function()
    local pid, other = puppet(), puppet()
    local asker = puppet()
    begin(asker, [[
      local core = require "troupe.core"
      state.ok, state.problem = pcall(core.visit, ..., "enter",
        "while not done do end")
    ]], pid)
    eventually(function()
      return select(2, pcall(enter_now, pid, "require'troupe' and 1")) == ""
    end)
    assert.equal(1, run(other, "return 1"))
    enter_now(pid, "done = true")
    assert.is_true(run(asker, "return state.ok"))
  end)

  it("ends when its asker's time is over", function()
    local pid = puppet()
    for _, source in ipairs { "while true do end", LOOP,
        "require 'troupe'.sleep(math.huge)",
        "while true do pcall(require 'troupe'.sleep, math.huge) end",
        "local t <close> = setmetatable({}, { __close = function() " .. LOOP ..
          " end }); " .. LOOP } do
      local problem = overdue(0.05, pid, source)
      assert.equal("timeout", problem.kind)
      -- What is typed inherits the deadline, and may be the first to say so.
      if not problem.message:match "^the end of sleep " then
        assert.equal(pid, problem.culprit[1].pid)
      end
      assert.equal(1, run(pid, "return 1"))
    end
  end)

  it("ends when its asker is killed", function()
    local pid = puppet()
    for _, source in ipairs { LOOP, "require 'troupe'.sleep(math.huge)" } do
      local asker = puppet()
      begin(asker, [[
        local pid, source = ...
        troupe.timeout(math.huge, require "troupe.core".visit, pid, "enter",
          "begun = true; " .. source)
      ]], pid, source)
      eventually(function()
        local _, begun = enter_now(pid, "begun")
        return begun
      end)
      troupe.kill(asker)
      assert.equal(1, run(pid, "return 1"))
      enter(pid, "begun = nil")
    end
  end)

  it("ends with the asker that is told to exit", function()
    local pid, asker = puppet(), puppet()
    local boss = puppet()
    run(boss, "troupe.link(...)", asker)
    begin(asker, [[
      troupe.timeout(math.huge, require "troupe.core".visit, ..., "enter",
        "begun = true; while true do end")
    ]], pid)
    eventually(function()
      local _, begun = enter_now(pid, "begun")
      return begun
    end)
    begin(boss, "troupe.exit 'bye'")
    assert.equal(1, run(pid, "return 1"))
  end)

  it("is bounded by the budget of a message, of which nobody dies", function()
    local pid = puppet { cpu = 0.2 }
    local problem = raised(enter, pid, LOOP)
    assert.equal("interrupted", problem.kind)
    assert.matches('^visit "enter" has used 0%.%d+ s of CPU time$',
      problem.message)
    assert.matches("enter:1: in function", problem.trace[1].stack)
    assert.equal(1, run(pid, "return 1"))
  end)

  it("gives the actor's end to its asker", function()
    for _, ending in ipairs { "kill", "stop" } do
      local pid, asker, gate = puppet(), puppet(), puppet()
      run(pid, "state.gate = ...", gate)
      begin(asker, [[
        local ok, problem = pcall(require "troupe.core".visit, ..., "enter",
          "require 'troupe'.call(state.gate, 'hold'); return 1")
        state.kind = problem and problem.kind
      ]], pid)
      eventually(function() return run(gate, "return #state.held") == 1 end)
      local other = puppet()
      begin(other, "troupe[...](select(2, ...))", ending, pid)
      if ending == "stop" then actors.waits(other, "a stop")
      else run(other, "") end
      troupe.call(gate, "release")
      local kind = run(asker, "return state.kind")
      assert.equal(ending == "kill" and "exit" or nil, kind)
    end
  end)

  it("is for a script wherever it receives", function()
    local pid = actors.keep(troupe.start("fixtures.receiver"))
    assert.same({ "", "receiver" }, { enter(pid, "kind") })
    troupe.send(pid, "n", 5)
    eventually(function() return select(2, enter(pid, "got.n")) == 5 end)
    assert.same({ "", 5 }, { enter(pid,
      "require 'troupe'.sleep(0); return got.n") })
    assert.equal("exit", raised(enter, pid, "error 'no'").kind)
    assert.equal("timeout", raised(troupe.timeout, 0.02, enter, pid,
      "while true do end").kind)
    troupe.send(pid, "n", 6)
    eventually(function() return select(2, enter(pid, "got.n")) == 6 end)
    assert.equal("exit", raised(enter, pid, "require 'troupe'.exit()").kind)
    assert.equal("noactor", raised(enter, pid, "1").kind)
  end)

  it("kills what is being entered while it receives", function()
    local pid = actors.keep(troupe.start("fixtures.receiver"))
    local asker = puppet()
    begin(asker, [[
      local ok, problem = pcall(require "troupe.core".visit, ..., "enter",
        "require 'troupe'.sleep(math.huge)")
      state.kind = problem.kind
    ]], pid)
    actors.waits(pid, "the end of a sleep")
    troupe.kill(pid)
    assert.equal("exit", run(asker, "return state.kind"))
  end)

  it("is one handler more where there are several", function()
    local pid = actors.keep(troupe.start("fixtures.several"))
    local gate = puppet()
    local askers = {}
    for i = 1, 3 do
      askers[i] = puppet()
      begin(askers[i], "troupe.call(...)", pid, "ask", gate)
    end
    eventually(function() return run(gate, "return #state.held") == 3 end)
    assert.same({ "", 1 }, { enter(pid,
      "require 'troupe'.sleep(0); return 1") })
    assert.equal("timeout", raised(troupe.timeout, 0.05, enter, pid,
      LOOP).kind)
    assert.equal("timeout", raised(troupe.timeout, 0.05, enter, pid,
      "require 'troupe'.sleep(math.huge)").kind)
    assert.same({ "", 1 }, { enter(pid, "1") })
    troupe.call(gate, "release")
  end)
end)

describe("entering now", function()
  after_each(actors.finish)

  it("finds an actor that waits", function()
    local pid, gate = actors.busy()
    assert.same({ "", 1 }, { enter_now(pid, "1") })
    enter_now(pid, "state.n = 4; require 'troupe'.cast('nobody', 1)")
    troupe.call(gate, "release")
    assert.equal(4, run(pid, "return state.n"))
  end)

  it("finds an actor in the middle of a loop", function()
    local pid = looping()
    enter_now(pid, "state.done = true")
    assert.equal(1, run(pid, "return 1"))
  end)

  it("leaves a sender that waits for room its place", function()
    local slow, gate = actors.busy { mailbox = { size = 1 } }
    local pid = puppet()
    begin(slow, "")
    begin(pid, "troupe.timeout(9, troupe.cast, ..., 'run', 'state.n = 3')",
          slow)
    actors.waits(pid, "room in a mailbox")
    enter_now(pid, "require 'troupe'.cast(require 'troupe'.self(), 'run', '')")
    troupe.call(gate, "release")
    eventually(function() return run(slow, "return state.n") == 3 end)
  end)

  it("is cut if it does not end", function()
    local pid, gate = actors.busy()
    for _, source in ipairs { "while true do end", LOOP,
        "for i = 1, 1e9 do tostring(setmetatable({}, " ..
          "{ __tostring = function() " .. LOOP .. " end })) end",
        "xpcall(function() while true do end end, function() " .. LOOP ..
          " end)",
        "coroutine.wrap(function() " .. LOOP .. " end)()",
        "local t <close> = setmetatable({}, { __close = function() " .. LOOP ..
          " end }); " .. LOOP,
        "error(setmetatable({}, { __tostring = function() " .. LOOP ..
          " end }))",
        "local s = ('a'):rep(30000); return s:find(('.-'):rep(9) .. 'b')" } do
      local problem = raised(enter_now, pid, source)
      assert.equal("interrupted", problem.kind, source)
    end
    troupe.call(gate, "release")
    assert.equal(1, run(pid, "return 1"))
  end)

  it("cannot wait", function()
    for _, source in ipairs { "sleep(0)", "call('nobody', 1)", "exit()",
        "receive()", "start 'fixtures.puppet'" } do
      assert.is_table(raised(enter_now, puppet(), "require 'troupe'." ..
        source))
    end
  end)

  it("of oneself does as well", function()
    troupe.timeout(5, function()
      assert.same({ "", 1 }, { enter_now(troupe.self(), "1") })
    end)
  end)

  it("finds nobody in an actor that is gone", function()
    local pid = puppet()
    troupe.kill(pid)
    assert.equal("noactor", raised(enter_now, pid, "1").kind)
  end)
end)

describe("the state of an actor", function()
  after_each(actors.finish)

  it("is copied, whatever the actor does", function()
    local pid, gate = actors.busy()
    assert.same({ held = {} }, core.visit(pid, "state"))
    troupe.call(gate, "release")
    run(pid, "state.list, state.f = {1, {2}}, print; state.me = state")
    local copy = core.visit(pid, "state")
    assert.same({ 1, { 2 } }, copy.list)
    assert.equal("<function>", copy.f)
    assert.equal(copy, copy.me)
  end)

  it("is shown in part where it is too deep", function()
    local pid = puppet(nil, [[
      local at = state
      for _ = 1, 200 do at.next = {}; at = at.next end
    ]])
    local depth, at = 0, core.visit(pid, "state")
    while type(at.next) == "table" do at, depth = at.next, depth + 1 end
    assert.equal(99, depth)
    assert.equal("<table, nested too deep>", at.next)
  end)

  it("is not copied if it is too large", function()
    local pid = puppet(nil, "state.text = string.rep('x', 17 * 2 ^ 20)")
    local problem = raised(core.visit, pid, "state")
    assert.equal("badargument", problem.kind)
    assert.matches("^result 1%.text: more than 16 MiB are not shown, " ..
      "and the actor has %d+ MiB in all$", problem.message)
  end)

  it("leaves metatables behind", function()
    local pid = puppet(nil,
      "state.object = setmetatable({ n = 1 }, { __index = error })")
    local object = core.visit(pid, "state").object
    assert.same({ n = 1 }, object)
    assert.is_nil(getmetatable(object))
  end)

  it("is not there in a script", function()
    local problem = raised(core.visit, troupe.self(), "state")
    assert.matches("there is no state: this is a script", problem.message)
  end)
end)

describe("an actor that was entered", function()
  after_each(actors.finish)

  it("tells its own errors afterwards", function()
    local pid = puppet()
    assert.equal("timeout", raised(troupe.timeout, 0.02, enter, pid,
      "xpcall(function() while true do end end, print)").kind)
    local problem = raised(run, pid, "error 'no'")
    assert.equal("puppet:1: no", problem.message)
  end)
end)

describe("troupe.inspect", function()
  after_each(actors.finish)

  it("enters, and prints here what is printed there", function()
    local pid = puppet()
    local globals, old, printed = package.loaded._G, print, {}
    globals.print = function(text) printed[#printed + 1] = text end
    local values = table.pack(pcall(inspect.enter, pid,
      "print('a', 1); print 'b'; return 1, nil, 3"))
    local failed = pcall(inspect.enter, pid, "print 'c'; error 'no'")
    globals.print = old
    assert.same({ true, 1, nil, 3, n = 4 }, values)
    assert.is_false(failed)
    assert.same({ "a\t1\nb", "c" }, printed)
  end)

  it("enters for so long, or now", function()
    local pid, gate = actors.busy()
    assert.equal("timeout",
      raised(inspect.enter, pid, "1", { timeout = 0.01 }).kind)
    assert.equal(1, inspect.enter(pid, "1", { now = true }))
    troupe.call(gate, "release")
    assert.equal(1, inspect.enter(pid, "1"))
  end)

  it("says what is wrong with what it is given", function()
    local pid = puppet()
    local function wrong(expected, ...)
      local problem = raised(inspect.enter, ...)
      assert.equal("badargument", problem.kind)
      assert.matches(expected, problem.message, 1, true)
    end
    wrong("expected source to be a string, got 5", pid, 5)
    wrong("expected options to be a table, got 5", pid, "1", 5)
    wrong('unknown option "new"', pid, "1", { new = true })
    wrong('expected timeout to be a number, got "5s"', pid, "1",
      { timeout = "5s" })
    wrong("expected ", 1.5, "1")
  end)

  it("knows targets by their keys", function()
    local pid = puppet { name = "entered" }
    assert.same({ held = {} }, inspect.state "entered")
    assert.is_number((inspect.gc "entered"))
    assert.is_false(inspect.cancel "entered")
    assert.is_false(inspect.interrupt "entered")
    assert.equal(pid, inspect.enter("entered", "require 'troupe'.self()"))
  end)
end)
