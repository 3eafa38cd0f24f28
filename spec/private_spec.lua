-- The private worker: a thread and a loop of the operator's own actors.

local named = require "support.named"
local support = require "support"

-- `private`: a puppet there.
local function output(source, options)
  return named.output([[
    local function ask(pid, ...) return troupe.call(pid, "run", ...) end
    local WHERE = 'local p = require "probe" return p.private(), p.thread()'
    local private = probe.start_private("fixtures.puppet")
  ]] .. source, options)
end

local EVERYBODY = [[
  local held = {}
  for i = 1, probe.workers() do held[i] = troupe.start("fixtures.puppet") end
]]

describe("the private worker", function()
  it("is one thread of its own", function()
    assert.equal("true\ntrue\ttrue\nfalse\n", output [[
      local is, thread = ask(private, WHERE)
      local other = probe.start_private("fixtures.puppet")
      print(is)
      local is_too, same = ask(other, WHERE)
      print(is_too, same == thread)
      print(probe.private())
    ]])
  end)

  it("is one thread more, and none where it is not asked for", function()
    local source = [[
      local pipe = io.popen("ls /proc/$PPID/task | wc -l")
      print(pipe:read("n"))
    ]]
    local flags = { "--workers", "3" }
    local without = tonumber(support.output(source, { flags = flags }))
    local with = tonumber(named.output(source, { flags = flags }))
    assert.equal(without + 1, with)
  end)

  it("runs nobody else, whoever starts, calls or casts", function()
    assert.equal("0\n", output [[
      print(ask(private, [=[
        local probe = require "probe"
        local count, pids = 0, {}
        for i = 1, 50 do
          pids[i] = troupe.start("fixtures.puppet")
          troupe.cast(pids[i], "run", "state.cast = " ..
            "require('probe').private()")
        end
        for _ = 1, 20 do
          for _, pid in ipairs(pids) do
            local called, cast = troupe.call(pid, "run",
              "return require('probe').private(), state.cast")
            if called or cast then count = count + 1 end
          end
        end
        for _, pid in ipairs(pids) do troupe.stop(pid) end
        return count
      ]=]))
    ]])
  end)

  it("takes nothing from the others, however much they have to do", function()
    assert.equal("done\n", output [[
      local greedy = {}
      for i = 1, 300 do greedy[i] = troupe.start("fixtures.greedy") end
      for _, pid in ipairs(greedy) do troupe.cast(pid, "go") end
      -- Each call waits for its turn among all these.
      local calls = "for _ = 1, 5 do troupe.call(..., 'run', '') end"
      troupe.timeout(math.huge, ask, private, "troupe.timeout(math.huge, " ..
        "function(...) " .. calls .. " end, ...)",
        troupe.start("fixtures.puppet"))
      for _, pid in ipairs(greedy) do troupe.kill(pid) end
      print "done"
    ]])
  end)

  it("has its actors until they end, but not their successors", function()
    assert.equal("0\ttrue\n", output [[
      local others = 0
      for _ = 1, 100 do
        troupe.stop(probe.start_private("fixtures.puppet"))
        local pid = troupe.start("fixtures.puppet")
        if ask(pid, WHERE) then others = others + 1 end
        troupe.stop(pid)
      end
      ask(private, [=[
        local tcp = require "troupe.tcp"
        local server = tcp.serve("127.0.0.1:0", "fixtures.repeater")
        local socket = tcp.connect(server:address())
        socket:write("line\n")
        assert(socket:read("line") == "line")
        socket:close()
        server:close()
      ]=])
      print(others, (ask(private, WHERE)))
    ]])
  end)

  it("goes on while all others run loops without an end", function()
    assert.equal("200\t5\n", output(EVERYBODY .. [[
      for _, pid in ipairs(held) do
        troupe.cast(pid, "run", "while true do end")
      end
      local other = probe.start_private("fixtures.puppet")
      print(ask(private, [=[
        local sum, other, ordinary = 0, ...
        for _ = 1, 200 do
          sum = sum + troupe.call(other, "run", "return 1")
        end
        return sum, troupe.call(ordinary, "run", "return 5")
      ]=], other, troupe.start("fixtures.puppet")))
      for _, pid in ipairs(held) do troupe.kill(pid) end
    ]]))
  end)

  -- The quickest of many: how long a thread waits for a core is not ours.
  it("reaches the others within few of their turns", function()
    local turns = tonumber(output([[
      local loop = troupe.start("fixtures.puppet")
      local other = troupe.start("fixtures.puppet")
      troupe.cast(loop, "run", "while true do end")
      print(ask(private, [=[
        local core, other = require "troupe.core", ...
        local least = math.huge
        for _ = 1, 100 do
          local before = core.workers()[1].turns
          troupe.call(other, "run", "return 1")
          least = math.min(least, core.workers()[1].turns - before)
        end
        return least
      ]=], other))
      troupe.kill(loop)
    ]], { flags = { "--workers", "2" } }))
    assert.is_true(turns <= 10, turns)
  end)

  -- Without slices nobody takes over a worker that is stuck.
  it("goes on while all others are stuck in foreign code", function()
    assert.equal("answered\t0\nnoticed\ndone\n", output(EVERYBODY .. [[
      io.stdout:setvbuf("line")
      local other = probe.start_private("fixtures.puppet")
      troupe.cast(private, "run", [=[
        local core = require "troupe.core"
        local other, held = ...
        for i = 2, #held do
          troupe.cast(held[i], "run", "require('probe').block(1)")
          while core.actor(held[i]).doing ~= "running" do troupe.sleep(0) end
        end
        local answer = troupe.call(other, "run", "return 'answered'")
        print(answer, require("probe").lent())
        local ok, why = pcall(troupe.timeout, 0.05, troupe.call, held[2], "run",
          "return 1")
        print(not ok and why.kind == "timeout" and "noticed")
      ]=], other, held)
      probe.block(1)
      for i = 2, #held do ask(held[i], "return 1") end
      print "done"
    ]], { environment = { TROUPE_SLICES = "none" },
      flags = { "--workers", "2" } }))
  end)

  it("goes on with another thread when its own is stuck", function()
    assert.equal("answered\ndone\ntrue\n", output [[
      io.stdout:setvbuf("line")
      local other = probe.start_private("fixtures.puppet")
      troupe.cast(private, "run", "local main = ... " ..
        "troupe.send(main, 'blocks') require('probe').block(1, true) " ..
        "print 'done'", troupe.self())
      assert(troupe.receive() == "blocks")
      print(ask(other, "return 'answered'"))
      ask(private, "return 1")
      print(probe.lent() > 0)
    ]])
  end)

  it("is for the console's actors only", function()
    assert.equal(("badargument\texpected self to be an actor of the " ..
      "console, got another\n"):rep(3), output [[
      local core = require "troupe.core"
      for _, name in ipairs { "start", "serve", "adopt" } do
        local ok, why = pcall(core["console_" .. name], "a", "b")
        print(why.kind, (why.message:gsub("^main.lua:%d+: ", "")))
      end
    ]])
  end)

  it("is where a console's actor can start more of them", function()
    assert.equal("true\ttrue\tfalse\n", output [[
      print(ask(private, [=[
        local core = require "troupe.core"
        local where = "return require('probe').private()"
        local pid = core.console_start("fixtures.puppet", "state.n = 1",
          { link = true, name = "evaluator" })
        local plain = troupe.start("fixtures.puppet")
        return troupe.call(pid, "run", where),
          require("troupe.registry").whereis("evaluator") == pid,
          troupe.call(plain, "run", where)
      ]=]))
    ]])
  end)

  it("loses nothing where memory is short", function()
    assert.equal("true\ttrue\n", output([[
      print(ask(private, [=[
        local core, probe = require "troupe.core", require "probe"
        local path = ... .. "/own.sock"
        local function serve()
          core.console_serve(path, "fixtures.repeater", nil, 1):close()
        end
        local function start()
          troupe.stop(core.console_start("fixtures.puppet"))
        end
        local function sweep(operation)
          local failed, clean, n = 0, 0, 0
          operation() -- what is made once is there
          repeat
            probe.fail_after(n)
            local ok = pcall(troupe.timeout, 1, operation)
            probe.fail_after()
            if ok then clean = clean + 1 else clean, failed = 0, failed + 1 end
            n = n + 1
          until clean == 40 or n == 500
          return failed > 0 and failed < 250
        end
        return sweep(serve), sweep(start)
      ]=], ...))
    ]], { arguments = { named.directory() }, flags = { "--log", "off" } }))
  end)

  it("sees what a turn without an end uses up, turn by turn or not", function()
    assert.equal("true\n", output([[
      local loop = troupe.start("fixtures.puppet")
      troupe.cast(loop, "run", "while true do end")
      print(ask(private, [=[
        local core, former = require "troupe.core", 0
        for _ = 1, 5 do
          local began, used = troupe.now(), nil
          repeat until troupe.now() > began + 0.02
          used = core.actor(...).cpu
          if used < former + 0.001 then return former, used end
          former = used
        end
        return true
      ]=], loop))
      troupe.kill(loop)
    ]], { flags = { "--workers", "2" } }))
  end)
end)
