-- Error objects: what a caller is told, and how far it reaches.

local actors = require "support.actors"
local support = require "support"
local troupe = require "troupe"

local raised, run = actors.raised, actors.run

describe("an error that a handler raises", function()
  after_each(actors.finish)

  it("is exit at the caller, with the text and where it was", function()
    local pid = actors.puppet()
    local problem = raised(run, pid, "\nerror 'boom'")
    assert.equal("exit", problem.kind)
    assert.equal("puppet:2: boom", problem.message)
    assert.equal("puppet:2: boom", problem.reason)
    assert.is_true(problem.begun)
  end)

  it("ends the actor: let it crash", function()
    local pid = actors.puppet()
    raised(run, pid, "error 'boom'")
    assert.equal("noactor", raised(run, pid, "return 1").kind)
  end)

  it("carries a value that can be sent as the reason", function()
    for source, reason in pairs { ["5"] = 5, ["{ code = 7 }"] = { code = 7 },
      ["true"] = true } do
      local problem = raised(run, actors.puppet(), "error(" .. source .. ")")
      assert.equal("exit", problem.kind)
      assert.same(reason, problem.reason)
    end
  end)

  it("becomes text if it cannot be sent", function()
    for source, text in pairs {
      ["print"] = "(error object is a function value)",
      ["{ print }"] = "(error object is a table value)",
      ["nil"] = "(error object is a nil value)",
      ["setmetatable({}, { __tostring = function() return 'mine' end })"]
        = "mine",
    } do
      local problem = raised(run, actors.puppet(), "error(" .. source .. ")")
      assert.equal(text, problem.message)
      assert.is_nil(problem.reason)
    end
  end)

  it("may have a __tostring that fails", function()
    for _, body in ipairs { "error('no')", "return 5", "return nil",
      "while true do error() end" } do
      local problem = raised(run, actors.puppet(), ([[
        error(setmetatable({}, { __tostring = function() %s end }))
      ]]):format(body))
      assert.equal("exit", problem.kind)
      assert.equal('call "run"', problem.trace[1].request)
      assert.is_nil(problem.message:find("memory"))
    end
    assert.equal(1, run(actors.puppet(), "return 1"))
  end)

  it("may be a stack overflow, in Lua or in C", function()
    for _, source in ipairs {
      "local function f() return 1 + f() end f()",
      "local function f(x) return (x:gsub('.', f)) end f('x')",
      "local t = {} setmetatable(t, { __index = t }) return t.x",
    } do
      local problem = raised(run, actors.puppet(), source)
      assert.equal("exit", problem.kind)
      assert.matches("overflow", problem.message .. " __index chain overflow")
    end
  end)

  it("may come from a handler to be closed", function()
    local problem = raised(run, actors.puppet(), [[
      local mark <close> = setmetatable({}, { __close = function()
        error("closing", 0)
      end })
      error("first")
    ]])
    assert.equal("closing", problem.message)
  end)
end)

describe("an error object", function()
  after_each(actors.finish)

  -- first calls second, which calls third, which raises.
  local function chain()
    local pids = { actors.puppet(), actors.puppet(), actors.puppet() }
    local problem = raised(run, pids[1], [[
      local second, third = ...
      local answer = troupe.call(second, "run", "\n\n" ..
        "local answer = troupe.call(..., 'run', '\\n\\n\\nerror(5, 0)')\n" ..
        "return answer", third)
      return answer
    ]], pids[2], pids[3])
    return problem, pids
  end

  it("has one hop for each actor, the one that raised first", function()
    local problem, pids = chain()
    local trace = problem.trace
    assert.equal(4, #trace)
    for index, pid in ipairs { pids[3], pids[2], pids[1], troupe.self() } do
      assert.equal(pid, trace[index].pid)
    end
    for index = 1, 3 do
      assert.equal("fixtures.puppet", trace[index].behaviour)
      assert.equal('call "run"', trace[index].request)
    end
    assert.matches("puppet:4: in function", trace[1].stack, 1, true)
    assert.matches("puppet:3: in function", trace[2].stack, 1, true)
    assert.matches("puppet:2: in function", trace[3].stack, 1, true)
    assert.matches("spec/error_spec.lua:%d+: in", trace[4].stack)
  end)

  it("prints the whole chain: actor, request, Lua stack", function()
    local problem, pids = chain()
    local text = tostring(problem)
    local at = 1
    for _, part in ipairs {
      "exit: 5\n  in " .. tostring(pids[3]) ..
        ' fixtures.puppet, call "run"\n    [C]: in function \'error\'' ..
        "\n    puppet:4: in function",
      "\n  called by " .. tostring(pids[2]) ..
        ' fixtures.puppet, call "run"\n    puppet:3: in function',
      "\n  called by " .. tostring(pids[1]) ..
        ' fixtures.puppet, call "run"\n    puppet:2: in function',
      "\n  called by " .. tostring(troupe.self()) .. "\n",
    } do
      local _, last = text:find(part, at, true)
      assert.is_truthy(last, text)
      at = last
    end
  end)

  it("may be caught, sent and raised again", function()
    local first, second = actors.puppet(), actors.puppet()
    local caught = run(first, [[
      local ok, problem = pcall(troupe.call, ..., "run", "error('x', 0)")
      return problem
    ]], second)
    assert.equal("exit", caught.kind)
    assert.equal("x", caught.message)
    assert.equal(2, #caught.trace)
    local other = actors.puppet()
    local again = raised(run, other, "error(...)", caught)
    assert.equal("exit", again.kind)
    assert.equal("x", again.message)
  end)

  it("prints whatever a script has made of it", function()
    local problem = raised(troupe.call, "nobody", "x")
    for _, trace in ipairs { 5, { 1, {}, { pid = 5, stack = {} } }, "x",
      { { pid = "a", request = 7, stack = print } } } do
      problem.trace = trace
      assert.matches("^noactor: nobody", tostring(problem))
    end
    problem.kind, problem.message = nil, {}
    assert.is_string(tostring(problem))
  end)

  it("of a callee that was not there is noactor in each hop", function()
    local problem = raised(run, actors.puppet(),
      "troupe.call('nobody', 'run')")
    assert.equal("exit", problem.kind)
    assert.equal("noactor", problem.reason)
    assert.is_true(problem.begun)
  end)

  it("cuts a deep stack in the middle", function()
    local problem = raised(run, actors.puppet(), [[
      local function down(n)
        if n == 0 then error("deep", 0) end
        return (down(n - 1))
      end
      down(100)
    ]])
    local stack = problem.trace[1].stack
    assert.matches("...(skipping", stack, 1, true)
    local _, lines = stack:gsub("\n", "")
    assert.is_true(lines < 25)
  end)
end)

describe("an error nobody catches", function()
  local WEAK = [[
    local weak = { call = {}, cast = {} }
    function weak.call.fall() error("fell") end
    function weak.cast.fall() error("fell") end
    return weak
  ]]

  it("ends the script, which prints the chain; the status is 1", function()
    local result = support.script([[
      local troupe = require "troupe"
      local pid = troupe.start "weak"
      local function ask() return (troupe.call(pid, "fall")) end
      ask()
    ]], { files = { ["weak.lua"] = WEAK } })
    assert.equal(1, result.status)
    assert.equal("", result.stdout)
    assert.matches("exit: [^\n]*weak.lua:2: fell\n"
      .. '%s*in <[%d.]+> weak, call "fall"\n'
      .. "%s*%[C%]: in function 'error'\n"
      .. "%s*[^\n]*weak.lua:2: in [^\n]*\n"
      .. "%s*called by <[%d.]+>\n"
      .. "%s*[^\n]*main.lua:3: in [^\n]*'ask'\n"
      .. "%s*[^\n]*main.lua:4: in main chunk", result.stderr)
  end)

  it("is logged once, by the actor that ends of it", function()
    local result = support.script([[
      local troupe = require "troupe"
      local pid = troupe.start "weak"
      print(pcall(troupe.call, pid, "fall"))
    ]], { files = { ["weak.lua"] = WEAK } })
    assert.equal(0, result.status)
    local _, count = result.stderr:gsub(" error ", "")
    assert.equal(1, count)
    assert.matches(' error <[%d.]+> weak: exit: [^\n]*weak.lua:2: fell',
      result.stderr)
  end)

  it("is not logged when only the request ends of it", function()
    local result = support.script([[
      local troupe = require "troupe"
      local pid = troupe.start "sleepy"
      print(select(2, pcall(troupe.timeout, 0.01, troupe.call, pid,
        "sleep")).kind)
      print(troupe.call(pid, "here"))
    ]], { files = { ["sleepy.lua"] = [[
      local troupe = require "troupe"
      local sleepy = { call = {} }
      function sleepy.call.sleep() troupe.sleep(math.huge) end
      function sleepy.call.here() return "here" end
      return sleepy
    ]] } })
    assert.equal("timeout\nhere\n", result.stdout)
    assert.equal("", result.stderr)
    assert.equal(0, result.status)
  end)

  it("of a request leaves a script's behaviour its good end", function()
    local result = support.script([[
      local troupe = require "troupe"
      local sleepy = { call = {} }
      function sleepy.init()
        troupe.start("asker", troupe.self())
        return {}
      end
      function sleepy.call.sleep() troupe.sleep(math.huge) end
      function sleepy.call.stop() troupe.exit() end
      return sleepy
    ]], { files = { ["asker.lua"] = [[
      local troupe = require "troupe"
      return { init = function(pid) return { pid = pid } end,
        continue = function(state)
          pcall(troupe.timeout, 0.01, troupe.call, state.pid, "sleep")
          pcall(troupe.call, state.pid, "stop")
        end }
    ]] } })
    assert.equal("", result.stderr)
    assert.equal(0, result.status)
  end)
end)

describe("misuse", function()
  after_each(actors.finish)

  it("is reported in one form, with the place of the call", function()
    local pid = troupe.self()
    for text, call in pairs {
      ['expected timeout to be a number, got "5s"'] =
        function() troupe.timeout("5s", print) end,
      ["expected seconds to be a number, got nil"] =
        function() troupe.sleep(nil) end,
      ["expected seconds to be a number, got table"] =
        function() troupe.after({}, pid, "x") end,
      ["expected seconds to be a number above 0, got 0"] =
        function() troupe.every(0, pid, "x") end,
      ["expected target to be a pid, a key or an address, got no value"] =
        function() troupe.after(1) end,
      ["expected target to be a pid, a key or an address, got true"] =
        function() troupe.call(true, "x") end,
      ["expected target to be a pid, a key or an address, got nil"] =
        function() troupe.stop(nil) end,
      ["expected target to be a pid, a key or an address, got function"] =
        function() troupe.kill(print) end,
      ["expected target to be a pid, a key or an address, got 1.5"] =
        function() troupe.monitor(1.5) end,
      ["expected trap to be true or false, got no value"] =
        function() troupe.trap() end,
      ["expected module to be the name of a module, got nil"] =
        function() troupe.start() end,
      ["expected name to be the name of a setting, got nil"] =
        function() troupe.config() end,
    } do
      local problem = raised(call)
      assert.equal("badargument", problem.kind)
      assert.matches("^spec/error_spec%.lua:%d+: ", problem.message)
      assert.matches(text, problem.message, 1, true)
    end
  end)
end)

describe("the text of an error object", function()
  it("can be joined to other text", function()
    local _, why = pcall(troupe.call, "nobody at all", "x")
    assert.equal("failed: " .. tostring(why), "failed: " .. why)
    assert.equal(tostring(why) .. "!", why .. "!")
  end)
end)
