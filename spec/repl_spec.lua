-- troupe repl: a host and a session with it in one process.

local command = require "support.command"
local tmux = require "support.tmux"

local folder, environment

local function set_up()
  folder = command.directory()
  environment = { TROUPE_RUNTIME_DIR = folder .. "/runtime",
    XDG_STATE_HOME = folder .. "/state" }
end

local function write(files)
  for name, text in pairs(files) do
    command.write(folder .. "/" .. name, text)
  end
end

local function repl(words, input)
  return command.run({ command.binary(), "repl", table.unpack(words) },
    { directory = folder, environment = environment, input = input })
end

local function terminal(words, line)
  local program = { command.binary(), "repl", table.unpack(words) }
  if line then program = { "sh", "-c", line, table.unpack(program) } end
  return tmux.start(program, { directory = folder, environment = environment,
    width = 100 })
end

describe("a repl without a terminal", function()
  before_each(set_up)

  it("runs its standard input", function()
    assert.same({ status = 0, stdout = "2\n", stderr = "" },
      repl({}, "1 + 1\n"))
    assert.same({ status = 1, stdout = "", stderr = "error: input:1: no\n" },
      repl({}, "error 'no'"))
  end)

  it("runs a file beside it, whose end is not the host's", function()
    write { ["main.lua"] = [[
      local troupe = require "troupe"
      troupe.start("server", ..., { name = "server" })
      print "started"
    ]], ["server.lua"] = [[
      return { init = function(text) return { text = text } end,
        call = function(state) return state.text end }
    ]] }
    local result = repl({ "main.lua", "a word" }, [[
      local troupe, registry = require "troupe", require "troupe.registry"
      while not registry.whereis "server" do troupe.sleep(0) end
      return troupe.call("server", "text")
    ]])
    assert.same({ status = 0, stdout = 'started\n"a word"\n', stderr = "" },
      result)
  end)

  it("tells that the file has failed, and goes on", function()
    write { ["main.lua"] = "error 'no luck'" }
    local result = repl({ "main.lua" }, [[
      local inspect, troupe = require "troupe.inspect", require "troupe"
      local function is_over()
        for _, it in ipairs(inspect.actors {}) do
          if not it.behaviour then return false end
        end
        return true
      end
      while not is_over() do troupe.sleep(0) end
      return 1
    ]])
    assert.same({ 0, "1\n" }, { result.status, result.stdout })
    assert.matches("^troupe: exit: main.lua:1: no luck\n", result.stderr)
  end)

  it("logs warnings only, unless it is told to", function()
    local code = "local log = require 'troupe.log' log.info 'a' log.warn 'b'"
    assert.matches("^%S+ warn [^\n]*b\n$", repl({}, code).stderr)
    assert.matches("info .*a\n.* warn", repl({ "--log", "info" }, code).stderr)
  end)

  it("takes the options of run", function()
    assert.equal("3\n", repl({ "--workers", "2", "--set", "n=3" },
      "require 'troupe'.config 'n'").stdout)
    assert.equal("troupe: expected --workers to be 1 to 256, got 0 (see " ..
      "troupe --help)\n", repl({ "--workers", "0" }, "").stderr)
  end)
end)

describe("a repl at a terminal", function()
  before_each(set_up)
  after_each(tmux.finish)

  it("evaluates, and ends the host with Ctrl-D", function()
    write { ["main.lua"] = [[
      local troupe = require "troupe"
      troupe.start("server", nil, { name = "server" })
    ]], ["server.lua"] = [[
      return { terminate = function() print "the server ends" end,
        call = { add = function(_, a, b) return a + b end } }
    ]] }
    local user = terminal { "main.lua" }
    user:ends("troupe>")
    user:enter("call server add 1 2")
    user:ends("\n3\ntroupe>")
    user:keys("C-d")
    user:ends("troupe>\nthe server ends\nended: 0")
  end)

  it("ends with exit, too", function()
    local user = terminal {}
    user:ends("troupe>")
    user:enter("exit")
    user:ends("troupe> exit\nended: 0")
  end)

  it("shows above the line what actors print and log", function()
    write { ["main.lua"] = [[
      local troupe = require "troupe"
      local log = require "troupe.log"
      print "open"
      for number = 1, 3 do
        local what, from = troupe.receive()
        print("got " .. what)
        log.warn("logged %s", what)
        io.write("half of ", what)
        if from then troupe.send(from, "told") end
      end
    ]] }
    local user = terminal { "main.lua" }
    user:await("open\n.*troupe>$")
    user:enter("script = inspect.actors{}[2].pid; send(script, 'one')")
    user:await("got one\n.*warn [^\n]*logged one")
    user:type("typing")
    user:ends("\ntroupe> typing")
    user:keys("C-u")
    user:enter("send(script, 'two', troupe.self()); troupe.receive()")
    user:await("got two\n.*logged two\n.*troupe>$")
    user:keys("C-d")
    user:await("ended: 0")
  end)

  it("tells that the file has failed, and goes on", function()
    write { ["main.lua"] = "require('troupe').receive() error 'no luck'" }
    local user = terminal { "main.lua" }
    user:ends("troupe>")
    user:type("1 + 1")
    user:keys("C-u")
    user:enter("for _, a in ipairs(inspect.actors{all = true}) do " ..
      "pcall(send, a.pid, 'go') end")
    user:await("troupe: exit: main.lua:1: no luck\n")
    user:enter("1 + 1")
    user:ends("\n2\ntroupe>")
  end)

  it("leaves standard error where it leads", function()
    local user = terminal({}, '"$0" "$@" 2>errors')
    user:ends("troupe>")
    user:enter("require 'troupe.log'.warn 'look'")
    user:ends("'look'\ntroupe>")
    user:enter("1 + 1")
    user:ends("\n2\ntroupe>")
    user:keys("C-d")
    user:await("ended: 0")
    assert.matches("look", command.read(folder .. "/errors"))
    assert.not_matches("warn  <", user:screen())
  end)

  it("ends an endless loop with Ctrl-C, and the host with SIGTERM", function()
    local user = terminal {}
    user:ends("troupe>")
    user:enter("print 'for ever' while true do end")
    user:ends("\nfor ever")
    user:keys("C-c")
    user:await("interrupt.*\ntroupe>$")
    os.execute("kill " .. user:pid())
    user:ends("ended: 143")
  end)
end)
