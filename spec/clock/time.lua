local core = require "troupe.core"
local troupe = require "troupe"

local PUPPET = "fixtures.puppet"

describe("virtual time", function()
  it("goes on to the end of a sleep at once", function()
    local before = troupe.now()
    troupe.sleep(3600)
    assert.is_true(math.abs(troupe.now() - before - 3600) < 1e-6)
  end)

  it("stands still while anything is left to do", function()
    local before, sum = troupe.now(), 0
    for i = 1, 1e6 do sum = sum + i end
    troupe.sleep(0)
    core.settle()
    assert.equal(before, troupe.now())
  end)

  it("takes os.time and os.date along", function()
    local now, time, stamp = troupe.now(), troupe.time(), os.time()
    troupe.sleep(86400)
    assert.is_true(math.abs(troupe.time() - time - 86400) < 1e-3)
    assert.equal(stamp + 86400, os.time())
    assert.equal(os.date("%c", os.time()), os.date())
    assert.equal(os.date("!%c", 0), os.date("!%c", 0))
    assert.is_true(math.abs(troupe.now() - now - 86400) < 1e-6)
    assert.equal(0, os.time { year = 1970, month = 1, day = 1, hour = 0 } -
      os.time { year = 1970, month = 1, day = 1, hour = 0 })
  end)

  it("goes on from where it stood, real or virtual, and never back", function()
    troupe.sleep(100)
    local before = troupe.now()
    assert.equal("virtual", core.clock "real")
    assert.equal("real", core.clock())
    local real = troupe.now()
    assert.is_true(before <= real and real < before + 50)
    troupe.sleep(0.001)
    assert.is_true(troupe.now() >= real + 0.001)
    assert.equal("real", core.clock "virtual")
    local after = troupe.now()
    assert.is_true(after >= real + 0.001)
    troupe.sleep(100)
    assert.is_true(math.abs(troupe.now() - after - 100) < 1e-6)
  end)

  it("ends a wait that nothing else can end", function()
    local good, failure = pcall(troupe.receive)
    assert.is_false(good)
    assert.equal("timeout", failure.kind)
    assert.equal("no message, timer or socket is left that could end this " ..
      "wait", failure.message)
    local pid = troupe.start(PUPPET)
    good, failure = pcall(troupe.timeout, math.huge, troupe.call, pid, "hold")
    assert.same({ false, "timeout", true },
      { good, failure.kind, failure.begun })
    troupe.stop(pid)
  end)
end)
