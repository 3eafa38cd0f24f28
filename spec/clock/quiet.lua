-- core.settle, and what keeps a host from being quiet.

local actors = require "support.actors"
local core = require "troupe.core"
local inspect = require "troupe.inspect"
local probe = require "probe"
local troupe = require "troupe"

local CHAIN = [[
  local n, main, again = ...
  if n == 0 then return troupe.send(main, "chained") end
  local pid = troupe.start("fixtures.puppet")
  troupe.cast(pid, "run", again, n - 1, main, again)
  troupe.cast(pid, "run", "troupe.exit()")]]

describe("settle", function()
  after_each(function()
    core.clock "virtual"
    actors.finish()
  end)

  it("comes back when all that follows from a cast has happened", function()
    for _, clock in ipairs { "virtual", "real" } do
      core.clock(clock)
      local before = #inspect.actors()
      actors.begin(actors.puppet(), CHAIN, 200, troupe.self(), CHAIN)
      core.settle()
      assert.equal("chained", troupe.receive())
      assert.equal(before + 1, #inspect.actors())
      actors.finish()
    end
  end)

  it("waits for no timer", function()
    for _, clock in ipairs { "virtual", "real" } do
      core.clock(clock)
      local before = troupe.now()
      troupe.after(3, troupe.self(), "tick")
      core.settle()
      assert.is_true(troupe.now() < before + 3)
    end
    core.clock "virtual"
    assert.equal("tick", troupe.receive())
    assert.equal("tick", troupe.receive())
  end)

  it("comes back to all who wait for it, in their order", function()
    for i = 1, 3 do
      actors.begin(actors.puppet(), "troupe.send(...) " ..
        "require 'troupe.core'.settle() troupe.send(...)", troupe.self(), i)
    end
    core.settle()
    local got = {}
    for i = 1, 6 do got[i] = troupe.receive() end
    assert.same({ got[1], got[2], got[3] }, { got[4], got[5], got[6] })
  end)

  it("is a wait that is seen, and ends as any other", function()
    local pid = actors.puppet()
    actors.begin(pid, "require 'troupe.core'.settle()")
    assert.equal(0, actors.run(actors.puppet(), [[
      local pid = ...
      local core = require "troupe.core"
      repeat troupe.sleep(0) until core.actor(pid).doing == "waiting"
      for _, row in ipairs(core.waits(100)) do
        if row.pid == pid then
          assert(row.kind == "settle" and row.waits == "settle")
          assert(not row.target)
        end
      end
      assert(core.actor(pid).waits == "settle")
      troupe.kill(pid)
      return 0]], pid))
    core.settle()
    assert.is_nil(core.actor(pid))
  end)

  it("fails, or does not, when memory runs out, and leaves nothing", function()
    local good, failure
    for n = 0, 20 do
      probe.fail_after(n)
      good, failure = pcall(core.settle)
      probe.fail_after()
      if good then break end
      assert.matches("not enough memory", tostring(failure))
    end
    assert.is_true(good)
    core.settle()
  end)

  it("does not wait for ever for those who never rest", function()
    local pid = actors.puppet()
    actors.begin(pid, "state.go = function() troupe.cast(troupe.self(), " ..
      "'run', 'state.go()') end state.go()")
    local good, failure = pcall(troupe.timeout, 0.1, core.settle)
    assert.is_false(good)
    assert.matches("^timeout: quiet did not come in", tostring(failure))
  end)
end)

describe("in virtual time somebody who loops", function()
  after_each(actors.finish)

  it("does not keep his caller waiting for ever", function()
    local pid = actors.puppet()
    local before = troupe.now()
    local good, failure = pcall(troupe.timeout, 0.2, actors.run, pid,
      "while true do end")
    assert.same({ false, "timeout", true },
      { good, failure.kind, failure.begun })
    assert.is_true(troupe.now() >= before + 0.2)
    troupe.kill(pid)
    core.settle()
    assert.is_nil(core.actor(pid))
  end)

  it("does not do so after a leap either", function()
    local pid = actors.puppet()
    troupe.sleep(3600)
    local good, failure = pcall(troupe.timeout, 0.2, actors.run, pid,
      "while true do end")
    assert.same({ false, "timeout" }, { good, failure.kind })
    troupe.kill(pid)
  end)

  it("nor does who is due again at once, and again", function()
    local pid = actors.puppet()
    actors.begin(pid, "state.go = function() troupe.after(0, " ..
      "troupe.self(), 'run', 'state.go()') end state.go()")
    troupe.sleep(0.2)
  end)

  it("is ended by his share of the CPU", function()
    local pid = actors.puppet { cpu = 0.2 }
    local good, failure = pcall(actors.run, pid, "while true do end")
    assert.same({ false, "exit" }, { good, failure.kind })
  end)
end)
