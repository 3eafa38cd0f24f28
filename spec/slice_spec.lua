-- No actor can starve another, and none can keep itself from being ended.
-- Each under both ways in which a turn is interrupted; nothing here is timed:
-- what would not be interrupted would not come to an end.

local support = require "support"

-- Casts and calls are code; a `terminate` says so.
local RUNNER = [[
local troupe = require "troupe"
local runner = { call = {}, cast = {} }
local function run(code, ...) return assert(load(code, "=code"))(...) end
function runner.call.run(_, ...) return run(...) end
function runner.cast.run(_, ...) return run(...) end
function runner.call.echo(_, ...) return ... end
function runner.terminate() print "terminate" end
return runner
]]

local ECHO = [[
return { init = function(sock)
  sock:write(sock:read "line", "\n")
  sock:close()
  return {}
end }
]]

-- Hands over now and then, so that all are in flight.
local SEVERAL = [[
local troupe = require "troupe"
local several = { concurrent = 8, call = {}, cast = {} }
function several.cast.spin(_, seconds)
  local last = os.clock() + seconds
  while os.clock() < last do troupe.sleep(0) end
  print "spun"
end
several.call.spin = several.cast.spin
return several
]]

local FILES = { ["runner.lua"] = RUNNER, ["echo.lua"] = ECHO,
  ["several.lua"] = SEVERAL,
  ["endless.lua"] = "return { terminate = function() while true do end end }" }

local PRELUDE = [[
local troupe = require "troupe"
local function start(options) return troupe.start("runner", nil, options) end
-- Starts one that runs the code, and comes back when it does.
local function begin(code, options)
  local pid = start(options)
  troupe.cast(pid, "run", "require 'troupe'.send(..., 'begun') " .. code,
    troupe.self())
  assert(troupe.receive() == "begun")
  return pid
end
-- How it ends, once `fn` has been called with it.
local function ended(pid, fn)
  troupe.monitor(pid)
  fn(pid)
  local _, _, reason = troupe.receive()
  return tostring(reason)
end
]]

local function output(slices, source, options)
  options = options or {}
  options.environment = { TROUPE_SLICES = slices }
  options.files = FILES
  options.flags = options.flags or { "--workers", "2", "--log", "off" }
  return support.output(PRELUDE .. source, options)
end

local function script(slices, source, options)
  options = options or {}
  options.environment = { TROUPE_SLICES = slices }
  options.files = FILES
  return support.script(PRELUDE .. source, options)
end

-- Loops that Lua can yield in.
local LOOPS = {
  ["bare"] = "while true do end",
  ["in a coroutine"] = [[
    coroutine.wrap(function()
      coroutine.wrap(function() while true do end end)()
    end)()
  ]],
  ["in pcall"] = "while true do pcall(pcall, error) end",
  ["in coroutines of its own, again and again"] = [[
    while true do
      local co = coroutine.wrap(function() coroutine.yield() end)
      co() co()
    end
  ]],
  ["in a metamethod"] = [[
    local t = setmetatable({}, { __index = function() while true do end end })
    return t.x
  ]],
  ["in an iterator"] = "for _ in function() return 1 end do end",
  ["in a goto"] = "::again:: goto again",
  ["in recursion"] = [[
    local function f(n) if n > 0 then f(n - 1) f(n - 1) end end
    f(60)
  ]],
  ["in a __close"] = [[
    local guard <close> = setmetatable({}, { __close = function()
      while true do end
    end })
  ]],
  ["of hooks that are set"] = [[
    while true do debug.sethook(function() end, "l") debug.sethook() end
  ]],
}

-- Loops that it cannot yield in, as nasty as they come.
local STUCK = {
  ["in a __tostring"] = [[
    tostring(setmetatable({}, { __tostring = function()
      while true do end
    end }))
  ]],
  ["in a __tostring that catches"] = [[
    local item = setmetatable({}, { __tostring = function()
      while true do pcall(function() while true do end end) end
    end })
    while true do pcall(tostring, item) end
  ]],
  ["in a load function that resumes"] = [[
    load(function()
      while true do
        local co = coroutine.create(function()
          pcall(function() while true do end end)
          while true do end
        end)
        coroutine.resume(co)
      end
    end)
  ]],
  ["in a load function that wraps"] = [[
    load(function()
      while true do
        pcall(coroutine.wrap(function() while true do end end))
      end
    end)
  ]],
  ["in a handler of messages that is in a __tostring"] = [[
    tostring(setmetatable({}, { __tostring = function()
      while true do
        xpcall(function() while true do end end, function() return "no" end)
      end
    end }))
  ]],
  ["while it closes a coroutine"] = [[
    local co = coroutine.create(function()
      local guard <close> = setmetatable({}, { __close = function()
        while true do pcall(function() while true do end end) end
      end })
      coroutine.yield()
    end)
    coroutine.resume(co)
    while true do coroutine.close(co) end
  ]],
}

local function sorted(list)
  local names = {}
  for name in pairs(list) do names[#names + 1] = name end
  table.sort(names)
  return ipairs(names)
end

for _, slices in ipairs { "signal", "hook" } do
  describe("an endless loop, by " .. slices .. ",", function()
    for _, name in sorted(LOOPS) do
      it(name .. ", holds nobody up and can be killed", function()
        assert.equal("hello\nkilled\nkilled\nkilled\n", output(slices, [[
          local loops = {}
          for i = 1, 3 do loops[i] = begin(]] .. ("%q"):format(LOOPS[name]) ..
          [[) end
          local other = start()
          for _ = 1, 20 do troupe.call(other, "echo") end
          print(troupe.call(other, "echo", "hello"))
          for i = 1, 3 do print(ended(loops[i], troupe.kill)) end
          troupe.kill(other)
        ]]))
      end)
    end

    it("can be stopped by whom it is linked to", function()
      assert.equal("terminate\nterminate\nbye\n", output(slices, [[
        local loop = begin "while true do end"
        print(ended(loop, function()
          troupe.cast(start(), "run", "local troupe = require 'troupe' " ..
            "troupe.link(...) troupe.exit 'bye'", loop)
        end))
      ]]))
    end)

    it("is ended in order when the host stops", function()
      local result = script(slices, [[
        begin "while true do end"
        begin "while true do end"
        begin "while true do end"
      ]])
      assert.equal("terminate\nterminate\nterminate\n", result.stdout)
      assert.equal("", result.stderr)
      assert.equal(0, result.status)
    end)

    it("that waits for another's doing lets it do it, on one worker", function()
      assert.equal("done\n", output(slices, [[
        local registry = require "troupe.registry"
        local other = start()
        troupe.cast(other, "run", "require 'troupe.registry'.register 'it'")
        repeat until registry.whereis "it"
        print "done"
        troupe.kill(other)
      ]], { flags = { "--workers", "1", "--log", "off" } }))
    end)

    it("lets timers fire, on one worker", function()
      assert.equal("slept\ntick\n", output(slices, [[
        local loop = begin "while true do end"
        for _ = 1, 5 do troupe.sleep(0.001) end
        print "slept"
        troupe.after(0.001, troupe.self(), "tick")
        print(troupe.receive())
        troupe.kill(loop)
      ]], { flags = { "--workers", "1", "--log", "off" } }))
    end)

    it("lets sockets be served, on one worker", function()
      assert.equal("line\n", output(slices, [[
        local tcp = require "troupe.tcp"
        local server = assert(tcp.serve("127.0.0.1:0", "echo"))
        local loop = begin "while true do end"
        local sock = assert(tcp.connect(server:address()))
        sock:write "line\n"
        print(sock:read "line")
        sock:close()
        server:close()
        troupe.kill(loop)
      ]], { flags = { "--workers", "1", "--log", "off" } }))
    end)
  end)

  describe("what cannot yield, by " .. slices .. ",", function()
    for _, name in sorted(STUCK) do
      it(name .. ", can be killed", function()
        assert.equal("killed\n", output(slices, [[
          local loop = begin(]] .. ("%q"):format(STUCK[name]) .. [[)
          print(ended(loop, troupe.kill))
        ]]))
      end)

      it(name .. ", ends at its budget", function()
        local found = output(slices, [[
          local pid = start { cpu = 0.02 }
          local ok, problem = pcall(troupe.call, pid, "run", ]] ..
          ("%q"):format(STUCK[name]) .. [[)
          print(ok, problem.kind, problem)
        ]])
        assert.matches("^false\texit\texit: used 0%.%d+ s of CPU time in " ..
          'call "run"\n  in <[%d.]+> runner, call "run"\n    code:%d+: in ',
          found)
      end)
    end
  end)
end

for _, slices in ipairs { "signal", "hook" } do
  describe("a budget of CPU time, by " .. slices .. ",", function()
    local SPIN = [[
      local troupe = require "troupe"
      local until_ = os.clock() + ...
      while os.clock() < until_ do pcall(error) end
      return "done"
    ]]

    it("ends what spends it, whatever that catches, without terminate",
      function()
        local result = script(slices, [[
          print(ended(start { cpu = 0.05 }, function(pid)
            troupe.cast(pid, "run", "while true do pcall(function() " ..
              "local x <close> = setmetatable({}, { __close = print }) " ..
              "while true do end end) end")
          end))
        ]])
        assert.matches('^exit: used 0%.%d+ s of CPU time in cast "run"\n' ..
          '  in <[%d.]+> runner, cast "run"\n    code:1: in .*pcall',
          result.stdout)
        assert.matches('warn  <[%d.]+> runner: has used 0%.%d+ s of CPU ' ..
          'time in cast "run"\n    code:1: in ', result.stderr)
        assert.matches("error <[%d.]+> runner: exit: used ", result.stderr)
      end)

    it("counts what others use for nobody but them", function()
      assert.equal("done\ndone\n", output(slices, [[
        local loop = begin "while true do end"
        local pid = start { cpu = 0.5 }
        local spin = ]] .. ("%q"):format(SPIN) .. [[
        print(troupe.call(pid, "run", spin, 0.1))
        print(troupe.call(pid, "run", spin, 0.1))
        troupe.kill(loop)
        troupe.kill(pid)
      ]], { flags = { "--workers", "1", "--log", "off" } }))
    end)

    it("is each message's own", function()
      assert.equal("all\n", output(slices, [[
        local pid = start { cpu = 0.2 }
        local spin = ]] .. ("%q"):format(SPIN) .. [[
        for _ = 1, 6 do troupe.call(pid, "run", spin, 0.05) end
        print "all"
        troupe.kill(pid)
      ]]))
    end)

    it("warns once of a message", function()
      local result = script(slices, [[
        local pid = start { cpu = 0.3 }
        local spin = ]] .. ("%q"):format(SPIN) .. [[
        for _ = 1, 2 do troupe.call(pid, "run", spin, 0.2) end
      ]])
      assert.equal(2, select(2, result.stderr:gsub("has used", "")))
    end)

    it("is not there by default, but a second is worth a warning", function()
      local result = script(slices, [[
        local pid = start()
        local spin = ]] .. ("%q"):format(SPIN) .. [[
        print(troupe.timeout(60, troupe.call, pid, "run", spin, 1.2))
      ]])
      assert.equal("done\nterminate\n", result.stdout)
      assert.matches('has used 1%.%d s of CPU time in call "run"',
        result.stderr)
    end)

    it("ends terminate, too", function()
      local result = script(slices, [[
        troupe.start("endless", nil, { cpu = 0.02 })
        print "over"
      ]])
      assert.equal("over\n", result.stdout)
      assert.matches("exit: used 0%.%d+ s of CPU time in terminate",
        result.stderr)
      assert.equal(0, result.status)
    end)

    it("is each handler's own where several are in flight", function()
      assert.matches("^spun\nspun\nspun\nspun\nfalse\texit: used 0%.%d+ s " ..
        'of CPU time in call "spin"\n', output(slices, [[
          local pid = troupe.start("several", nil, { cpu = 0.3 })
          for _ = 1, 4 do troupe.cast(pid, "spin", 0.1) end
          print(pcall(troupe.timeout, 60, troupe.call, pid, "spin", 10))
        ]]))
    end)

    it("is a number above 0", function()
      assert.matches("expected cpu to be a number above 0, got 0",
        output(slices, "print(pcall(start, { cpu = 0 }))"), 1, true)
    end)
  end)
end

-- What a script's own hooks tell of this, while another loops on the one
-- worker.
local HOOKS = {
  ["count"] = [[
    local seen = 0
    debug.sethook(function(event) seen = seen + 1 end, "", 2500)
    for i = 1, 400000 do local x = i end
    print(seen, select(2, debug.gethook()), select(3, debug.gethook()))
  ]],
  ["count, often"] = [[
    local seen = 0
    debug.sethook(function(event) seen = seen + 1 end, "", 100)
    for i = 1, 100000 do local x = i end
    print(seen)
  ]],
  ["line"] = [[
    local lines = {}
    debug.sethook(function(event, line)
      lines[line] = (lines[line] or 0) + 1
    end, "l")
    for i = 1, 50000 do
      local x = i
    end
    debug.sethook()
    for line = 1, 100 do
      if lines[line] then print(line, lines[line]) end
    end
  ]],
  ["line and count"] = [[
    local lines, counts = 0, 0
    debug.sethook(function(event)
      if event == "line" then lines = lines + 1 else counts = counts + 1 end
    end, "l", 10)
    for i = 1, 50000 do
      local x = i
    end
    debug.sethook()
    print(lines, counts)
  ]],
  ["call and return"] = [[
    local seen = {}
    local function last() end
    local function first() return last() end
    debug.sethook(function(event) seen[event] = (seen[event] or 0) + 1 end,
      "cr")
    for i = 1, 50000 do first() end
    debug.sethook()
    print(seen["call"], seen["tail call"], seen["return"])
  ]],
  ["of a coroutine"] = [[
    local seen = 0
    local co = coroutine.create(function()
      for i = 1, 200000 do local x = i end
    end)
    debug.sethook(co, function() seen = seen + 1 end, "", 100)
    coroutine.resume(co)
    print(seen, debug.gethook())
  ]],
  ["none"] = [[
    local seen = 0
    for i = 1, 100000 do if debug.gethook() then seen = seen + 1 end end
    print(seen)
  ]],
  ["that raises"] = [[
    for _, mask in ipairs { "l", "c", "" } do
      print(pcall(function()
        debug.sethook(function() debug.sethook() error "from the hook" end,
          mask, 300000)
        for i = 1, 400000 do math.abs(i) end
      end))
    end
  ]],
}

-- Lua itself counts the instructions of a hook, too, but forgets them when it
-- yields: numbers may differ by a few.
local function alike(expected, found)
  local numbers = {}
  local function forget(text)
    return (text:gsub("%d+", function(digits)
      numbers[#numbers + 1] = tonumber(digits)
      return "#"
    end))
  end
  assert.equal(forget(expected), forget(found))
  local half = #numbers // 2
  for i = 1, half do
    assert.is_true(math.abs(numbers[i] - numbers[half + i]) <=
      numbers[i] // 50, ("%d, then %d"):format(numbers[i], numbers[half + i]))
  end
end

describe("a hook of the script's own:", function()
  for _, name in sorted(HOOKS) do
    local source = [[
      local pid = start()
      if ... then begin "while true do end" end
      troupe.call(pid, "run", ]] .. ("%q"):format(HOOKS[name]) .. [[)
      os.exit()
    ]]
    local function run(slices, ...)
      return (output(slices, source, { arguments = { ... },
        flags = { "--workers", "1", "--log", "off" } }):gsub("terminate\n", ""))
    end
    it(name .. ", hears the same as if nobody interrupted", function()
      local expected = run "none"
      for _, slices in ipairs { "signal", "hook" } do
        alike(expected, run(slices, "with a loop"))
      end
    end)
  end
end)
