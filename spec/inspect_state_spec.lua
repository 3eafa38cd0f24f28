-- troupe.inspect of actors in every state that one can be in.

local actors = require "support.actors"
local eventually = require "support.eventually"
local inspect = require "troupe.inspect"
local sockets = require "support.sockets"
local support = require "support"
local troupe = require "troupe"
local versions = require "support.versions"

local run, begin = actors.run, actors.begin

-- Its stack, once it is in the middle of this source.
local function stack_in(pid, source, where)
  begin(pid, source)
  return eventually(function()
    local stack = inspect.stack(pid)
    local frame = stack.frames[1]
    return frame and frame.where == where and stack
  end)
end

describe("an actor that is inspected", function()
  after_each(actors.finish)

  it("may be starting", function()
    local starter = actors.puppet()
    begin(starter, [[
      troupe.start("fixtures.puppet", "require 'troupe'.sleep(math.huge)")
    ]])
    local pid = eventually(function() return inspect.info(starter).target end)
    actors.keep(pid)
    local info = eventually(function()
      local info = inspect.info(pid)
      return info.waits and info.doing == "waiting" and info
    end)
    assert.equal("waiting", info.doing)
    assert.equal("start", info.request)
    assert.equal("the end of a sleep", info.waits)
    assert.equal(starter, info.starter)
    assert.matches('is waiting in start %(puppet:1%)', inspect.stack(pid).text)
  end)

  it("may be ending", function()
    local pid = actors.keep(troupe.start "fixtures.lingering")
    local stopper = actors.puppet()
    begin(stopper, "troupe.stop(...)", pid)
    local info = eventually(function()
      local info = inspect.info(pid)
      return info.doing == "ending" and info
    end)
    assert.equal("terminate", info.request)
    assert.equal("the end of a sleep", info.waits)
    assert.matches("fixtures.lingering is ending in terminate",
      inspect.stack(pid).text, 1, true)
    assert.matches(("the end of %s fixtures.lingering"):format(pid),
      inspect.info(stopper).waits, 1, true)
  end)

  it("may be in a loop that Lua cannot be suspended in", function()
    local pid = actors.puppet()
    local stack = stack_in(pid, [[
      return tostring(setmetatable({}, {
        __tostring = function() while true do end end }))
    ]], "puppet:2")
    assert.equal("running", stack.doing)
    assert.equal('cast "run"', stack.request)
    assert.is_true(inspect.info(pid).limits.memory.used > 0)
  end)

  it("may be in a comparator, which may wait", function()
    local pid = actors.puppet()
    local stack = stack_in(pid, [[
      table.sort({ 3, 1, 2 }, function() troupe.sleep(math.huge) end)
    ]], "[C]")
    assert.equal("waiting", stack.doing)
    assert.matches("puppet:1: in", stack.text, 1, true)
    assert.matches("sort", stack.text, 1, true)
  end)

  it("may be running a finaliser", function()
    local pid = actors.puppet()
    stack_in(pid, [[
      setmetatable({}, { __gc = function() while true do end end })
      collectgarbage()
    ]], "puppet:1")
  end)

  it("may be sandboxed", function()
    local pid = actors.puppet { libraries = { "load" } }
    assert.same({ "load" }, inspect.info(pid).limits.libraries)
    stack_in(pid, "while true do end", "puppet:1")
  end)

  it("may be at its memory limit", function()
    local pid = actors.puppet { memory = 200000 }
    begin(pid, [[
      local list = {}
      while true do pcall(function() list[#list + 1] = ("x"):rep(100) end) end
    ]])
    eventually(function()
      local used = inspect.info(pid).limits.memory.used
      return used and used > 190000
    end)
    assert.equal("running", inspect.stack(pid).doing)
  end)

  it("may be idle, and is not kept from ending for that", function()
    local pid = actors.puppet { idle = 0.05 }
    eventually(function()
      return not pcall(inspect.info, pid)
    end)
  end)

  it("may handle several messages", function()
    local gate = actors.puppet()
    local pid = actors.keep(troupe.start "fixtures.several")
    assert.same({}, inspect.info(pid).handlers)
    assert.matches("is idle, 0 of 4 handlers in flight$",
      inspect.stack(pid).text)
    for _ = 1, 3 do
      begin(actors.puppet(), "troupe.call(...)", pid, "ask", gate)
    end
    eventually(function() return #inspect.info(pid).handlers == 3 end)
    eventually(function() return #inspect.info(gate).owes == 3 end)
    local info = inspect.info(pid)
    assert.equal(4, info.concurrent)
    for _, handler in ipairs(info.handlers) do
      assert.equal("waiting", handler.doing)
      assert.equal('call "ask"', handler.request)
      assert.equal(gate, handler.target)
      assert.matches("several.lua:%d+$", handler.where)
      assert.is_userdata(handler.caller)
    end
    local stack = inspect.stack(pid)
    assert.equal(3, #stack.handlers)
    assert.is_true(#stack.handlers[3].frames >= 2)
    local _, told = stack.text:gsub('\n  a handler is waiting in call "ask"',
      "")
    assert.equal(3, told)
    assert.matches("3 of 4 handlers in flight\n", stack.text)
    -- They go on afterwards as if nothing had been.
    assert.equal(3, troupe.call(gate, "release"))
    eventually(function() return #inspect.info(pid).handlers == 0 end)
  end)

  it("may have one handler in a loop, and others that wait", function()
    local gate = actors.puppet()
    local pid = actors.keep(troupe.start "fixtures.mixed")
    begin(actors.puppet(), "troupe.call(...)", pid, "ask", gate)
    eventually(function() return #inspect.info(gate).owes == 1 end)
    troupe.cast(pid, "loop")
    local stack = eventually(function()
      local stack = inspect.stack(pid)
      return #stack.handlers == 2 and stack
    end)
    local doing = {}
    for _, handler in ipairs(stack.handlers) do
      doing[handler.request] = handler.doing
      assert.matches("mixed.lua:", handler.where, 1, true)
    end
    assert.same({ ['call "ask"'] = "waiting", ['cast "loop"'] = "running" },
      doing)
    assert.equal(1, troupe.call(gate, "release"))
    eventually(function() return #inspect.info(pid).handlers == 1 end)
  end)

  it("may own sockets and listeners", function()
    local listener = sockets.serve()
    sockets.connect(listener)
    local pid = sockets.accepted()
    local info = inspect.info(pid)
    assert.equal(1, #info.sockets)
    assert.equal(listener:address(), info.sockets[1].address)
    local own = inspect.info(troupe.self())
    assert.same({ listener:address() }, own.listeners)
    assert.equal(info.sockets[1].peer, own.sockets[1].address)
    sockets.finish()
  end)

  it("may own pools, and have borrowed of others", function()
    local owner, borrower = actors.puppet(), actors.puppet()
    run(owner, [[
      require "troupe.pool".start("mills", "fixtures.puppet", nil, {size = 2})
    ]])
    begin(borrower, [[
      require "troupe.pool".of("mills"):with(function()
        troupe.sleep(math.huge)
      end)
    ]])
    local info = eventually(function()
      local info = inspect.info(borrower)
      return #info.borrowed == 1 and info
    end)
    assert.equal("mills", info.borrowed[1].pool)
    assert.is_number(info.borrowed[1].seat)
    local manager = inspect.info { "troupe.pool", "mills" }
    assert.same({ "mills" }, manager.pools)
  end)

  it("may be frozen, while others come to a boundary, for a reload",
    function()
      local module, gate = versions.counter(), actors.puppet()
      local busy, other = module.start(), module.start()
      begin(actors.puppet(), "troupe.timeout(60, troupe.call, ...)", busy,
        "run", [[
          local _, _, gate = ...
          require "troupe".call(gate, "hold")
        ]], gate)
      eventually(function() return inspect.info(gate).owes[1] == busy end)
      versions.write(module, 2)
      begin(actors.puppet(), "require 'troupe.reload'.reload(...)", module.name)
      actors.frozen(other)
      assert.equal(1, inspect.info(other).version)
      assert.matches("is frozen$", inspect.stack(other).text)
      assert.equal("waiting", inspect.info(busy).doing)
      troupe.call(gate, "release")
      eventually(function()
        local info = inspect.info(other)
        return info.doing == "idle" and info.version == 2
      end)
      versions.finish()
    end)

  it("may inspect itself, and others while it is inspected", function()
    local pid, other = actors.puppet(), actors.puppet()
    local source = [[
      local inspect, troupe = require "troupe.inspect", require "troupe"
      for _ = 1, 50 do
        assert(inspect.info(...).pid == ...)
        assert(inspect.stack(...).pid == ...)
        assert(inspect.stack(troupe.self()).text)
      end
      return true
    ]]
    begin(pid, source, other)
    begin(other, source, pid)
    assert.is_true(run(pid, source, other))
    assert.is_true(run(other, source, pid))
  end)
end)

describe("an actor inside a function of C that does not come back", function()
  local path = support.command.absolute("spec") .. "/?.lua;;"

  it("is said to be so, with what is known of it anyway", function()
    local output = support.output([[
      local inspect = require "troupe.inspect"
      local troupe = require "troupe"
      local caller = troupe.start("fixtures.puppet")
      local pid = troupe.start("fixtures.blocker", nil, { name = "stuck" })
      troupe.cast(caller, "run", "troupe.call(...)", pid, "block", 1,
        troupe.self())
      assert(troupe.receive() == "blocks")
      local stack
      repeat stack = inspect.stack(pid) until stack.silent
      print(stack.doing)
      while not stack.silent:find "inside a function of C that does not" do
        stack = inspect.stack(pid)
      end
      print(stack.text:match "\n  (.*)$")
      local info = inspect.info("stuck")
      print(info.doing, info.behaviour, info.limits.mailbox.size)
      print(inspect.info(caller).target == pid)
    ]], { flags = { "--workers", "1", "--log", "error" },
      environment = { LUA_PATH = path } })
    assert.equal("silent\nit is inside a function of C that does not come " ..
      "back\nsilent\tfixtures.blocker\t500\ntrue\n", output)
  end)
end)
