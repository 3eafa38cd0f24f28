-- troupe.cast, trycast and send: requests that nobody waits for.

local actors = require "support.actors"
local entity = require "troupe.entity"
local probe = require "probe"
local support = require "support"
local troupe = require "troupe"

local raised, run = actors.raised, actors.run

local SENDERS = { cast = troupe.cast, trycast = troupe.trycast,
  send = troupe.send }

for name, send in pairs(SENDERS) do
  describe("troupe." .. name, function()
    after_each(actors.finish)

    it("is true once the request is in the mailbox", function()
      local pid = actors.puppet()
      assert.is_true(send(pid, "run", "state.heard = table.pack(...)", 1, nil))
      assert.same({ 1, nil, n = 2 }, run(pid, "return state.heard"))
    end)

    it("does not wait for the handler", function()
      local pid, gate = actors.busy()
      assert.is_true(send(pid, "run", "state.heard = true"))
      assert.equal(1, troupe.call(gate, "release"))
      assert.is_true(run(pid, "return state.heard"))
    end)

    it("gives no result of the handler to anybody", function()
      local pid = actors.puppet()
      send(pid, "run", "return print")
      assert.equal(1, run(pid, "return 1"))
    end)

    it("finds its target by key", function()
      local pid = actors.puppet { name = { "cast", 1 } }
      assert.is_true(send({ "cast", 1 }, "run", "state.heard = true"))
      assert.is_true(run(pid, "return state.heard"))
    end)

    it("starts whom an address means", function()
      local target = entity.kind("fixtures.puppet"):at("state.woken = true")
      assert.is_true(send(target, "run", "state.heard = true"))
      local pid, woken, heard = run(target,
        "return troupe.self(), state.woken, state.heard")
      assert.is_true(woken and heard)
      troupe.stop(pid)
    end)

    it("is nil, noactor if nobody is there", function()
      local pid = actors.puppet()
      troupe.stop(pid)
      assert.same({ nil, "noactor" }, { send(pid, "run", "return") })
      assert.same({ nil, "noactor" }, { send("nobody", "run", "return") })
    end)

    it("to the sender itself arrives when the handler has returned", function()
      local pid = actors.puppet()
      run(pid, [[
        local name = ...
        troupe[name](troupe.self(), "run", "state.order = state.order .. 2")
        state.order = "1"
      ]], name)
      assert.equal("12", run(pid, "return state.order"))
    end)

    it("says what cannot be sent, and sends nothing", function()
      local pid = actors.puppet()
      local problem = raised(send, pid, "run", { items = { print } })
      assert.equal("badargument", problem.kind)
      assert.matches("argument 1.items[1]: a function cannot be sent",
        problem.message, 1, true)
    end)

    it("expects a target", function()
      assert.matches("expected target to be a pid, a key or an address, "
        .. "got no value", raised(send).message, 1, true)
    end)
  end)
end

describe("a request without a handler", function()
  after_each(actors.finish)

  it("is counted, and the actor goes on", function()
    local pid = actors.puppet()
    local before = probe.unhandled()
    troupe.cast(pid, "nothing of the kind")
    troupe.cast(pid)
    troupe.cast(pid, nil, 1)
    troupe.cast(pid, { "run" })
    troupe.send(pid, "hello", 1)
    troupe.send(pid)
    assert.equal(1, run(pid, "return 1"))
    assert.equal(before + 6, probe.unhandled())
  end)

  it("is logged with its kind, its name and the actor", function()
    local result = support.script([[
      local troupe = require "troupe"
      local pid = troupe.start "deaf"
      troupe.cast(pid, "note", 1)
      troupe.send(pid, { "table" })
      print(pid)
      troupe.stop(pid)
    ]], { files = { ["deaf.lua"] = "return {}" } })
    local pid = result.stdout:match("<[%d.]+>")
    assert.equal(0, result.status)
    assert.matches(pid .. ' deaf: no handler for cast "note"', result.stderr,
      1, true)
    assert.matches(pid .. " deaf: no handler for info table", result.stderr,
      1, true)
  end)
end)

describe("a cast whose handler raises", function()
  after_each(actors.finish)

  it("ends the actor, is logged, and leaves the sender alone", function()
    local result = support.script([[
      local troupe = require "troupe"
      local pid = troupe.start "weak"
      troupe.monitor(pid)
      print(troupe.cast(pid, "fall"))
      local what, who = troupe.receive()
      print(what, who == pid)
    ]], { files = { ["weak.lua"] = [[
      local weak = { cast = {} }
      function weak.cast.fall() error("fell") end
      return weak
    ]] } })
    assert.equal("true\ndown\ttrue\n", result.stdout)
    assert.equal(0, result.status)
    assert.matches('weak: exit: [^\n]*weak.lua:2: fell\n%s*in <[%d.]+> weak, '
      .. 'cast "fall"', result.stderr)
  end)
end)

describe("a cast that is left when its actor ends", function()
  after_each(actors.finish)

  it("is counted", function()
    local pid = actors.busy()
    local before = probe.refused()
    for _ = 1, 10 do troupe.cast(pid, "run", "return") end
    troupe.kill(pid)
    support.eventually(function() return probe.refused() == before + 10 end)
  end)
end)
