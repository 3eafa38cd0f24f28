-- luacheck: std luajit
-- The engine's side in LuaJIT: scripts/embed/love/troupe.lua, by
-- spec/embed_luajit_spec.lua. Arguments: libtroupe.so, and which part to run.

package.path = "scripts/embed/love/?.lua;" .. package.path

local ffi = require "ffi"
local troupe = require "troupe"

local LIBRARY, PART = arg[1], arg[2]

local ECHO = [[
  local troupe = require "troupe"
  local echo = { call = {} }
  function echo.init(args)
    if args == "no" then return nil, "not now" end
    return {}
  end
  function echo.call.echo(_, ...) return ... end
  function echo.call.kinds(_, ...)
    local kinds = {}
    for place = 1, select("#", ...) do
      local value = select(place, ...)
      kinds[place] = math.type(value) or type(value)
    end
    return table.concat(kinds, " ")
  end
  function echo.call.large() return (1 << 60) + 1 end
  function echo.call.fail() error { 1 } end
  function echo.call.ask(_, name, ...) return troupe.call(name, ...) end
  return echo
]]

local function new(options)
  options = options or {}
  options.library, options.workers = LIBRARY, 2
  options.log_level = "off"
  local host = troupe.new(options)
  host:add_module("echo", ECHO)
  return host
end

-- Starts an actor and waits for it; its pid.
local function start(host, module, args, options)
  local outcome
  assert(host:spawn(module, args, options, function(...)
    outcome = { ... }
  end))
  while not outcome do host:poll(1000) end
  return outcome[1] and outcome[2] or nil, outcome[2], outcome[3]
end

local function finish(host)
  assert(host:stop())
  host:free()
end

local function count(...) return select("#", ...), ... end

local parts = {}

function parts.values()
  local host = new()
  host:start()
  local pid = assert(start(host, "echo", nil, { name = "echo" }))
  assert(pid == host:find "echo" and pid ~= nil and pid ~= 5)
  assert(tostring(pid):find "^<0%.%d+%.%d+>$")
  local values = { true, false, 1, -1, 0.5, 2 ^ 53, 1e300, "", "a\0b" }
  for _, value in ipairs(values) do
    local ok, back = host:ask("echo", "echo", value)
    assert(ok and back == value, tostring(back))
  end
  local n, ok, a, b, c = count(host:ask(pid, "echo", nil, 2, nil))
  assert(n == 4 and ok and a == nil and b == 2 and c == nil)
  local _, deep = host:ask("echo", "echo", { 1, { x = { "y" } }, z = false,
    [2.5] = "half", [-1] = 1 })
  assert(#deep == 2 and deep[1] == 1 and deep[2].x[1] == "y")
  assert(deep.z == false and deep[2.5] == "half" and deep[-1] == 1)
  local _, same = host:ask("echo", "echo", pid)
  assert(same == pid)
  assert(select(2, host:ask("echo", "kinds", 1, 1.5, 2 ^ 53, 2 ^ 60, "1", {},
    pid, ffi.new("int64_t", 7))) ==
    "integer float integer float string table userdata integer")
  local _, large = host:ask("echo", "large")
  assert(ffi.istype("int64_t", large) and large % 2 == 1)
  local sent, why = pcall(host.cast, host, "echo", print)
  assert(not sent and why == "a function cannot be sent", why)
  finish(host)
end

function parts.talk()
  local host = new()
  host:start()
  local none, why = start(host, "echo", "no")
  assert(none == nil and why:find "not now", why)
  assert(start(host, "echo", nil, { name = "echo" }))
  local answers = 0
  for number = 1, 2000 do
    assert(host:call("echo", "echo", number, function(ok, value)
      assert(ok and value == number)
      answers = answers + 1
    end))
    host:poll(100)
  end
  while answers < 2000 do host:poll(1000) end
  assert(select(2, host:ask(troupe.entity("echo", "a"), "echo", 3)) == 3)
  assert(select(2, host:ask(troupe.entity("echo", 7), "echo", 4)) == 4)
  local nobody, reason = host:cast("nobody", "x")
  assert(nobody == nil and reason == 'nobody is registered as "nobody"')
  local ok, text, kind = host:ask("echo", "fail")
  assert(not ok and kind == "exit" and text:find("call \"fail\"", 1, true))
  assert(host:call("nobody", "x", function(_, _, what) error(what, 0) end))
  local raised
  repeat
    local fine, problem = pcall(host.poll, host, 1000)
    if not fine then raised = problem end
  until raised
  assert(raised:find "noactor", raised)
  finish(host)
end

function parts.behaviour()
  local host, heard = new(), {}
  host:behaviour("engine.counter", {
    init = function(first)
      if first == "no" then return nil, "not today" end
      return { total = first or 0 }
    end,
    call = {
      add = function(state, n)
        state.total = state.total + n
        return state.total, { n }
      end,
      later = function(state)
        state.from = host:from()
        host:cast(host:self(), "now")
        return troupe.noreply
      end,
      watch = function(_, pid) return host:monitor(pid) end,
      fail = function() error "broken" end,
    },
    cast = { now = function(state) host:reply(state.from, "late", 1.5) end,
      leave = function() host:exit "enough" end },
    info = { note = function(_, ...) heard.note = { ... } end },
    down = function(_, pid, reason) heard.down = { pid, reason } end,
    terminate = function(_, reason) heard.ended = reason end,
  })
  host:start()
  local none, why = start(host, "engine.counter", "no")
  assert(none == nil and why:find "not today", why)
  assert(start(host, "engine.counter", 5, { name = "counter" }))
  local echo = assert(start(host, "echo", nil, { name = "echo" }))
  local _, total, list = host:ask("echo", "ask", "counter", "add", 3)
  assert(total == 8 and list[1] == 3)
  local _, late, number = host:ask("echo", "ask", "counter", "later")
  assert(late == "late" and number == 1.5)
  local ok, _, kind = host:ask("counter", "none")
  assert(not ok and kind == "badrequest")
  assert(select(2, host:ask("counter", "watch", echo)) == true)
  assert(host:finish(echo))
  while not heard.down do host:poll(1000) end
  assert(heard.down[1] == echo and heard.down[2] == "normal")
  assert(host:send("counter", "note", 1, "two"))
  while not heard.note do host:poll(1000) end
  assert(heard.note[2] == "two" and not heard.ended)
  assert(host:cast("counter", "leave"))
  while not heard.ended do host:poll(1000) end
  assert(heard.ended == "enough")
  assert(start(host, "engine.counter", 5, { name = "again" }))
  assert(host:call("again", "fail", function(...) heard.call = { ... } end))
  local fine, raised = true, nil
  while fine do fine, raised = pcall(host.poll, host, 1000) end
  assert(raised:find "binding.lua:%d+: broken", raised)
  while not heard.call do host:poll(1000) end
  assert(heard.call[1] == false and heard.call[3] == "exit")
  finish(host)
end

local function wrong(expected, run, ...)
  local fine, text = pcall(run, ...)
  assert(not fine and text:find(expected, 1, true), text)
end

function parts.rest()
  local host = new()
  local cells = host:board("cells", 3, 2)
  cells[4] = 6.5
  host:add_module("writer", [[
    local troupe = require "troupe"
    local writer = { call = {} }
    function writer.call.double()
      local board = troupe.board "cells"
      board:set(2, board:get(3) * 2, troupe.now(), nil)
    end
    return writer
  ]])
  host:start()
  local pid = assert(start(host, "writer"))
  local before = host:now()
  local ok, why = host:ask(pid, "double")
  assert(not ok and why:find "expected at most 2 values", why)
  assert(cells[2] == 0 and cells[4] == 6.5 and host:now() >= before)
  wrong('unknown option "worker"', troupe.new,
    { library = LIBRARY, worker = 1 })
  wrong("expected 1 to 256 workers", troupe.new,
    { library = LIBRARY, workers = 1000 })
  wrong("of another size", host.board, host, "cells", 1, 1)
  wrong("near 'return'", host.add_module, host, "wrong", "return return")
  wrong("expected the source of none, got a nil", host.add_module, host, "none")
  wrong("a behaviour to be a table", host.behaviour, host, "engine.none")
  wrong("a function as the last argument", host.call, host, "a", "b")
  wrong("a name or an entity, got a nil", host.cast, host)
  wrong("to be inside a handler", host.exit, host)
  wrong("to be inside a handler", host.monitor, host, pid)
  host:behaviour("engine.ender", { call = { finish = function()
    wrong("cannot free its host", host.free, host)
    return host:stop()
  end } })
  local ender = assert(start(host, "engine.ender"))
  local asked, stopped = host:ask(ender, "finish")
  assert(asked and stopped == false, stopped)
  host:free() -- which stops it
  wrong("stop: the host has been freed", function() host:stop() end)
end

parts[PART]()
print "done"
