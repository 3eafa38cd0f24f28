-- Sockets between actors: troupe.tcp.

local actors = require "support.actors"
local command = require "support.command"
local sockets = require "support.sockets"
local tcp = require "troupe.tcp"
local troupe = require "troupe"

local raised = actors.raised

describe("a connection", function()
  after_each(sockets.finish)

  for name, address in pairs {
    ["IPv4"] = "127.0.0.1:0", ["IPv6"] = "[::1]:0",
    ["a host's name"] = "localhost:0", ["every interface"] = "*:0",
    ["a file"] = "unix:" .. command.directory() .. "/s",
  } do
    it("carries lines both ways: " .. name, function()
      local listener = sockets.serve(address)
      local there = listener:address():gsub("^%[::%]", "127.0.0.1")
      local sock = sockets.keep(assert(tcp.connect(there)))
      local pid = sockets.accepted()
      assert.is_true(sock:write("one\r\ntwo\n\n"))
      assert.equal("one", troupe.call(pid, "read", "line"))
      assert.equal("two", troupe.call(pid, "read", "line"))
      assert.equal("", troupe.call(pid, "read"))
      assert.is_true(troupe.call(pid, "write", "three\n"))
      assert.equal("three", sock:read "line")
    end)
  end

  it("knows both its addresses", function()
    local listener = sockets.serve()
    local sock = sockets.connect(listener)
    local pid = sockets.accepted()
    assert.matches("^127%.0%.0%.1:%d+$", listener:address())
    assert.equal(listener:address(), sock:peer())
    assert.equal(sock:address(), troupe.call(pid, "peer"))
    assert.equal(sock:peer(), troupe.call(pid, "address"))
    assert.equal("socket (" .. sock:peer() .. ")", tostring(sock))
  end)

  it("carries any bytes", function()
    local sock, peer = sockets.pair()
    local bytes = {}
    for byte = 0, 255 do bytes[byte + 1] = string.char(byte) end
    bytes = table.concat(bytes):rep(1000)
    troupe.timeout(20, function()
      assert.is_true(sock:write(bytes))
      assert.is_true(bytes == peer("read", #bytes))
    end)
  end)

  it("gives so many bytes, however they came", function()
    local sock, peer = sockets.pair()
    sock:write "ab"
    sock:write "cdef"
    assert.equal("abc", peer("read", 3))
    assert.equal("d", peer("read", 1))
    assert.equal("ef", peer("read", "some"))
  end)

  it("mixes the ways of reading", function()
    local sock, peer = sockets.pair()
    sock:write "5\nhello\nrest"
    local size = tonumber(peer("read", "line"))
    assert.equal("hello", peer("read", size))
    assert.equal("", peer("read", "line"))
    assert.equal("re", peer("read", 2))
    assert.equal("st", peer("read", "some"))
  end)

  it("ends with nil, once all has been read", function()
    local sock, peer = sockets.pair()
    sock:write "whole\npart"
    sock:close()
    assert.equal("whole", peer("read", "line"))
    assert.equal("part", peer("read", "line"))
    assert.same({ n = 1 }, table.pack(peer("read", "line")))
    assert.same({ n = 1 }, table.pack(peer("read", "some")))
  end)

  it("gives fewer bytes at the end, and then nil", function()
    local sock, peer = sockets.pair()
    sock:write "abc"
    sock:close()
    assert.equal("abc", peer("read", 10))
    assert.is_nil(peer("read", 10))
  end)

  it("that is closed says so and stays closed", function()
    local sock = sockets.pair()
    assert.is_true(sock:close())
    assert.is_true(sock:close())
    local text = "EBADF: bad file descriptor"
    assert.same({ nil, text, "EBADF" }, { sock:read() })
    assert.same({ nil, text, "EBADF" }, { sock:write "x" })
    assert.same({ nil, text, "EBADF" }, { sock:deliver() })
    assert.same({ nil, text, "EBADF" }, { sock:peer() })
    assert.equal("socket (closed)", tostring(sock))
  end)

  it("is closed at the end of its scope", function()
    local listener = sockets.serve()
    local pid
    do
      local sock <close> = assert(tcp.connect(listener:address()))
      pid = sockets.accepted()
      sock:write "bye"
    end
    assert.equal("bye", troupe.call(pid, "read", "line"))
    assert.is_nil(troupe.call(pid, "read", "line"))
  end)

  it("cannot be sent", function()
    local sock, _, pid = sockets.pair()
    local problem = raised(troupe.call, pid, "read", { sock })
    assert.equal("badargument", problem.kind)
    assert.matches("a userdata cannot be sent", problem.message)
  end)

  it("says what may be read", function()
    local sock = sockets.pair()
    local expected = 'expected what to be "line", "some" or a number of bytes'
    for _, wrong in ipairs { "all", 0, -1, 1.5 } do
      local problem = raised(sock.read, sock, wrong)
      assert.equal("badargument", problem.kind)
      assert.matches(expected, problem.message, 1, true)
    end
    assert.matches("expected self to be a socket",
      raised(sock.read, "line").message, 1, true)
  end)
end)

describe("an actor that has its data delivered", function()
  after_each(sockets.finish)

  it("is told of each line and of the end", function()
    local sock, peer = sockets.pair()
    assert.is_true(peer "deliver")
    sock:write "one\ntwo\nthree"
    sock:close()
    assert.same({ "data", "one", true }, { troupe.receive() })
    assert.same({ "data", "two", true }, { troupe.receive() })
    assert.same({ "data", "three", true }, { troupe.receive() })
    assert.same({ "closed", nil, true }, { troupe.receive() })
  end)

  it("may choose other portions than lines", function()
    local sock, peer = sockets.pair()
    peer("deliver", 2)
    sock:write "abcd"
    assert.same({ "data", "ab", true }, { troupe.receive() })
    assert.same({ "data", "cd", true }, { troupe.receive() })
    peer("deliver", "some")
    sock:write "x"
    assert.same({ "data", "x", true }, { troupe.receive() })
  end)

  it("can be called and cast to meanwhile", function()
    local sock, peer, pid = sockets.pair()
    peer "deliver"
    assert.is_true(troupe.cast(pid, "write", "news\n"))
    assert.equal("news", sock:read "line")
    sock:write "answer\n"
    assert.same({ "data", "answer", true }, { troupe.receive() })
    assert.equal(sock:address(), peer "peer")
  end)

  it("gets one at a time, the next when the handler has returned", function()
    local gate = actors.puppet()
    local sock = sockets.connect(sockets.serve(nil, nil, "fixtures.slow_reader",
      { pid = gate, report = troupe.self() }))
    sock:write "1\n2\n3\n"
    for expected = 1, 3 do
      local what, line, pid = troupe.receive()
      assert.same({ "held", tostring(expected) }, { what, line })
      assert.equal(0, actors.queue(pid))
      assert.equal(1, troupe.call(gate, "release"))
    end
    sock:close()
  end)
end)

describe("a server", function()
  after_each(sockets.finish)

  it("says that its port is in use", function()
    local address = sockets.serve():address()
    assert.same({ nil, "EADDRINUSE: address already in use", "EADDRINUSE" },
      { tcp.serve(address, "fixtures.peer") })
  end)

  it("says that its file is in use, and takes over one left behind", function()
    local path = command.directory() .. "/s"
    local first = sockets.serve("unix:" .. path)
    assert.same({ nil, "EADDRINUSE: address already in use", "EADDRINUSE" },
      { tcp.serve("unix:" .. path, "fixtures.peer") })
    sockets.accepted() -- the look whether anybody serves there
    first:close()
    assert.is_nil(io.open(path))
    -- What a host that was killed leaves.
    command.run { "perl", "-MIO::Socket::UNIX", "-e",
      "IO::Socket::UNIX->new(Local => shift, Listen => 1) or die", path }
    sockets.serve("unix:" .. path)
  end)

  it("does not replace a file that is no socket", function()
    local path = command.directory() .. "/s"
    command.write(path, "precious")
    local listener, _, code = tcp.serve("unix:" .. path, "fixtures.peer")
    assert.same({ nil, "EADDRINUSE" }, { listener, code })
    assert.equal("precious", command.read(path))
  end)

  it("says what an address looks like", function()
    local function message(address)
      local problem = raised(tcp.serve, address, "fixtures.peer")
      assert.equal("badargument", problem.kind)
      return problem.message
    end
    assert.matches('expected host:port, [ipv6]:port or unix:/path, got "4000"',
      message "4000", 1, true)
    assert.matches('expected a port of 0..65535, got "99999"',
      message "localhost:99999", 1, true)
    assert.matches('expected an IPv6 address, got "::z"', message "[::z]:1", 1,
      true)
    assert.matches("expected unix:/path of 1..107 bytes, got 0",
      message "unix:", 1, true)
  end)

  it("says what options it knows", function()
    local function message(options)
      return raised(tcp.serve, "127.0.0.1:0", "fixtures.peer", nil,
        options).message
    end
    assert.matches('unknown option "maximum"', message { maximum = 1 }, 1, true)
    assert.matches('expected max to be a number, got "5"',
      message { max = "5" }, 1, true)
    assert.matches("expected line to be a number above 0, got -1",
      message { line = -1 }, 1, true)
  end)

  it("is told at once of a module that is not there", function()
    local problem = raised(tcp.serve, "127.0.0.1:0", "fixtures.nobody")
    assert.equal("badargument", problem.kind)
    assert.matches("module 'fixtures.nobody' not found", problem.message, 1,
      true)
    assert.matches("expected module to be the name of a module, got table",
      raised(tcp.serve, "127.0.0.1:0", {}).message, 1, true)
  end)

  it("serves until it is closed, kept or not", function()
    local pid = actors.puppet()
    local address = actors.run(pid, [[
      local tcp = require "troupe.tcp"
      return tcp.serve("127.0.0.1:0", "fixtures.peer", ...):address()
    ]], troupe.self())
    actors.run(pid, "collectgarbage() collectgarbage()")
    local sock = sockets.keep(assert(tcp.connect(address)))
    sock:write "hello\n"
    assert.equal("hello", troupe.call(sockets.accepted(), "read"))
  end)

  it("that is closed refuses, and leaves its connections alone", function()
    local listener = sockets.serve()
    local sock = sockets.connect(listener)
    local pid = sockets.accepted()
    local address = listener:address()
    assert.is_true(listener:close())
    assert.is_true(listener:close())
    assert.equal("", listener:address())
    assert.same({ nil, "ECONNREFUSED: connection refused", "ECONNREFUSED" },
      { tcp.connect(address) })
    sock:write "still here\n"
    assert.equal("still here", troupe.call(pid, "read"))
  end)

  it("makes clients wait while it has its most connections", function()
    local listener = sockets.serve(nil, { max = 2 })
    local first = sockets.connect(listener)
    local one = sockets.accepted()
    sockets.connect(listener)
    sockets.accepted()
    local third = sockets.connect(listener)
    third:write "let me in\n"
    assert.is_false((pcall(troupe.timeout, 0.05, troupe.receive)))
    first:close()
    assert.is_nil(troupe.call(one, "read"))
    troupe.stop(one)
    assert.equal("let me in", troupe.call(sockets.accepted(), "read"))
  end)

  it("closes a connection that its actor refuses", function()
    local sock = sockets.connect(sockets.serve(nil, nil, "fixtures.unwilling",
      "refuse"))
    assert.is_nil((sock:read()))
  end)

  it("ends with its actor", function()
    local pid = actors.puppet()
    local address = actors.run(pid, [[
      state.listener = require "troupe.tcp".serve("127.0.0.1:0",
        "fixtures.peer")
      return state.listener:address()
    ]])
    troupe.stop(pid)
    local sock, _, code = tcp.connect(address)
    assert.same({ nil, "ECONNREFUSED" }, { sock, code })
  end)
end)

describe("a client", function()
  after_each(sockets.finish)

  it("is refused where nobody listens", function()
    assert.same({ nil, "ECONNREFUSED: connection refused", "ECONNREFUSED" },
      { tcp.connect(sockets.unused()) })
    local sock, reason, code = tcp.connect "unix:/nowhere/s"
    assert.same({ nil, "ENOENT: no such file or directory", "ENOENT" },
      { sock, reason, code })
  end)

  it("is told of a name that nobody has", function()
    local sock, _, code = tcp.connect "nobody.invalid:4000"
    assert.is_nil(sock)
    assert.matches("^EAI_", code)
  end)

  it("may wait no longer than its deadline", function()
    local address, idle = sockets.full()
    local problem = raised(troupe.timeout, 0.05, tcp.connect, address)
    assert.equal("timeout", problem.kind)
    assert.matches('the connection to "unix:', problem.message, 1, true)
    idle:stop()
  end)
end)
