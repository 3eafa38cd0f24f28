-- What new users stumbled over.

local command = require "support.command"
local tcp = require "troupe.tcp"
local troupe = require "troupe"

local function run(...)
  return command.run { command.binary(), ... }
end

describe("the command", function()
  it("takes options before the command, too", function()
    local result = run("--workers", "1", "run",
      "scripts/account/main.lua")
    assert.equal(0, result.status)
    assert.matches("^70\n", result.stdout)
  end)

  it("says nothing of a script that fails because it is stopped", function()
    local code = [[
      local troupe = require "troupe"
      local pid = troupe.start("account", 100)
      os.execute("kill -INT $PPID")
      while true do troupe.call(pid, "withdraw", 0) end]]
    local result = command.run { "env", "LUA_PATH=scripts/account/?.lua",
      command.binary(), "-e", code }
    assert.equal("", result.stderr)
    assert.equal(130, result.status)
  end)

  it("names a script whose behaviour is ill-formed", function()
    local result = run("-e", "return { init = 3 }")
    assert.matches("expected the script.init to be a function, got 3",
      result.stderr, 1, true)
  end)
end)

describe("an error", function()
  it("names the key that nobody has as one would write it", function()
    local _, why = pcall(troupe.call, { "room", 7 }, "x")
    assert.matches('nobody is registered as {"room", 7}', why.message, 1,
      true)
  end)
end)

describe("a trace", function()
  it("says that it was at the start of an actor", function()
    local _, why = pcall(troupe.start, "fixtures.puppet", "error 'no'")
    assert.equal("start", why.trace[1].request)
  end)
end)

describe("a log line", function()
  it("shows the bytes that would move a terminal's cursor", function()
    local result = run("-e",
      [[require "troupe.log".info("a\0b\27[31mred\r fake\t.")]])
    assert.matches("a\\x00b\\x1b[31mred\\x0d fake\t.", result.stderr, 1, true)
  end)
end)

describe("a deadline", function()
  it("binds a sleep of no time, too", function()
    local ok, why = pcall(troupe.timeout, 0.01, function()
      while true do troupe.sleep(0) end
    end)
    assert.is_false(ok)
    assert.equal("timeout", why.kind)
  end)
end)

describe("a socket", function()
  it("writes all that it is given, as a file does", function()
    local listener = assert(tcp.serve("127.0.0.1:0", "fixtures.puppet"))
    local sock = assert(tcp.connect(listener:address()))
    assert.is_true(sock:write("a", 1, "b\n"))
    assert.has_error(function() sock:write("a", {}) end)
    sock:close()
    listener:close()
  end)
end)
