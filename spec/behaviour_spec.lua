-- Behaviours: how a module becomes an actor, and what its fields do.

local actors = require "support.actors"
local eventually = require "support.eventually"
local probe = require "probe"
local support = require "support"
local troupe = require "troupe"

local command, raised = support.command, actors.raised

local folder = command.directory()
package.path = folder .. "/?.lua;" .. package.path

local count = 0

-- Writes a module, and returns its name.
local function module(source)
  count = count + 1
  local name = "behaviour" .. count
  command.write(("%s/%s.lua"):format(folder, name), source)
  return name
end

local function start(source, ...)
  local pid, reason = troupe.start(module(source), ...)
  if pid then actors.keep(pid) end
  return pid, reason
end

describe("init", function()
  after_each(actors.finish)

  it("gets the arguments, and returns the state", function()
    local pid = start([[
      return { init = function(opening) return { balance = opening or 0 } end,
        call = { balance = function(state) return state.balance end } }
    ]], 100)
    assert.equal(100, troupe.call(pid, "balance"))
  end)

  it("that returns nothing gives an empty state", function()
    local pid = start [[
      return { init = function() end,
        call = { state = function(state) return state end } }
    ]]
    assert.same({}, troupe.call(pid, "state"))
  end)

  it("may return any value for a state", function()
    local pid = start [[
      return { init = function() return "text" end,
        call = { state = function(state) return state end } }
    ]]
    assert.equal("text", troupe.call(pid, "state"))
  end)

  it("that is missing leaves the arguments as the state, or {}", function()
    local source = "return { call = { state = function(s) return s end } }"
    assert.same({ 1, x = 2 }, troupe.call(start(source, { 1, x = 2 }), "state"))
    assert.same({}, troupe.call(start(source), "state"))
  end)

  it("that returns nil, reason makes start return it", function()
    local before = probe.actors()
    local source = "return { init = function(r) return nil, r end }"
    for _, reason in ipairs { "no room", 5, { code = 7 } } do
      assert.same({ nil, reason, n = 2 }, table.pack(start(source, reason)))
    end
    eventually(function() return probe.actors() == before end)
  end)

  it("that returns nil, reason is not logged, and frees the name", function()
    local result = support.script([[
      local troupe = require "troupe"
      for _ = 1, 3 do
        print(troupe.start("full", nil, { name = "full", link = true }))
      end
    ]], { files = { ["full.lua"] =
      "return { init = function() return nil, 'full' end }" } })
    assert.equal(("nil\tfull\n"):rep(3), result.stdout)
    assert.equal("", result.stderr)
    assert.equal(0, result.status)
  end)

  it("that raises makes start raise exit, with where it was", function()
    local before = probe.actors()
    local source = "return { init = function(x)\nerror(x) end }"
    local problem = raised(start, source, "broken")
    assert.equal("exit", problem.kind)
    assert.matches("behaviour%d+.lua:2: broken", problem.message)
    assert.matches("called by " .. tostring(troupe.self()),
      tostring(problem), 1, true)
    assert.same({ code = 7 }, raised(start, source, { code = 7 }).reason)
    eventually(function() return probe.actors() == before end)
  end)

  it("that raises is not logged, and frees the name", function()
    local result = support.script([[
      local troupe = require "troupe"
      for _ = 1, 3 do
        print(pcall(troupe.start, "bad", nil, { name = "bad", link = true }))
      end
    ]], { files = { ["bad.lua"] =
      "return { init = function() error('bad luck', 0) end }" } })
    local _, lines = result.stdout:gsub("false\texit: bad luck\n", "")
    assert.equal(3, lines)
    assert.equal("", result.stderr)
    assert.equal(0, result.status)
  end)

  it("that exits makes start raise exit, with the reason", function()
    local problem = raised(start, [[
      return { init = function() require("troupe").exit { code = 7 } end }
    ]])
    assert.equal("exit", problem.kind)
    assert.same({ code = 7 }, problem.reason)
  end)

  it("may make calls", function()
    local other = actors.puppet()
    local pid = start([[
      local troupe = require "troupe"
      return { init = function(other)
        return { answer = troupe.call(other, "run", "return 42") }
      end, call = { answer = function(state) return state.answer end } }
    ]], other)
    assert.equal(42, troupe.call(pid, "answer"))
  end)
end)

describe("continue", function()
  after_each(actors.finish)

  local SLOW = [[
    local troupe = require "troupe"
    local slow = { call = {} }
    function slow.init(gate) return { gate = gate, log = { "init" } } end
    function slow.continue(state)
      if state.gate then
        troupe.timeout(math.huge, troupe.call, state.gate, "hold")
      end
      table.insert(state.log, "continue")
    end
    function slow.call.log(state)
      table.insert(state.log, "call")
      return state.log
    end
    return slow
  ]]

  it("runs after init and before any message", function()
    assert.same({ "init", "continue", "call" },
      troupe.call(start(SLOW), "log"))
  end)

  it("does not hold up start; messages wait for it", function()
    local gate, asker = actors.puppet(), actors.puppet()
    local pid = start(SLOW, gate)
    actors.begin(asker, [[
      local pid, main = ...
      troupe.send(main, troupe.call(pid, "log"))
    ]], pid, troupe.self())
    actors.queued(pid, 1)
    eventually(function() return troupe.call(gate, "release") == 1 end)
    assert.same({ "init", "continue", "call" }, troupe.receive())
  end)

  it("that raises ends the actor, after start has returned", function()
    local pid = start [[
      return { continue = function() error("cannot load") end }
    ]]
    troupe.monitor(pid)
    local what, who, reason = troupe.receive()
    assert.same({ "down", pid }, { what, who })
    assert.is_true(reason == "noactor"
      or tostring(reason):find("cannot load", 1, true) ~= nil)
  end)
end)

describe("call, cast and info", function()
  after_each(actors.finish)

  it("may be functions, which get everything", function()
    local pid = start [[
      local all = { log = {} }
      for _, name in ipairs { "call", "cast", "info" } do
        all[name] = function(state, ...)
          if ... == "log" then return state.log end
          table.insert(state.log, table.pack(name, ...))
        end
      end
      function all.init() return { log = {} } end
      return all
    ]]
    troupe.call(pid, "a", 1, nil)
    troupe.cast(pid, { "b" })
    troupe.send(pid)
    assert.same({ { "call", "a", 1, nil, n = 4 }, { "cast", { "b" }, n = 2 },
      { "info", n = 1 } }, troupe.call(pid, "log"))
  end)

  it("are found by the first value, whatever that is", function()
    local pid = start [[
      return { call = { [7] = function(_, x) return "seven", x end,
        [true] = function(_, x) return "true", x end } }
    ]]
    assert.same({ "seven", 1 }, { troupe.call(pid, 7, 1) })
    assert.same({ "true", 2 }, { troupe.call(pid, true, 2) })
  end)

  it("may find their handlers by metatable", function()
    local pid = start [[
      return { call = setmetatable({}, { __index = function(_, name)
        return function(_, x) return name .. x end
      end }) }
    ]]
    assert.equal("anything1", troupe.call(pid, "anything", 1))
  end)

  it("that are missing have no handler", function()
    local pid = start "return {}"
    for _, request in ipairs { "x", 5, "two words", { 1 } } do
      local problem = raised(troupe.call, pid, request)
      assert.equal("badrequest", problem.kind)
      assert.is_false(problem.begun)
    end
    assert.matches(tostring(pid) .. ' has no handler for "x"',
      raised(troupe.call, pid, "x").message, 1, true)
    assert.equal("badrequest", raised(troupe.call, pid).kind)
  end)

  it("leave the actor as it was if the request is unknown", function()
    local pid = start [[
      return { init = function() return { n = 1 } end,
        call = { n = function(state) return state.n end } }
    ]]
    pcall(troupe.call, pid, "unknown")
    troupe.cast(pid, "unknown")
    troupe.send(pid, "unknown")
    assert.equal(1, troupe.call(pid, "n"))
  end)
end)

describe("terminate", function()
  after_each(actors.finish)

  local SOURCE = [[
    local troupe = require "troupe"
    local last = { call = {} }
    function last.init(main) return { main = main } end
    function last.terminate(state, reason)
      troupe.send(state.main, "terminate", reason)
    end
    function last.call.fall() error("fell", 0) end
    function last.call.exit(_, reason) troupe.exit(reason) end
    return last
  ]]

  it("runs when the actor is stopped, with the reason", function()
    local pid = start(SOURCE, troupe.self())
    assert.is_true(troupe.stop(pid, "enough"))
    assert.same({ "terminate", "enough" }, { troupe.receive() })
    assert.same({ nil, "noactor" }, { troupe.stop(pid) })
  end)

  it("runs when it exits, and when a handler raises", function()
    local pid = start(SOURCE, troupe.self())
    assert.equal("exit", raised(troupe.call, pid, "exit", "tired").kind)
    assert.same({ "terminate", "tired" }, { troupe.receive() })
    pid = start(SOURCE, troupe.self())
    assert.equal("exit", raised(troupe.call, pid, "fall").kind)
    assert.equal("fell", select(2, troupe.receive()).message)
  end)

  it("does not run when it is killed", function()
    local pid = start(SOURCE, troupe.self())
    troupe.monitor(pid)
    troupe.kill(pid)
    assert.same({ "down", pid, "killed" }, { troupe.receive() })
  end)

  it("may make calls, and may raise", function()
    local other = actors.puppet()
    local pid = start([[
      local troupe = require "troupe"
      return { terminate = function(state)
        troupe.call(state[1], "run", "state.told = true")
        error("too late")
      end }
    ]], { other })
    assert.is_true(troupe.stop(pid))
    assert.is_true(actors.run(other, "return state.told"))
  end)
end)

describe("a module that is no behaviour", function()
  after_each(actors.finish)

  local function message(source, kind)
    local problem = raised(start, source)
    assert.equal(kind or "exit", problem.kind)
    assert.matches("behaviour%d+", problem.trace[1].behaviour)
    return problem.message
  end

  it("because it returns no table", function()
    for got, source in pairs { ["5"] = "return 5", ["true"] = "",
      ['"text"'] = "return 'text'", ["function"] = "return print" } do
      local text = message(source, "badargument")
      assert.matches("expected module 'behaviour%d+' to return a table", text)
      assert.matches("got " .. got, text, 1, true)
    end
  end)

  it("because of a syntax error, which is shown with its line", function()
    assert.matches("behaviour%d+.lua:2: syntax error near 'is'",
      (message("local x\nthis is no Lua")))
  end)

  it("because its chunk raises", function()
    assert.matches("behaviour%d+.lua:1: oh", (message("error('oh')")))
  end)

  it("because it is not to be found", function()
    local problem = raised(troupe.start, "no.such.module")
    assert.equal("exit", problem.kind)
    assert.matches("module 'no.such.module' not found", problem.message, 1,
      true)
  end)

  it("because a field is of a wrong type", function()
    for field, what in pairs { init = "function", continue = "function",
      down = "function", terminate = "function",
      call = "table or a function", cast = "table or a function",
      info = "table or a function" } do
      local text = message(("return { %s = 5 }"):format(field), "badargument")
      assert.matches(("%%.%s to be a %s, got 5"):format(field, what), text)
    end
    for _, idle in ipairs { "0", "-1", "'10'", "0/0", "{}" } do
      assert.matches("expected behaviour%d+.idle to be a number above 0, got",
        (message(("return { idle = %s }"):format(idle), "badargument")))
    end
  end)

  it("is the module's fault only where the module is to blame", function()
    local problem = raised(start, [[
      return { init = function() require("troupe").sleep("long") end }
    ]])
    assert.same({ "exit", "badargument" }, { problem.kind, problem.reason })
  end)

  it("may be mended, and started again", function()
    local name = module "syntax error"
    assert.is_false((pcall(troupe.start, name)))
    command.write(("%s/%s.lua"):format(folder, name), "return {}")
    local pid = troupe.start(name)
    assert.is_true(troupe.stop(pid))
  end)
end)

describe("troupe.start", function()
  after_each(actors.finish)

  it("expects the name of a module", function()
    for got, value in pairs { ["table"] = {}, ["function"] = print, ["5"] = 5,
      ["nil"] = false } do
      local problem = raised(troupe.start, value or nil)
      assert.equal("badargument", problem.kind)
      assert.matches("expected module to be the name of a module, got " ..
        (got == "nil" and "" or got), problem.message, 1, true)
    end
  end)

  it("checks its options all at once", function()
    for option, text in pairs {
      ["timeout"] = 'expected timeout to be a number, got "x"',
      ["idle"] = 'expected idle to be a number, got "x"',
      ["link"] = 'expected link to be a boolean, got "x"',
      ["nme"] = 'unknown option "nme"',
    } do
      local problem = raised(troupe.start, "fixtures.puppet", nil,
        { [option] = "x" })
      assert.equal("badargument", problem.kind)
      assert.matches(text, problem.message, 1, true)
    end
    assert.matches("expected options to be a table, got 5",
      raised(troupe.start, "fixtures.puppet", nil, 5).message, 1, true)
    assert.matches("expected name to be", raised(troupe.start,
      "fixtures.puppet", nil, { name = print }).message, 1, true)
  end)

  it("raises exists for a taken name, with who has it", function()
    local pid = actors.puppet { name = "taken" }
    local problem = raised(troupe.start, "fixtures.puppet", nil,
      { name = "taken" })
    assert.equal("exists", problem.kind)
    assert.equal(pid, problem.pid)
  end)

  it("hands its package.path down", function()
    local pid = actors.puppet()
    actors.run(pid, "package.path = ... .. package.path",
      command.directory() .. "/?.lua;")
    local path, child = actors.run(pid, [[
      local child = troupe.start "fixtures.puppet"
      return package.path, child
    ]])
    actors.keep(child)
    assert.equal(path, actors.run(child, "return package.path"))
  end)

  it("has returned only once init has", function()
    local pid = actors.puppet(nil, "state.ready = true")
    assert.is_true(actors.run(pid, "return state.ready"))
  end)
end)

describe("a field that looks like another", function()
  -- The lines of the log about fields, of a host that starts these modules.
  local function warnings(files, source)
    local result = support.script(source or [[
      local troupe = require "troupe"
      for _ = 1, 3 do troupe.stop(troupe.start "server") end
    ]], { files = files })
    assert.equal(0, result.status)
    local lines = {}
    for field, like in result.stderr:gmatch "field '([^']*)'[^\n]*'(%w+)'%?" do
      lines[#lines + 1] = field .. " " .. like
    end
    table.sort(lines)
    return lines
  end

  local function warned(source) return warnings { ["server.lua"] = source } end

  it("is told on the log, once for each module", function()
    assert.same({ "cal call", "int init" }, warned [[
      return { cal = { add = print }, int = function() return {} end }
    ]])
    assert.same({ "caost cast", "concurent concurrent", "idel idle",
      "terminat terminate" }, warned [[
      return { caost = {}, concurent = 3, idel = 5, terminat = print }
    ]])
  end)

  it("is not, if it may well be a function for clients", function()
    assert.same({}, warned [[
      return { call = {}, init = function() end, calls = {}, inits = print,
        all = print, cell = print, note = print, idles = print, [1] = {},
        of_a_long_name = {}, saved = {} }
    ]])
  end)

  it("is told of a script that is a behaviour, too", function()
    assert.same({ "inof info" }, warnings({}, [[
      local troupe = require "troupe"
      return { inof = {}, continue = function() troupe.exit() end }
    ]]))
  end)
end)
