-- The command: troupe run, troupe -e, and what they end with.

local support = require "support"

local command = support.command

local function troupe(...)
  return command.run { command.binary(), ... }
end

local function lines(text)
  return select(2, text:gsub("\n", ""))
end

describe("troupe", function()
  it("says its version", function()
    local result = troupe "--version"
    assert.same({ 0, "" }, { result.status, result.stderr })
    assert.matches("^troupe %d+%.%d+%.%d+\n$", result.stdout)
  end)

  it("explains itself", function()
    local result = troupe "--help"
    assert.same({ 0, "" }, { result.status, result.stderr })
    assert.matches("^usage: troupe run ", result.stdout)
    assert.matches("^usage: troupe run ", troupe("run", "--help").stdout)
  end)

  for expected, words in pairs {
    ["expected a command"] = {},
    ["unknown command start"] = { "start" },
    ["unknown option --fast"] = { "run", "--fast", "main.lua" },
    ["unknown option -e"] = { "run", "-e", "print(1)" },
    ["expected a value after --log"] = { "run", "--log" },
    ["expected a line of Lua after -e"] = { "-e" },
    ["expected a file to run"] = { "run" },
    ["expected --workers to be 1 to 256, got 0"] = { "--workers", "0", "-e",
      "" },
    ["expected --workers to be 1 to 256, got many"] = { "--workers=many", "-e",
      "" },
    ["expected --grace to be a number of seconds above 0, got -1"] = {
      "run", "--grace", "-1", "main.lua" },
    ["expected a file of settings, got none in config/none.lua"] = {
      "--env", "none", "-e", "" },
  } do
    it("says what is wrong: " .. expected, function()
      assert.same({ status = 1, stdout = "",
        stderr = "troupe: " .. expected .. " (see troupe --help)\n" },
        troupe(table.unpack(words)))
    end)
  end

  it("says what is wrong: a level, a setting", function()
    assert.same({ status = 1, stdout = "", stderr = "troupe: expected a " ..
      'log level (debug, info, warn, error, off), got "loud"\n' },
      troupe("--log", "loud", "-e", ""))
    assert.same({ status = 1, stdout = "", stderr = "troupe: expected a " ..
      'setting of the form name=value, got "colour"\n' },
      troupe("--set", "colour", "-e", ""))
  end)

  it("runs a line of Lua, with arguments", function()
    local code = "print(arg[0], #arg, arg[2], ...)"
    assert.equal("-e\t2\tb\ta\tb\n", troupe("-e", code, "a", "b").stdout)
  end)

  it("runs its standard input", function()
    local result = command.run({ command.binary(), "run", "-", "a" },
      { input = "print('read', ...)" })
    assert.same({ status = 0, stdout = "read\ta\n", stderr = "" }, result)
  end)

  it("takes options as two words or as one", function()
    for _, words in ipairs { { "--set", "n=3" }, { "--set=n=3" } } do
      words[#words + 1] = "-e"
      words[#words + 1] = 'print(require "troupe".config "n")'
      assert.equal("3\n", troupe(table.unpack(words)).stdout)
    end
  end)
end)

describe("a script", function()
  it("gets its arguments as in lua", function()
    assert.equal("main.lua\t2\tone\ttwo words\tone\ttwo words\n",
      support.output("print(arg[0], #arg, arg[1], arg[2], ...)",
        { arguments = { "one", "two words" } }))
  end)

  it("gets options behind its name as arguments", function()
    assert.equal("--log\t-\n", support.output("print(...)",
      { arguments = { "--log", "-" } }))
  end)

  it("finds modules beside it, wherever it is run from", function()
    local result = support.script("", { files = {
      ["shop/main.lua"] = 'print(require "stock".count, require("part").name)',
      ["shop/stock.lua"] = "return { count = 3 }",
      ["shop/part/init.lua"] = "return { name = 'wheel' }",
    } })
    local other = command.run({ command.binary(), "run",
      result.directory .. "/shop/main.lua" }, { directory = "/" })
    assert.same({ status = 0, stdout = "3\twheel\n", stderr = "" }, other)
  end)

  it("and the actors it starts find the same modules", function()
    assert.equal("3\n", support.output([[
      local troupe = require "troupe"
      print(troupe.call(troupe.start "shop", "count"))
    ]], { files = {
      ["shop.lua"] = [[
        local stock = require "stock"
        return { call = { count = function() return stock.count end } }
      ]],
      ["stock.lua"] = "return { count = 3 }",
    } }))
  end)

  for status, source in pairs {
    [0] = "os.exit()", [3] = "os.exit(3)", [1] = "os.exit(false)",
    [4] = "pcall(function() coroutine.wrap(os.exit)(4) end) os.exit(5)",
  } do
    it("ends with its status: " .. source, function()
      local result = support.script("print 'before' " .. source ..
        " print 'after'")
      assert.equal(status, result.status)
      assert.equal("before\n", result.stdout)
      assert.equal("", result.stderr)
    end)
  end

  it("that has reached its end has done well", function()
    assert.equal(0, support.script("return 'whatever'").status)
  end)

  it("that exits for a reason has failed", function()
    local result = support.script "require 'troupe'.exit 'out of luck'"
    assert.same({ 1, "troupe: out of luck\n" },
      { result.status, result.stderr })
    assert.equal(0, support.script("require 'troupe'.exit()").status)
    assert.equal(0, support.script("require 'troupe'.exit 'normal'").status)
  end)

  it("shares the fate of what it is linked to", function()
    local result = support.script([[
      local troupe = require "troupe"
      troupe.start("fragile", nil, { link = true })
      troupe.receive()
    ]], { files = { ["fragile.lua"] =
      "return { continue = function() error 'broken' end }" } })
    assert.equal(1, result.status)
    assert.matches("\ntroupe: [^\n]*fragile.lua:1: broken", result.stderr)
  end)

  it("that cannot be read is one line", function()
    local result = command.run({ command.binary(), "run", "nothing.lua" },
      { directory = command.directory() })
    assert.same({ status = 1, stdout = "", stderr =
      "troupe: cannot open nothing.lua: No such file or directory\n" }, result)
    result = troupe("run", "/")
    assert.same({ status = 1, stdout = "",
      stderr = "troupe: cannot read /: Is a directory\n" }, result)
  end)

  it("with an error of syntax is one line", function()
    local result = support.script("\nlocal x = = 1")
    assert.same({ 1, "troupe: main.lua:2: unexpected symbol near '='\n" },
      { result.status, result.stderr })
  end)

  it("shows the whole chain of an error that nobody caught", function()
    local result = support.script([[
      local troupe = require "troupe"
      local function order() return troupe.call(troupe.start "shop", "buy") end
      order()
    ]], { files = {
      ["shop.lua"] = [[
        local troupe = require "troupe"
        return {
          init = function() return troupe.start "store" end,
          call = { buy = function(store)
            return troupe.call(store, "take", 1)
          end },
        }
      ]],
      ["store.lua"] = "return { call = { take = function()\n" ..
        "error 'all gone' end } }",
    } })
    assert.equal(1, result.status)
    assert.equal("", result.stdout)
    local shown = result.stderr:match("\n(troupe: .*)")
    for _, expected in ipairs { "store.lua:2: all gone", "store, call \"take\"",
      "shop.lua:5: in", "shop, call \"buy\"", "main.lua:2: in" } do
      assert.matches(expected, shown, 1, true)
    end
  end)
end)

describe("a script that returns a behaviour", function()
  it("becomes an actor of it, with the arguments", function()
    assert.equal("init\ta\tb\ngot\tthis\ndone\tnormal\n", support.output([[
      local troupe = require "troupe"
      local main = { info = {} }
      function main.init(...)
        print("init", ...)
        troupe.send(troupe.self(), "report", "this")
        return {}
      end
      function main.info.report(_, text)
        print("got", text)
        troupe.exit()
      end
      function main.terminate(_, reason) print("done", reason) end
      return main
    ]], { arguments = { "a", "b" } }))
  end)

  it("and refuses to start ends with the reason, in one line", function()
    local result = support.script [[
      return { init = function(...) return nil, "no room for " .. ... end }
    ]]
    assert.matches("attempt to concatenate", result.stderr)
    result = support.script([[
      return { init = function(...) return nil, "no room for " .. ... end }
    ]], { arguments = { "you" } })
    assert.same({ 1, "troupe: no room for you\n" },
      { result.status, result.stderr })
  end)

  it("ends with what its init raises", function()
    local result = support.script "return { init = function() error 'no' end }"
    assert.equal(1, result.status)
    assert.matches("^troupe: [^\n]*main.lua:1: no\n", result.stderr)
  end)

  it("ends with what a handler raises, once it has cleaned up", function()
    local result = support.script [[
      return {
        continue = function() error 'broken' end,
        terminate = function() print 'cleaned up' end,
      }
    ]]
    assert.equal(1, result.status)
    assert.equal("cleaned up\n", result.stdout)
    assert.matches("^troupe: [^\n]*main.lua:2: broken\n", result.stderr)
    assert.equal(1, select(2, result.stderr:gsub("broken", "")))
  end)

  it("may choose the status later", function()
    assert.equal(6, support.script(
      "return { continue = function() os.exit(6) end }").status)
  end)
end)

describe("os.exit in another actor", function()
  it("ends that actor", function()
    assert.equal("down\tnormal\nstill here\n", support.output([[
      local troupe = require "troupe"
      local pid = troupe.start "other"
      troupe.monitor(pid)
      troupe.cast(pid, "go")
      local what, _, reason = troupe.receive()
      print(what, reason)
      print "still here"
    ]], { files = { ["other.lua"] =
      "return { cast = { go = function() os.exit(9) end } }" } }))
  end)
end)

describe("a host", function()
  local function squares(workers)
    return support.output([[
      local troupe = require "troupe"
      local pids = {}
      for i = 1, 50 do pids[i] = troupe.start("square", i) end
      local sum = 0
      for round = 1, 20 do
        for i = 1, 50 do sum = sum + troupe.call(pids[i], "next", round) end
      end
      print(sum, require "probe".workers())
    ]], { flags = { "--workers", workers }, files = { ["square.lua"] = [[
      return {
        init = function(n) return { n = n } end,
        call = { next = function(state, round)
          state.n = state.n + round
          return state.n * state.n
        end },
      }
    ]] } })
  end

  it("gives the same answers with 1, 2 and 8 workers", function()
    local sum = squares(1):match("^(%d+)\t1\n$")
    assert.is_truthy(sum)
    assert.equal(sum .. "\t2\n", squares(2))
    assert.equal(sum .. "\t8\n", squares(8))
  end)

  it("takes the number of workers from the environment too", function()
    local script = "print(require 'probe'.workers())"
    local environment = { TROUPE_WORKERS = 3 }
    assert.equal("3\n", support.output(script, { environment = environment }))
    assert.equal("5\n", support.output(script, { environment = environment,
      flags = { "--workers", "5" } }))
  end)

  it("takes the way of its slices from the environment", function()
    local script = "print 'runs'"
    for _, slices in ipairs { "signal", "hook", "none" } do
      assert.equal("runs\n", support.output(script,
        { environment = { TROUPE_SLICES = slices } }))
    end
    local result = support.script(script,
      { environment = { TROUPE_SLICES = "often" } })
    assert.matches('expected slices to be signal, hook or none, got "often"',
      result.stderr, 1, true)
  end)

  it("logs from the level that is asked for", function()
    local function logged(...)
      local found = {}
      local result = support.script([[
        local log = require "troupe.log"
        log.debug("%s", "a") log.info("b") log.warn("c") log.error("d")
      ]], { flags = { ... } })
      local line = "Z (%l+) +<[%d.]+> script: (%l)"
      for level, text in result.stderr:gmatch(line) do
        found[#found + 1] = level .. " " .. text
      end
      return table.concat(found, ", ")
    end
    assert.equal("info b, warn c, error d", logged())
    assert.equal("debug a, info b, warn c, error d", logged("--log", "debug"))
    assert.equal("error d", logged("--log", "error"))
    assert.equal("", logged("--log", "off"))
  end)

  local CONFIG = {
    ["config/dev.lua"] = "return { port = 4000, title = 'Development' }",
    ["config/prod.lua"] = "return { port = 80, hosts = { 'a', 'b' } }",
  }
  local SHOW = [[
    local config = require "troupe".config
    print(config "port", config "title", config("colour", "red"),
      #config("hosts", {}))
  ]]

  it("reads the settings of its environment", function()
    assert.equal("4000\tDevelopment\tred\t0\n",
      support.output(SHOW, { files = CONFIG }))
    assert.equal("80\tnil\tred\t2\n",
      support.output(SHOW, { files = CONFIG, flags = { "--env", "prod" } }))
    assert.equal("80\tnil\tred\t2\n",
      support.output(SHOW, { files = CONFIG,
        environment = { TROUPE_ENV = "prod" } }))
  end)

  it("takes settings from its command line first", function()
    assert.equal("5\tTest\tgreen\t1\n", support.output(SHOW, { files = CONFIG,
      flags = { "--set", "port=5", "--set", "title=Test", "--set",
        "colour=green", "--set", "hosts={'c'}" } }))
  end)

  it("says what is wrong with its settings, in one line", function()
    local result = support.script("", { files = { ["config/dev.lua"] =
      "return 5" } })
    assert.same({ 1, "troupe: config/dev.lua: expected a table of settings, " ..
      "got number\n" }, { result.status, result.stderr })
    result = support.script("", { files = { ["config/dev.lua"] = "retrun" } })
    assert.equal(1, result.status)
    assert.equal(1, lines(result.stderr))
    assert.matches("^troupe: config/dev.lua:1: ", result.stderr)
  end)
end)

describe("a process that a script starts", function()
  local ALL = 0x7fffffff -- but the real-time ones

  it("can be interrupted, and dies of a broken pipe", function()
    local result = support.output [[
      local function signals(name)
        local command = "grep " .. name .. " /proc/self/status"
        local pipe = io.popen(command)
        print((pipe:read "a":gsub("%s+", " ")))
        assert(pipe:close())
        io.stdout:flush()
        os.execute(command .. " | tr -s '\t\n' '  '; echo")
      end
      signals "SigBlk"
      signals "SigIgn"
    ]]
    local signals = {}
    for name, mask in result:gmatch "(%w+): (%x+)" do
      signals[#signals + 1] = name .. " " .. (tonumber(mask, 16) & ALL)
    end
    assert.equal("SigBlk 0 SigBlk 0 SigIgn 0 SigIgn 0",
      table.concat(signals, " "))
  end)

  it("tells how it ended", function()
    assert.equal("nil\texit\t3\nnil\tsignal\t15\ntrue\texit\t0\ntrue\n" ..
      "in\nnil\texit\t4\n", support.output [[
      print(os.execute "exit 3")
      print(os.execute "kill $$")
      print(os.execute "true")
      print(os.execute())
      io.stdout:flush()
      local pipe = io.popen("cat; exit 4", "w")
      pipe:write "in\n"
      print(pipe:close())
    ]])
  end)
end)
