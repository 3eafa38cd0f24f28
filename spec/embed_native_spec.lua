-- clock: either
-- Native actors: behaviours of C, as scripts find them. The program, and what
-- its behaviours do, is spec/embed/native.c.

local embed = require "support.embed"

local HEAD = embed.HEAD .. [[
  local function same(expected, ...)
    local given = {}
    for i, value in ipairs(table.pack(...)) do given[i] = tostring(value) end
    given = table.concat(given, " ")
    assert(given == expected, given)
  end
]]

--- Runs the script in the host of native.c; `how` is what that is told.
local function run(how, script, ...)
  return embed.run("native",
    { arguments = { how, HEAD .. "\n" .. script, ... } })
end

--- The same, for a script that must succeed; returns what `end` has printed.
local function serve(how, script, ...)
  local result = run(how, script, ...)
  assert.equal("", result.stderr)
  assert.equal(0, result.status)
  return result.stdout
end

for _, behaviour in ipairs { "worker", "polled" } do
  local function natively(script)
    return serve("poll", ("local name = %q\n"):format(behaviour) .. script)
  end

  describe("a native actor, " .. behaviour, function()
    it("is called, cast to and stopped as any other", function()
      assert.equal(behaviour .. " normal\n", natively [[
        local pid = troupe.start(name, 3, {name = "sum"})
        same("7", troupe.call("sum", "add", 4))
        troupe.cast(pid, "add", 1)
        troupe.send(pid, "add", 2)
        troupe.after(0, pid, "add", 10)
        while troupe.call(pid, "add", 0) ~= 20 do troupe.sleep(0) end
        local a, b, c = troupe.call(pid, "echo", "x", {y = {1, 2}}, pid)
        assert(a == "x" and b.y[2] == 2 and c == pid)
        troupe.stop(pid)
        fails("noactor", troupe.call, pid, "add", 1)
      ]])
    end)

    it("says no in ways that are a script's, too", function()
      natively [[
        local pid = troupe.start(name)
        local ok, problem = pcall(troupe.call, pid, "add", "x")
        same("badrequest expected a number true", problem.kind,
          problem.message, problem.begun)
        ok, problem = pcall(troupe.call, pid, "no")
        same("badrequest false", problem.kind, problem.begun)
        fails('has no handler for "no"', troupe.call, pid, "no")
        troupe.cast(pid, "no")
        troupe.cast(pid, "add", "x")
        same("0", troupe.call(pid, "add", 0))
      ]]
    end)

    it("replies from any thread, and later", function()
      natively [[
        local pid = troupe.start(name)
        same("from a thread", troupe.call(pid, "thread"))
        local task = require "troupe.task"
        fails("it has put off its reply", troupe.timeout, 0.05, troupe.call,
          pid, "owe")
        same("0", troupe.call(pid, "pay"))
        same("0", troupe.call(pid, "pay"))
      ]]
    end)

    it("ends those that wait for its reply when it ends", function()
      natively [[
        local pid = troupe.start(name)
        troupe.after(0.01, pid, "leave", "enough")
        local ok, problem = pcall(troupe.call, pid, "owe")
        same("exit enough", problem.kind, problem.reason)
      ]]
    end)

    it("may refuse to start", function()
      assert.equal("", natively [[
        same("nil a string is no number", tostring(troupe.start(name, "x")),
          select(2, troupe.start(name, "x")))
        local pid, why = troupe.start(name, true)
        assert(pid == nil and why == "it did not start")
        local registry = require "troupe.registry"
        pid, why = registry.ensure("sum", name, "x")
        assert(pid == nil and why == "a string is no number")
        assert(registry.whereis "sum" == nil)
      ]])
    end)

    it("hears of the end of whom it monitors", function()
      natively [[
        local pid, other = troupe.start(name), troupe.start(name)
        troupe.call(pid, "watch", other)
        troupe.call(other, "watch", pid)
        troupe.call(other, "unwatch", pid)
        troupe.cast(other, "leave", "because")
        troupe.monitor(other)
        troupe.receive()
        same("1 because", troupe.call(pid, "downs"))
        troupe.call(pid, "watch", other)
        same("2 noactor", troupe.call(pid, "downs"))
      ]]
    end)

    it("ends with whom it is linked to, and is told of", function()
      local ended = natively [[
        local pid, other = troupe.start(name), troupe.start(name)
        troupe.monitor(pid)
        troupe.call(pid, "link", other)
        troupe.cast(other, "leave")
        troupe.monitor(other)
        troupe.receive()
        same("1", troupe.call(pid, "add", 1))
        other = troupe.start(name)
        troupe.call(pid, "link", other)
        troupe.kill(other)
        local _, reason = select(2, troupe.receive())
        same("killed", reason or "killed")
        fails("noactor", troupe.call, pid, "add", 1)
      ]]
      assert.equal(3, select(2, ended:gsub(behaviour, "")))
    end)

    it("is a supervisor's child, a pool's worker and an entity", function()
      natively [[
        local supervisor = require "troupe.supervisor"
        local pool = require "troupe.pool"
        local entity = require "troupe.entity"
        local registry = require "troupe.registry"
        local top = supervisor.start {strategy = "one_for_one",
          {name, 5, name = "child"}}
        same("5", troupe.call("child", "add", 0))
        local first = registry.whereis "child"
        troupe.kill(first)
        local next
        repeat
          troupe.sleep(0)
          next = registry.whereis "child"
        until next and next ~= first
        same("5", troupe.call("child", "add", 0))
        troupe.stop(top)
        local p = pool.start("sums", name, 1, {size = 2})
        same("2", troupe.call(p:at "x", "add", 1))
        same("3", troupe.call(p:at "x", "add", 1))
        p:with(function(worker) troupe.call(worker, "add", 1) end)
        local sums = entity.kind(name, {idle = 0.02})
        same("43", troupe.call(sums:at(42), "add", 1))
        troupe.monitor(troupe.call(sums:at(42), "self"))
        troupe.receive()
        same("43", troupe.call(sums:at(42), "add", 1))
        local pid = registry.ensure("one", name, 9)
        assert(registry.ensure("one", name, 9) == pid)
        same("9", troupe.call("one", "add", 0))
      ]]
    end)

    it("has a mailbox with a bound, and a name of its own", function()
      natively [[
        local pid = troupe.start(name, 0, {name = "full",
          mailbox = {size = 2, full = "refuse"}})
        local ok, problem = pcall(troupe.start, name, 0, {name = "full"})
        same("exists", problem.kind)
        local other = troupe.start "worker"
        troupe.cast(pid, "hold")
        troupe.call(other, "held")
        assert(troupe.trycast(pid, "add", 1))
        while troupe.trycast(pid, "add", 1) do end
        same("nil overload", tostring(troupe.trycast(pid, "add", 1)),
          select(2, troupe.trycast(pid, "add", 1)))
        troupe.call(other, "go")
        ok = false
        while not ok do ok = pcall(troupe.call, pid, "add", 0) end
        assert(troupe.call(pid, "add", 0) >= 1)
      ]]
    end)

    it("tells what it is, and what it does", function()
      natively [[
        local inspect = require "troupe.inspect"
        local pid = troupe.start(name, 1, {timeout = 1})
        local info = inspect.info(pid)
        same(name .. " idle", info.behaviour, info.doing)
        assert(info.messages_in == 0 and info.limits.libraries == nil)
        fails("a native actor has no Lua state", inspect.state, pid)
        troupe.after(0, pid, "add", 1)
        local events = inspect.trace(pid, 2)
        same("in timer end done", events[1].direction, events[1].kind,
          events[2].direction, events[2].how)
        assert(events[1].request == 'timer "add" 1', events[1].request)
      ]]
    end)

    it("is no module, and takes no option of a Lua state", function()
      natively [[
        fails("is a native behaviour", require, name)
        fails("expected no option memory", troupe.start, name, 1,
          {memory = 1000000})
        fails("expected no option libraries", troupe.start, name, 1,
          {libraries = {}})
      ]]
    end)
  end)
end

describe("a native actor", function()
  it("understands nothing without a handler", function()
    assert.equal("", serve("none", [[
      local pid = troupe.start "plain"
      fails('has no handler for "x"', troupe.call, pid, "x")
      troupe.cast(pid, "x")
      troupe.call(troupe.start "worker", "watch", pid)
      troupe.stop(pid)
    ]]):gsub("worker %a+\n", ""))
  end)

  it("is killed in the middle of what it does", function()
    assert.equal("worker killed\n", serve("none", [[
      local pid, other = troupe.start "worker", troupe.start "worker"
      troupe.cast(pid, "hold")
      troupe.call(other, "held")
      troupe.kill(pid)
      troupe.call(other, "go")
      troupe.monitor(pid)
      troupe.receive()
      os.exit(0)
    ]]):gsub("worker shutdown\n", ""))
  end)

  it("needs an engine's thread if it runs there", function()
    serve("none", [[
      fails("options.engine", troupe.start, "polled")
      local supervisor = require "troupe.supervisor"
      fails("options.engine", supervisor.start,
        {strategy = "one_for_one", {"polled"}})
    ]])
  end)

  it("says in a timeout that nobody polls", function()
    serve("wait", [[
      fails("polled waits for the engine's troupe_poll", troupe.start,
        "polled", 1, {timeout = 0.05})
    ]])
  end)

  it("holds nobody up where slices are by signals", function()
    local _, variant = embed.variant()
    if variant == "tsan" then return end -- keeps signals back
    serve("none", [[
      local pid, other = troupe.start "worker", troupe.start "worker"
      fails("worker is running a function of C", troupe.timeout, 0.05,
        troupe.call, pid, "hold")
      same("0", troupe.call(other, "held"))
      same("1", troupe.call(other, "add", 1))
      troupe.call(other, "go")
      same("1", troupe.call(pid, "add", 1))
    ]], "signal")
  end)

  it("may end with its host while nobody has need of it", function()
    assert.same({ status = 0, stdout = "done\n", stderr = "" },
      embed.run "idle")
  end)
end)
