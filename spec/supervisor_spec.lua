-- clock: either
--
-- Supervisors: the order of starts and stops, restarts, giving up. What is
-- recorded is what the children themselves tell (fixtures/witness.lua).

local eventually = require "support.eventually"
local life = require "support.life"
local pool = require "troupe.pool"
local registry = require "troupe.registry"
local supervisor = require "troupe.supervisor"
local support = require "support"
local troupe = require "troupe"

local SOON = { 0.005, 0.02 }

-- A child that reports to the spec.
local function child(label, more)
  local made = { "fixtures.witness", { main = troupe.self(), label = label },
    id = label }
  for name, value in pairs(more or {}) do
    if name == "traps" or name == "stuck" then
      made[2][name] = value
    else
      made[name] = value
    end
  end
  return made
end

-- Starts a supervisor that `finish` ends, over these children.
local function open(children, options)
  local spec = { backoff = SOON }
  for name, value in pairs(options or {}) do spec[name] = value end
  for index, one in ipairs(children) do spec[index] = one end
  life.doll() -- what is left is counted from here
  troupe.trap(true)
  local pid, why = supervisor.start(spec)
  if pid then life.keep(pid) end
  return pid, why
end

-- The next things that happen, each as "began a" or "ended a".
local function hears(count)
  local list = {}
  for index = 1, count do
    local message = life.next()
    list[index] = message[1] .. " " .. tostring(message[2])
  end
  return list
end

local function entry(sup, id)
  for _, one in ipairs(supervisor.children(sup)) do
    if one.id == id then return one end
  end
end

local function pid_of(sup, id) return entry(sup, id).pid end

local function ids(sup)
  local list = {}
  for index, one in ipairs(supervisor.children(sup)) do list[index] = one.id end
  return list
end

local function end_child(sup, id, reason)
  troupe.cast(pid_of(sup, id), "exit", reason)
end

describe("a supervisor", function()
  after_each(life.finish)

  it("starts its children in order and stops them in reverse", function()
    local sup = open { child "a", child "b", child "c" }
    assert.same({ "began a", "began b", "began c" }, hears(3))
    troupe.stop(sup)
    for _, label in ipairs { "c", "b", "a" } do
      assert.same({ "ended", label, "shutdown" }, life.next())
    end
    assert.same({ "down", sup, "normal" }, life.next())
  end)

  it("stops at once when it is shut down, whatever is in its queue", function()
    local sup = open { child("a", { stuck = true, grace = 0.02 }), child "b" }
    hears(2)
    for _ = 1, 100 do troupe.send(sup, "nonsense") end
    require "troupe.core".shutdown(sup)
    assert.same({ "ended b", "ended a" }, hears(2))
    assert.same({ "down", sup, "shutdown" }, life.next())
  end)

  -- What happens when b of a, b and c ends, by strategy.
  local again = {
    one_for_one = { "ended b", "began b" },
    one_for_all = { "ended b", "ended c", "ended a", "began a", "began b",
      "began c" },
    rest_for_one = { "ended b", "ended c", "began b", "began c" },
  }
  local restarted = {
    permanent = { normal = true, shutdown = true, broken = true },
    transient = { broken = true },
    temporary = {},
  }

  for strategy, expected in pairs(again) do
    for restart, reasons in pairs(restarted) do
      it(("%s, a %s child"):format(strategy, restart), function()
        for _, reason in ipairs { "normal", "shutdown", "broken" } do
          local sup = open({ child "a", child("b", { restart = restart }),
            child "c" }, { strategy = strategy })
          hears(3)
          end_child(sup, "b", reason)
          if reasons[reason] then
            assert.same(expected, hears(#expected))
            assert.equal(1, entry(sup, "b").restarts)
            assert.equal("up", entry(sup, "b").state)
          else
            assert.same({ "ended b" }, hears(1))
            eventually(function()
              local b = entry(sup, "b")
              return not b or b.state == "ended"
            end)
            assert.equal(restart == "transient" and 3 or 2, #ids(sup))
            assert.same({}, life.drain())
          end
          troupe.stop(sup)
          life.drain()
        end
      end)
    end
  end

  it("starts what had ended in order with the others of a group", function()
    local sup = open({ child("a", { restart = "transient" }), child "b",
      child("c", { restart = "temporary" }) }, { strategy = "one_for_all" })
    hears(3)
    end_child(sup, "a", "normal")
    hears(1)
    eventually(function() return entry(sup, "a").state == "ended" end)
    end_child(sup, "b", "broken")
    assert.same({ "ended b", "ended c", "began a", "began b" }, hears(4))
    assert.same({ "a", "b" }, ids(sup))
  end)

  it("restarts one that was killed, and one that crashed", function()
    local sup = open({ child "a" }, { intensity = 10 })
    hears(1)
    local first = pid_of(sup, "a")
    troupe.kill(first)
    assert.same({ "began", "a" }, { table.unpack(life.next(), 1, 2) })
    assert.not_equal(first, pid_of(sup, "a"))
    troupe.cast(pid_of(sup, "a"), "crash", "oops")
    assert.same({ "ended a", "began a" }, hears(2))
  end)

  it("gives the name to the next, who finds it free", function()
    local sup = open({ child("a", { name = { "the", "one" } }) },
      { intensity = math.huge, backoff = { 0, 0 } })
    hears(1)
    for round = 1, 50 do
      if round % 2 == 0 then
        troupe.cast({ "the", "one" }, "exit", "round " .. round)
        assert.same({ "ended a", "began a" }, hears(2))
      else
        troupe.kill { "the", "one" }
        assert.same({ "began a" }, hears(1))
      end
      assert.equal(troupe.call({ "the", "one" }, "self"), pid_of(sup, "a"))
    end
    assert.equal(50, entry(sup, "a").restarts)
  end)

  it("tells what its children are", function()
    local sup = open { child("a", { name = "anna", restart = "transient" }) }
    local before = troupe.time()
    local a = supervisor.children(sup)[1]
    assert.same({ "a", "anna", "fixtures.witness", "transient", 0, "up" },
      { a.id, a.name, a.behaviour, a.restart, a.restarts, a.state })
    assert.equal(registry.whereis "anna", a.pid)
    assert.is_true(a.since <= before)
  end)

  it("ends with who started it", function()
    local one = life.doll()
    life.run(one, [[
      require "troupe.supervisor".start { name = "boss", ... }
    ]], child "a")
    hears(1)
    local sup = troupe.monitor "boss"
    life.begin(one, "troupe.exit()")
    assert.same({ "ended", "a", "shutdown" }, life.next())
    assert.same({ "down", sup, "normal" }, life.next())
  end)
end)

describe("a start that fails", function()
  after_each(life.finish)

  it("stops in reverse what was there, and raises", function()
    registry.register { "fails", "c" }
    local problem = life.raised(open, { child "a", child "b", child "c",
      child "d" }, { name = "boss" })
    registry.unregister { "fails", "c" }
    assert.equal("exit", problem.kind)
    assert.matches("c is broken", problem.message)
    assert.equal("fixtures.witness", problem.trace[1].behaviour)
    assert.same({ "began a", "began b", "ended b", "ended a" }, hears(4))
    assert.same({}, life.drain())
    assert.is_nil(registry.whereis "boss")
  end)

  it("returns nil and the reason that a child's init has returned", function()
    registry.register { "refuses", "b" }
    assert.same({ nil, "b is off" }, { open { child "a", child "b" } })
    registry.unregister { "refuses", "b" }
    assert.same({ "began a", "ended a" }, hears(2))
  end)
end)

describe("the intensity", function()
  after_each(life.finish)

  it("is how often a supervisor restarts before it gives up", function()
    local sup = open({ child "a", child "b" }, { intensity = 2 })
    hears(2)
    for _ = 1, 2 do
      end_child(sup, "b", "broken")
      assert.same({ "ended b", "began b" }, hears(2))
    end
    end_child(sup, "b", { code = 7 })
    assert.same({ "ended b", "ended a" }, hears(2))
    local word, pid, reason = table.unpack(life.next())
    assert.same({ "down", sup }, { word, pid })
    assert.matches("gave up on child \"b\"", reason.message)
    assert.matches("more than 2 restarts within 5 s", reason.message)
    assert.same({ code = 7 }, reason.reason)
  end)

  it("counts all children together, and failed restarts, too", function()
    local sup = open({ child "a", child "b" }, { intensity = 3 })
    hears(2)
    end_child(sup, "a", "broken")
    hears(2)
    registry.register { "fails", "b" }
    end_child(sup, "b", "broken")
    assert.same({ "ended b", "ended a" }, hears(2))
    registry.unregister { "fails", "b" }
    local reason = life.next()[3]
    assert.matches("b is broken", reason.message)
    assert.equal("exit", reason.reason.kind)
  end)

  it("of 0 gives up at the first end", function()
    local sup = open({ child "a" }, { intensity = 0 })
    hears(1)
    troupe.kill(pid_of(sup, "a"))
    local reason = life.next()[3]
    assert.equal("killed", reason.reason)
  end)

  it("forgets what is longer ago than its period", function()
    local sup = open({ child "a" }, { intensity = 1, period = 0.001,
      backoff = { 0.01, 0.01 } })
    hears(1)
    for _ = 1, 5 do
      end_child(sup, "a", "broken")
      assert.same({ "ended a", "began a" }, hears(2))
      local entered = troupe.now()
      eventually(function() return troupe.now() > entered + 0.001 end)
    end
    assert.equal(5, entry(sup, "a").restarts)
  end)
end)

describe("a child that keeps failing", function()
  after_each(life.finish)

  it("is left alone for longer each time; others are not", function()
    local sup = open({ child "a", child "b" }, { intensity = 100,
      backoff = { 1000, 1000 } })
    hears(2)
    end_child(sup, "a", "broken") -- at once
    assert.same({ "ended a", "began a" }, hears(2))
    end_child(sup, "a", "broken") -- in 1000 s
    hears(1)
    eventually(function() return entry(sup, "a").state == "waiting" end)
    assert.is_nil(pid_of(sup, "a"))
    end_child(sup, "b", "broken")
    assert.same({ "ended b", "began b" }, hears(2))
    supervisor.add(sup, child "c")
    assert.same({ "began c" }, hears(1))
    assert.same({ "a", "b", "c" }, ids(sup))
    assert.is_true(supervisor.remove(sup, "a"))
    assert.same({ "b", "c" }, ids(sup))
  end)

  it("is tried again until it starts", function()
    local sup = open({ child "a" }, { intensity = 1000 })
    hears(1)
    registry.register { "fails", "a" }
    end_child(sup, "a", "broken")
    eventually(function()
      return entry(sup, "a").state == "waiting"
    end)
    registry.unregister { "fails", "a" }
    assert.same({ "ended a", "began a" }, hears(2))
    assert.equal(1, entry(sup, "a").restarts)
  end)

  it("keeps back those that depend on it, and only those", function()
    local sup = open({ child "a", child "b", child "c" }, { intensity = 100,
      strategy = "rest_for_one", backoff = { 1000, 1000 } })
    hears(3)
    end_child(sup, "b", "broken")
    assert.same({ "ended b", "ended c", "began b", "began c" }, hears(4))
    end_child(sup, "b", "broken")
    assert.same({ "ended b", "ended c" }, hears(2))
    end_child(sup, "a", "broken")
    assert.same({ "ended a", "began a" }, hears(2))
    assert.equal("waiting", entry(sup, "b").state)
    assert.equal("waiting", entry(sup, "c").state)
    supervisor.remove(sup, "b") -- whom c waited for
    assert.same({ "began c" }, hears(1))
  end)
end)

describe("a child that does not stop", function()
  after_each(life.finish)

  it("is killed when its grace is over, and the next is stopped", function()
    local sup = open { child "a",
      child("b", { stuck = true, grace = 0.01 }), child "c" }
    hears(3)
    local b = pid_of(sup, "b")
    troupe.monitor(b)
    troupe.stop(sup)
    assert.same({ "ended c", "ended b" }, hears(2))
    assert.same({ "down", b, "killed" }, life.next())
    assert.same({ "ended a" }, hears(1))
  end)

  it("is killed at once without a grace", function()
    local sup = open { child("a", { grace = 0 }) }
    hears(1)
    supervisor.remove(sup, "a")
    assert.same({}, life.drain())
  end)

  it("does not keep its supervisor from being killed", function()
    local sup = open { child("a", { stuck = true, grace = math.huge }) }
    hears(1)
    local a = pid_of(sup, "a")
    life.keep(a)
    troupe.monitor(a)
    life.begin(life.doll(), [[
      pcall(require "troupe.supervisor".remove, ...)
    ]], sup, "a")
    assert.same({ "ended a" }, hears(1))
    troupe.kill(sup)
    assert.same({ "down", sup, "killed" }, life.next())
    troupe.kill(a)
    assert.same({ "down", a, "killed" }, life.next())
  end)
end)

describe("the children of a supervisor that is killed", function()
  after_each(life.finish)

  it("end, even those that trap exits", function()
    local sup = open { child "a", child("b", { traps = true }) }
    hears(2)
    troupe.kill(sup)
    local seen = {}
    for _ = 1, 3 do
      local message = life.next()
      seen[message[1] .. " " .. tostring(message[2])] = message[3]
    end
    assert.equal("killed", seen["ended a"])
    assert.equal("killed", seen["ended b"])
  end)

  it("leave their names to those that come after", function()
    local inner = { name = "inner", backoff = SOON,
      child("a", { name = "a" }), child("b", { name = "b", traps = true }) }
    local sup = open({ supervisor.child(inner) }, { intensity = 1000 })
    hears(2)
    for _ = 1, 30 do
      troupe.kill "inner"
      local seen = { began = 0, ended = 0 }
      repeat
        local word = life.next()[1]
        seen[word] = seen[word] + 1
      until seen.began == 2 and seen.ended == 2
      assert.equal(registry.whereis "inner", pid_of(sup, "inner"))
      assert.equal(registry.whereis "b", pid_of("inner", "b"))
    end
    assert.equal(30, entry(sup, "inner").restarts)
  end)
end)

describe("a name that an orphan still has", function()
  after_each(life.finish)

  it("is waited for by the child that is to have it", function()
    local sup = open({ supervisor.child { name = "inner", backoff = SOON,
      child("a", { name = "a" }) } }, { intensity = 1 })
    hears(1)
    troupe.cast("a", "block", 0.1)
    assert.same({ "blocks a" }, hears(1))
    troupe.kill "inner"
    assert.same({ "ended a", "began a" }, hears(2))
    eventually(function() return entry(sup, "inner").state == "up" end)
    assert.equal(1, entry(sup, "inner").restarts)
  end)

  it("is not, if its holder is nobody's child", function()
    local sup = open {}
    life.doll(nil, { name = "taken" })
    local problem = life.raised(supervisor.add, sup,
      child("a", { name = "taken" }))
    assert.equal("exists", problem.kind)
    assert.equal(registry.whereis "taken", problem.pid)
  end)
end)

describe("add and remove", function()
  after_each(life.finish)

  it("change what a running supervisor has", function()
    local sup = open { child "a" }
    local b = supervisor.add(sup, child "b")
    assert.equal(b, pid_of(sup, "b"))
    assert.same({ "began a", "began b" }, hears(2))
    assert.is_true(supervisor.remove(sup, "a"))
    assert.same({ "ended a" }, hears(1))
    assert.is_true(supervisor.remove(sup, b))
    assert.same({ "ended b" }, hears(1))
    assert.same({}, ids(sup))
    assert.same({ nil, "nochild" }, { supervisor.remove(sup, "a") })
    assert.same({}, life.drain())
  end)

  it("find it by its name, too", function()
    open({ child "a" }, { name = { "boss", 1 } })
    supervisor.add({ "boss", 1 }, child "b")
    assert.same({ "a", "b" }, ids { "boss", 1 })
  end)

  it("tell the caller why a child does not start, who alone hears", function()
    local sup = open {}
    registry.register { "fails", "a" }
    registry.register { "refuses", "b" }
    local problem = life.raised(supervisor.add, sup, child "a")
    assert.matches("a is broken", problem.message)
    assert.equal(troupe.self(), problem.trace[#problem.trace].pid)
    assert.same({ nil, "b is off" }, { supervisor.add(sup, child "b") })
    registry.unregister { "fails", "a" }
    registry.unregister { "refuses", "b" }
    assert.same({}, ids(sup))
    assert.is_truthy(supervisor.add(sup, child "a"))
  end)

  it("keep ids apart", function()
    local sup = open { { "fixtures.doll" }, { "fixtures.doll" },
      { "fixtures.doll", name = { "n", 1 } }, supervisor.child {},
      supervisor.child {} }
    assert.same({ "fixtures.doll", "fixtures.doll 2", { "n", 1 }, "supervisor",
      "supervisor 2" }, ids(sup))
    local problem = life.raised(supervisor.add, sup,
      { "fixtures.doll", id = { "n", 1 } })
    assert.equal("exists", problem.kind)
    assert.equal(pid_of(sup, "fixtures.doll"),
      supervisor.children(sup)[1].pid)
    assert.matches('there is a child {"n", 1}', problem.message)
  end)
end)

describe("a tree", function()
  after_each(life.finish)

  it("has supervisors and pools in it, and prints itself", function()
    local sup = open({
      child("a", { name = "a", restart = "transient" }),
      supervisor.child { name = { "sub", 1 }, strategy = "one_for_all",
        child("x", { restart = "temporary" }), child "y" },
      pool.child("rates", "fixtures.doll", nil, { size = 2 }),
    }, { name = "boss" })
    hears(3)
    assert.equal(2, pool.of("rates").size)
    troupe.cast("a", "exit", "broken")
    hears(2)
    local text, tree = supervisor.tree "boss"
    assert.equal(table.concat({
      '"boss" <> supervisor one_for_one',
      '  "a" <> fixtures.witness transient, restarted 1 time',
      '  {"sub", 1} <> supervisor one_for_all permanent',
      '    "x" <> fixtures.witness temporary',
      '    "y" <> fixtures.witness permanent',
      '  "rates" <> pool of 2 permanent',
      '    0 <> fixtures.doll permanent',
      '    1 <> fixtures.doll permanent',
    }, "\n"), (text:gsub("<[%d.]+>", "<>")))
    assert.equal(sup, tree.pid)
    assert.equal("y", tree.children[2].children[2].id)
    assert.matches("^<[%d.]+> supervisor", (supervisor.tree(sup)))
  end)

  it("names what is to be started again as it names what is there", function()
    local sup = open({ pool.child("rates", "fixtures.doll", nil, { size = 1 }),
      supervisor.child { name = "sub" } },
      { backoff = { 60, 60 }, intensity = 20 })
    for restarts = 1, 2 do
      for index, branch in ipairs(supervisor.children(sup)) do
        troupe.kill(branch.pid)
        eventually(function()
          local now = supervisor.children(sup)[index]
          return now.restarts == restarts or now.state == "waiting"
        end)
      end
    end
    assert.matches('"rates" waiting pool permanent, restarted 1 time\n' ..
      '  "sub" waiting supervisor permanent, restarted 1 time$',
      (supervisor.tree(sup)))
  end)

  it("hands up what a supervisor gives up on", function()
    open({ supervisor.child { name = "inner", intensity = 0, backoff = SOON,
      child "x", child "y" } }, { intensity = 1 })
    hears(2)
    end_child("inner", "x", "broken")
    assert.same({ "ended x", "ended y", "began x", "began y" }, hears(4))
    end_child("inner", "y", "broken")
    assert.same({ "ended y", "ended x" }, hears(2))
    local reason = life.next()[3]
    assert.matches('gave up on child "inner"', reason.message)
    assert.matches('gave up on child "y"', reason.reason.message)
  end)

  it("of which a pool dies gets a new one", function()
    local sup = open { pool.child("rates", "fixtures.doll", nil,
      { size = 2, grace = 1 }) }
    local rates = pool.of "rates"
    local first = pid_of(sup, "rates")
    troupe.kill(first)
    eventually(function()
      local now = pid_of(sup, "rates")
      return now and now ~= first
    end)
    assert.equal(7, life.run(rates:at(1), "return 7"))
  end)
end)

describe("a host that stops", function()
  it("stops supervisors, not their children, who would come back", function()
    local result = support.script([[
      local troupe = require "troupe"
      require "troupe.supervisor".start { { "shop" }, { "shop" } }
      return { init = function() troupe.after(0, troupe.self(), "end") end,
        info = function() os.execute "kill -TERM $PPID" end }
    ]], { files = { ["shop.lua"] = [[
      local log = require "troupe.log"
      return { init = function() log.info "open" end,
        terminate = function(_, why) log.info("closed: %s", why) end }
    ]] } })
    local _, opened = result.stderr:gsub("shop: open", "")
    local _, closed = result.stderr:gsub("shop: closed: shutdown", "")
    assert.same({ 2, 2 }, { opened, closed }, result.stderr)
    assert.not_matches("restart", result.stderr)
  end)
end)

describe("a supervisor's misuse", function()
  after_each(life.finish)

  it("is reported where it is", function()
    local cases = {
      [{ 3 }] = "expected child to be a table, got 3",
      [{ {} }] = "expected module to be the name of a module, got nil",
      [{ { "x", restart = "often" } }] = 'expected restart to be "permanent", '
        .. '"transient" or "temporary", got "often"',
      [{ { "x", grace = "5s" } }] =
        'expected grace to be a number of seconds, got "5s"',
      [{ { "x", link = true } }] =
        "expected no option link: a child is linked anyway",
      [{ { "x", nmae = "y" } }] = 'unknown option "nmae"',
      [{ { "x", id = 1.5 } }] =
        "expected id to be a string, an integer or a list of these, got 1.5",
      [{ strategy = "all" }] = 'expected strategy to be "one_for_one", ' ..
        '"one_for_all" or "rest_for_one", got "all"',
      [{ intensity = -1 }] = "expected intensity to be a number from 0, got -1",
      [{ period = 0 }] = "expected period to be a number above 0, got 0",
      [{ backoff = 1 }] = "expected backoff to be a table, got 1",
      [{ backoff = { 5, 1 } }] = "expected backoff to be the first and the " ..
        "longest wait, got 5 s and 1 s",
      [{ { "x", id = { "n", 1 } }, { "y", name = { "n", 1 } } }] =
        'expected ids of children to differ, got {"n", 1} twice',
      [{ intesity = 3 }] = 'unknown option "intesity"',
      [{ restart = "permanent" }] =
        "expected no restart: nobody supervises this one",
    }
    for spec, expected in pairs(cases) do
      assert.equal(expected, life.misuse(supervisor.start, spec))
    end
    assert.equal("expected supervisor to be a table, got 3",
      life.misuse(supervisor.start, 3))
    local function wrong() supervisor.start { { "x", grace = {} } } end
    local problem = life.raised(wrong)
    assert.equal("badargument", problem.kind)
    assert.matches("^[^:]*supervisor_spec.lua:%d+: ", problem.message)
  end)
end)
