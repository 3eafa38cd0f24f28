-- Sockets when something is slow, too much, or gone.

local eventually = require "support.eventually"
local sockets = require "support.sockets"
local support = require "support"
local tcp = require "troupe.tcp"
local troupe = require "troupe"

local actors = require "support.actors"

local MEGABYTE = ("x"):rep(1024 * 1024)

-- Fills the way to a reader that does not read; returns how much fitted, and
-- why no more did.
local function fill(peer)
  local size = 0
  while true do
    local taken, reason, code = peer("trywrite", MEGABYTE)
    if not taken then return size, reason, code end
    size = size + #MEGABYTE
  end
end

local function read_away(sock, size)
  while size > 0 do
    local portion = math.min(size, 65536)
    assert.equal(portion, #sock:read(portion))
    size = size - portion
  end
end

describe("a writer", function()
  after_each(sockets.finish)

  it("waits for a slow reader, and loses nothing", function()
    local sock, peer, pid = sockets.pair()
    local size = fill(peer)
    assert.is_true(size > 0)
    -- The system may take more meanwhile, and this with it at the very end.
    assert.equal("timeout",
      actors.raised(troupe.timeout, 0.02, peer, "write", "or not, ").kind)
    local writer = actors.puppet()
    actors.begin(writer, [[
      local main, peer, bytes = ...
      troupe.call(peer, "write", bytes)
      troupe.send(main, "written")
    ]], troupe.self(), pid, "the end\n")
    read_away(sock, size)
    local line = sock:read "line"
    assert.is_true(line == "the end" or line == "or not, the end", line)
    assert.equal("written", troupe.receive())
  end)

  it("is refused at once if it will not wait", function()
    local sock, peer = sockets.pair()
    local size, reason, code = fill(peer)
    assert.equal("EAGAIN", code)
    assert.matches("^EAGAIN: ", reason)
    read_away(sock, size)
    eventually(function() return peer("trywrite", "more\n") end)
    assert.equal("more", sock:read "line")
  end)

  it("that closes has sent what it wrote", function()
    local sock, peer = sockets.pair()
    local size = fill(peer)
    assert.is_true(peer "close")
    read_away(sock, size)
    assert.is_nil(sock:read "some")
  end)

  it("to a socket whose other end is gone is told so", function()
    local listener = sockets.serve()
    local client = sockets.client(listener,
      "setsockopt($s, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0)); close $s")
    local pid = sockets.accepted()
    assert.equal(0, client:wait().status)
    local result
    eventually(function()
      result = table.pack(troupe.call(pid, "write", "x"))
      return not result[1]
    end)
    assert.is_true(result[3] == "ECONNRESET" or result[3] == "EPIPE")
    assert.matches("^" .. result[3] .. ": ", result[2])
  end)
end)

describe("a reader", function()
  after_each(sockets.finish)

  it("waits no longer than its deadline, and misses nothing", function()
    local sock, peer = sockets.pair()
    local problem = actors.raised(troupe.timeout, 0.02, sock.read, sock, "line")
    assert.equal("timeout", problem.kind)
    assert.matches("^data from the socket did not come in [%d.]+ s$",
      problem.message)
    peer("write", "late\n")
    assert.equal("late", sock:read "line")
  end)

  it("is told of a connection that was reset", function()
    local listener = sockets.serve()
    local client = sockets.client(listener,
      "setsockopt($s, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0)); close $s")
    local pid = sockets.accepted()
    assert.equal(0, client:wait().status)
    assert.same({ nil, "ECONNRESET: connection reset by peer", "ECONNRESET" },
      { troupe.call(pid, "read") })
  end)

  it("in deliver mode is told why it was closed", function()
    local listener = sockets.serve()
    local client = sockets.client(listener, [[
      setsockopt($s, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0));
      print $s "one\ntwo"; <STDIN>; close $s]])
    local pid = sockets.accepted()
    troupe.call(pid, "deliver")
    assert.equal("data", (troupe.receive()))
    assert.equal(0, client:wait().status)
    local what, reason = troupe.receive()
    assert.same({ "closed", "ECONNRESET: connection reset by peer" },
      { what, reason })
  end)

  it("may still write to an end that has finished writing", function()
    local listener = sockets.serve()
    local client = sockets.client(listener,
      [[print $s "question\n"; $s->flush; shutdown($s, 1); print <$s>]])
    local pid = sockets.accepted()
    assert.equal("question", troupe.call(pid, "read"))
    assert.is_nil(troupe.call(pid, "read"))
    assert.is_true(troupe.call(pid, "write", "answer\n"))
    troupe.call(pid, "close")
    assert.equal("answer\n", client:wait().stdout)
  end)

  it("refuses a line that is too long, and may say so", function()
    local listener = sockets.serve(nil, { line = 10 })
    local sock = sockets.connect(listener)
    local pid = sockets.accepted()
    sock:write "0123456789\r\n0123456789a\n"
    assert.equal("0123456789", troupe.call(pid, "read"))
    local text = "EMSGSIZE: message too long"
    assert.same({ nil, text, "EMSGSIZE" }, { troupe.call(pid, "read") })
    assert.same({ nil, text, "EMSGSIZE" }, { troupe.call(pid, "read", 1) })
    assert.is_true(troupe.call(pid, "write", "too long\n"))
    troupe.call(pid, "close")
    assert.equal("too long", sock:read "line")
    assert.is_nil(sock:read "line")
  end)

  it("has a limit for lines if none is given", function()
    local sock, peer = sockets.pair()
    sock:write(("x"):rep(65536) .. "\n" .. ("x"):rep(65537))
    assert.equal(65536, #peer "read")
    assert.equal("EMSGSIZE", select(3, peer "read"))
  end)

  it("refuses 100 MB without a newline, and keeps none of it", function()
    local result = support.output([[
      local troupe, tcp = require "troupe", require "troupe.tcp"
      local function resident()
        for line in io.lines "/proc/self/status" do
          local size = line:match "VmHWM:%s+(%d+) kB"
          if size then return tonumber(size) end
        end
      end
      local listener = tcp.serve("127.0.0.1:0", "server", troupe.self())
      local before = resident()
      local port = listener:address():match ":(%d+)"
      local sent = io.popen("perl -MIO::Socket::INET -e '" ..
        '$SIG{PIPE} = "IGNORE"; my $s = IO::Socket::INET->new(PeerAddr => ' ..
        '"127.0.0.1:' .. port .. '") or die; my $b = "x" x 1000000; ' ..
        'for (1 .. 100) { print $s $b or last } shutdown($s, 1); ' ..
        "print <$s>; '")
      print(select(2, troupe.receive()))
      print(sent:read "a")
      print(resident() - before < 20000)
    ]], { files = { ["server.lua"] = [[
      local troupe = require "troupe"
      return { init = function(sock, owner)
        local line, reason = sock:read "line"
        sock:write "expected a shorter line"
        sock:close()
        troupe.send(owner, "read", reason)
      end }
    ]] } })
    assert.equal("EMSGSIZE: message too long\nexpected a shorter line\ntrue\n",
      result)
  end)
end)

describe("a socket", function()
  after_each(sockets.finish)

  for how, ending in pairs {
    killed = "troupe.kill(troupe.self()) troupe.sleep(math.huge)",
    failing = "error 'on purpose'", leaving = "troupe.exit 'done'",
  } do
    it("is closed with its actor: one " .. how, function()
      local listener = sockets.serve()
      local pid = actors.puppet()
      actors.run(pid, [[
        state.sock = require "troupe.tcp".connect(...)
        state.listener = require "troupe.tcp".serve("127.0.0.1:0",
          "fixtures.peer")
      ]], listener:address())
      local peer = sockets.accepted()
      troupe.monitor(pid)
      actors.begin(pid, ending)
      assert.equal("down", (troupe.receive()))
      assert.is_nil(troupe.call(peer, "read"))
    end)
  end

  it("is closed with an actor that waits for it", function()
    local listener = sockets.serve()
    local pid = actors.puppet()
    actors.begin(pid, [[
      require "troupe.tcp".connect(...):read "line"
    ]], listener:address())
    local peer = sockets.accepted()
    troupe.kill(pid)
    assert.is_nil(troupe.call(peer, "read"))
  end)

  it("is closed with an actor that still connects", function()
    local before = require "probe".streams()
    local pid = actors.puppet()
    local address, idle = sockets.full()
    actors.begin(pid, [[require "troupe.tcp".connect(...)]], address)
    eventually(function() return require "probe".streams() > before end)
    troupe.kill(pid)
    eventually(function() return require "probe".streams() == before end)
    idle:stop()
  end)

  it("that nobody has any more is closed", function()
    local listener = sockets.serve()
    local sock = tcp.connect(listener:address())
    local peer = sockets.accepted()
    sock:write "x"
    sock = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    assert.equal("x", troupe.call(peer, "read", 2))
    assert.is_nil(troupe.call(peer, "read"))
  end)
end)

describe("a client that vanishes midway", function()
  after_each(sockets.finish)

  it("leaves the others alone", function()
    local listener = sockets.serve()
    local sock = sockets.connect(listener)
    local pid = sockets.accepted()
    for _ = 1, 3 do
      local client = sockets.client(listener, [[
        setsockopt($s, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0));
        print $s "half a li"; $s->flush; close $s]])
      troupe.call(sockets.accepted(), "deliver")
      client:wait()
      assert.equal("closed", (troupe.receive()))
    end
    sock:write "whole line\n"
    assert.equal("whole line", troupe.call(pid, "read"))
  end)
end)

describe("a connection whose init raises", function()
  it("is closed, and the log says why", function()
    local result = support.script([[
      local troupe, tcp = require "troupe", require "troupe.tcp"
      local listener = tcp.serve("127.0.0.1:0", "server")
      local sock = tcp.connect(listener:address())
      print(sock:read())
    ]], { files = { ["server.lua"] =
      "return { init = function() error 'cannot serve' end }" } })
    assert.equal("nil\n", result.stdout)
    assert.matches("error <[%d.]+> server: .*server.lua:1: cannot serve",
      result.stderr)
  end)
end)
