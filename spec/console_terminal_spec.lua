-- What an operator sees: a host that runs, and troupe attach in a real
-- terminal, with -e, and with its standard input.

local command = require "support.command"
local eventually = require "support.eventually"
local tmux = require "support.tmux"

local ACCOUNT = [[
local account = { call = {} }
function account.init(opening) return { balance = opening } end
function account.call.balance(state) return state.balance end
function account.call.deposit(state, amount)
  state.balance = state.balance + amount
  return state.balance
end
return account
]]

local SHOP = [[
local troupe = require "troupe"
troupe.start("account", 100, { name = "till" })
print("open")
troupe.timeout(math.huge, troupe.receive)
]]

local folder, environment, hosts

local function start_host(name, source)
  command.write(folder .. "/main.lua", source or SHOP)
  local started = command.start({ command.binary(), "run", "--name", name,
    "--log", "error", "main.lua" },
    { directory = folder, environment = environment, limit = 100 })
  started:await("open")
  hosts[#hosts + 1] = started
  return started
end

local function attach(words, options)
  options = options or {}
  options.environment = environment
  return command.run({ command.binary(), "attach", table.unpack(words) },
    options)
end

-- What a line evaluates to, seen from another process.
local function outside(code)
  local result = attach { "shop", "-e", code }
  assert.same({ 0, "" }, { result.status, result.stderr })
  return (result.stdout:gsub("\n$", ""))
end

local function terminal(words, options)
  options = options or {}
  options.environment = environment
  return tmux.start({ command.binary(), table.unpack(words) }, options)
end

local function set_up()
  folder, hosts = command.directory(), {}
  command.write(folder .. "/account.lua", ACCOUNT)
  environment = { TROUPE_RUNTIME_DIR = folder .. "/runtime",
    XDG_STATE_HOME = folder .. "/state" }
  start_host("shop")
end

local function finish()
  tmux.finish()
  for _, started in ipairs(hosts) do
    assert.equal("", started:stderr())
    started:stop()
  end
end

describe("an operator at a terminal", function()
  before_each(set_up)
  after_each(finish)

  it("looks at an account, changes it from inside, traces it, gives it new " ..
    "code, ends an endless loop, and leaves", function()
    local operator = terminal({ "attach" }, { width = 100 })
    operator:ends("shop>")

    operator:enter("actors")
    operator:await("pid +name +behaviour.*%d>  till  account .*shop>$")

    operator:enter("enter till")
    operator:ends("shop <0.3.1> account>")
    operator:enter("state.balance")
    operator:ends("\n100\nshop <0.3.1> account>")
    operator:enter("state.balance = 5000")
    operator:ends("state.balance = 5000\nshop <0.3.1> account>")
    assert.equal("5000", outside "call till balance")
    operator:enter("leave")
    operator:ends("\nshop>")

    operator:enter("trace till 1")
    operator:ends("the next event, for 10 s; Ctrl-C ends it")
    eventually(function()
      return outside "call till deposit 1" and
        operator:screen():find('"deposit"', 1, true)
    end)
    operator:ends("\nshop>")

    command.write(folder .. "/account.lua", (ACCOUNT:gsub(
      "return state.balance end", "return 'much' end")))
    operator:enter("reload account")
    operator:await("reload account\n[^\n]+\nshop>$")
    assert.equal('"much"', outside "call till balance")

    operator:enter("print 'for ever' while true do end")
    operator:ends("\nfor ever")
    operator:keys("C-c")
    operator:await("interrupt.*shop>$")
    operator:enter("1 + 1")
    operator:ends("\n2\nshop>")
    operator:enter("exit")
    operator:ends("ended: 0")
    assert.equal('"much"', outside "call till balance")
  end)
end)

describe("an operator without a terminal", function()
  before_each(set_up)
  after_each(finish)

  -- A trace of the next event; what it prints.
  local function traced(words, options)
    options = options or {}
    options.environment = environment
    local client = command.start({ command.binary(), "attach", "shop",
      table.unpack(words) }, options)
    eventually(function()
      return outside "call till deposit 1" and not client:running()
    end)
    return client:wait()
  end

  it("does the same with -e", function()
    local result = attach { "-e", "actors", "-e", "enter till", "-e",
      "state.balance", "-e", "state.balance = 5000", "-e", "leave", "-e",
      "call till balance" }
    assert.same({ 0, "" }, { result.status, result.stderr })
    assert.matches("^pid +name +behaviour.*%d>  till  account .*\n100\n5000\n$",
      result.stdout)
    assert.equal("5000", outside "call till balance")
    assert.matches('in .*"deposit"',
      traced({ "-e", "trace till 1" }).stdout)
    command.write(folder .. "/account.lua", (ACCOUNT:gsub(
      "return state.balance end", "return 'much' end")))
    assert.equal(0, attach({ "-e", "reload account" }).status)
    assert.equal('"much"', outside "call till balance")
  end)

  it("does the same with a script on its standard input", function()
    local result = attach({}, { input = "actors\nenter till\n" ..
      "state.balance = 5000\nstate.balance\nleave\ncall till balance\n" })
    assert.same({ 0, "" }, { result.status, result.stderr })
    assert.matches("^pid +name +behaviour.*%d>  till  account .*\n5000\n" ..
      "5000\n$", result.stdout)
    assert.matches('in .*"deposit"',
      traced({}, { input = "trace till 1\n" }).stdout)
    local lua = "local sum = 0\nfor i = 1, 3 do\n  sum = sum + i\nend\n" ..
      "print(sum)\nreturn sum"
    assert.equal("6\n6\n", attach({}, { input = lua }).stdout)
  end)

  it("hears what was wrong, by line", function()
    local result = attach({}, { input = "1 + 1\nstate <0.99.1>\n2 + 2\n" })
    assert.same({ 1, "2\n" }, { result.status, result.stdout })
    assert.matches("^[^\n]*line 2[^\n]*\n$", result.stderr)
  end)

  it("ends an endless loop", function()
    local client = command.start({ command.binary(), "attach", "-e",
      "print 'for ever' while true do end" }, { environment = environment })
    client:await("for ever")
    client:signal "INT"
    local result = client:wait()
    assert.same({ 130, "for ever\n" }, { result.status, result.stdout })
    assert.matches("interrupt", result.stderr)
  end)

  it("may be a program", function()
    local result = attach { "--json", "-e",
      "inspect.state('till').balance, 'a'", "-e", "error 'no luck'" }
    local first, second = result.stdout:match("^([^\n]*)\n([^\n]*)\n$")
    assert.same({ 1, "" }, { result.status, result.stderr })
    assert.equal('{"ok":true,"values":[100,"a"]}', first)
    assert.matches('^{.*"ok":false.*}$', second)
    assert.matches('"message":"[^"]*no luck"', second)
  end)
end)

describe("a client that goes away, or stays and does nothing", function()
  before_each(set_up)
  after_each(finish)

  local SESSIONS = "#inspect.actors{all = true, " ..
    "behaviour = 'troupe.console.session'}"

  it("leaves nothing behind when it is killed", function()
    local operator = terminal { "attach", "shop" }
    operator:ends("shop>")
    operator:enter("print 'for ever' while true do end")
    operator:ends("\nfor ever")
    os.execute("kill -9 " .. operator:pid())
    operator:await("ended: 137")
    eventually(function() return outside(SESSIONS) == "1" end)
    assert.equal("1", outside((SESSIONS:gsub("_session", "_evaluator"))))
  end)

  it("holds up nobody while it is stopped", function()
    local client = command.start({ command.binary(), "attach", "-e",
      "print 'begins'", "-e",
      "for i = 1, 30000 do print(('x'):rep(100)) end return 'ends'" },
      { environment = environment })
    client:await("begins")
    client:signal "STOP"
    for number = 1, 5 do
      assert.equal(tostring(100 + number), outside "call till deposit 1")
    end
    client:signal "CONT"
    local result = client:wait()
    assert.same({ 0, "", 7 + 30000 * 101 + 7 },
      { result.status, result.stderr, #result.stdout })
  end)
end)

describe("what an operator sees", function()
  before_each(set_up)
  after_each(finish)

  it("has colours, unless NO_COLOR is set", function()
    local operator = terminal { "attach" }
    operator:ends("shop>")
    operator:enter("'text', 1")
    operator:ends('"text", 1\nshop>')
    assert.matches("\27%[%d+m", operator:screen(true))
    finish()
    set_up()
    environment.NO_COLOR = "1"
    operator = terminal { "attach" }
    operator:ends("shop>")
    operator:enter("'text', 1")
    operator:ends('"text", 1\nshop>')
    assert.not_matches("\27%[[1-9]", operator:screen(true))
  end)

  it("is completed by the host", function()
    local operator = terminal { "attach" }
    operator:ends("shop>")
    operator:type("inspect.reg")
    operator:keys("Tab", "(", ")", ".", "k", "Tab")
    operator:await("inspect.registry")
  end)

  it("is there however busy the host is", function()
    command.write(folder .. "/looper.lua", [[
      return { cast = { loop = function() while true do end end } }
    ]])
    start_host("busy", [[
      local troupe = require "troupe"
      for number = 1, 16 do
        local pid = troupe.start("looper", nil, { name = "loop" .. number })
        troupe.cast(pid, "loop")
      end
      print("open")
      troupe.timeout(math.huge, troupe.receive)
    ]])
    local operator = terminal { "attach", "busy" }
    operator:ends("busy>")
    operator:enter("stack loop1")
    operator:await("looper.lua:1.*busy>$")
    for number = 1, 16 do
      operator:enter("kill loop" .. number)
      operator:await("kill loop" .. number ..
        "\n<[%d.]+> looper is killed\nbusy>$")
    end
    assert.equal("0\n", attach({ "busy", "-e",
      "#inspect.actors{behaviour = 'looper'}" }).stdout)
  end)
end)

describe("a host that is not there", function()
  before_each(set_up)
  after_each(finish)

  local function refused(words, text)
    local result = attach(words)
    assert.same({ 1, "" }, { result.status, result.stdout })
    assert.equal("troupe: " .. text .. "\n",
      (result.stderr:gsub(folder, ""):gsub("process %d+", "process N")))
  end

  it("is told with its neighbours", function()
    refused({ "stop" }, "no host named stop is running; there is: shop")
    start_host("show")
    start_host("bank")
    refused({ "shoo" }, "no host named shoo is running; there is: shop, " ..
      "show, bank")
    refused({}, "several hosts are running: name one of them\n" ..
      "  bank (process N)\n  shop (process N)\n  show (process N)")
    refused({ "a b" }, "expected a host's name to be 1 to 40 letters, " ..
      "digits, '_', '-' or '.', beginning with neither '-' nor '.', got " ..
      '"a b"')
  end)

  it("has died", function()
    os.execute("kill -9 " .. table.remove(hosts).pid)
    eventually(function() return attach({ "shop" }).status == 1 end)
    refused({ "shop" },
      "nobody listens at /runtime/shop.sock: its host has died")
    refused({}, "no host that has a name is running (troupe run --name NAME " ..
      "FILE starts one)")
  end)

  it("has another socket, or none", function()
    refused({ folder .. "/none" }, "there is no /none")
    refused({ folder .. "/main.lua" }, "/main.lua is not a socket")
    refused({ "/" .. ("x"):rep(107) }, "/" .. ("x"):rep(107) ..
      " is longer than the path of a socket")
  end)

  it("is another user's", function()
    if command.lines("id -u")[1] ~= "0" then
      return pending("only root can be somebody else")
    end
    local result = command.run({ "setpriv", "--reuid=65534", "--clear-groups",
      command.binary(), "attach", folder .. "/runtime/shop.sock" })
    assert.same({ 1, "", "troupe: " .. folder ..
      "/runtime/shop.sock belongs to another user\n" },
      { result.status, result.stdout, result.stderr })
  end)

  for expected, words in pairs {
    ["unknown option --fast"] = { "attach", "--fast" },
    ["expected a line of Lua after -e"] = { "attach", "shop", "-e" },
    ["expected one host, got also b"] = { "attach", "a", "b" },
    ["expected no option before attach, got --workers"] = { "--workers", "1",
      "attach" },
    ["expected a file for repl, which reads standard input itself, got -"] = {
      "repl", "-" },
  } do
    it("is no matter where the command is misused: " .. expected, function()
      assert.same({ status = 1, stdout = "",
        stderr = "troupe: " .. expected .. " (see troupe --help)\n" },
        command.run { command.binary(), table.unpack(words) })
    end)
  end
end)
