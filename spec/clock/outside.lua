-- Sockets, look-ups, foreign code: what comes from outside comes first.

local actors = require "support.actors"
local core = require "troupe.core"
local sockets = require "support.sockets"
local troupe = require "troupe"

describe("virtual time with sockets open", function()
  after_each(sockets.finish)

  it("does not go on while loopback brings something", function()
    local before = troupe.now()
    local sock, peer = sockets.pair()
    for i = 1, 20 do
      local line = ("x"):rep(i * 1000)
      sock:write(line .. "\n")
      assert.equal(line, troupe.timeout(0.001, peer, "read", "line"))
    end
    assert.equal(before, troupe.now())
  end)

  it("settles when what was sent has arrived", function()
    local sock, _, pid = sockets.pair()
    local before = troupe.now()
    actors.begin(actors.puppet(), "local pid, main = ...; " ..
      "troupe.send(main, troupe.call(pid, 'read', 'line'))", pid,
      troupe.self())
    core.settle()
    sock:write "hello\n"
    core.settle()
    assert.equal("hello", troupe.receive())
    assert.equal(before, troupe.now())
  end)

  it("goes on to a deadline when they bring nothing", function()
    local sock = sockets.pair()
    local before = troupe.now()
    local good, why = troupe.timeout(3600, pcall, sock.read, sock, "line")
    assert.is_false(good)
    assert.equal("timeout", why.kind)
    assert.equal(3600, math.floor(troupe.now() - before + 0.5))
  end)
end)

describe("virtual time", function()
  after_each(actors.finish)

  it("stands still while a name is looked up", function()
    local before = troupe.now()
    for _ = 1, 16 do -- more than are looked up within a poll
      actors.begin(actors.puppet(), [[
        local sock, why = troupe.timeout(0.001, require "troupe.tcp".connect,
          "no-such-host.invalid:1")
        troupe.send(..., not sock and why)]], troupe.self())
    end
    for _ = 1, 16 do
      local why = troupe.receive()
      assert.is_string(why)
      assert.not_matches("^timeout", why)
    end
    assert.equal(before, troupe.now())
  end)

  it("stands still while a thread is inside foreign code", function()
    local pid = troupe.start("fixtures.blocker")
    local before = troupe.now()
    assert.equal("done", troupe.timeout(0.001, troupe.call, pid, "block", 0.2,
      troupe.self()))
    assert.equal(before, troupe.now())
    assert.equal("blocks", troupe.receive())
    troupe.stop(pid)
  end)

  it("goes on if it stays there", function()
    local pid = troupe.start("fixtures.blocker")
    local before = troupe.now()
    local good, failure = pcall(troupe.timeout, 0.3, troupe.call, pid, "block",
      3, troupe.self())
    assert.same({ false, "timeout" }, { good, failure.kind })
    assert.is_true(troupe.now() >= before + 0.3)
    troupe.kill(pid)
    assert.equal("blocks", troupe.receive())
  end)
end)
