-- What one actor does to the worker that it runs on.

local command = require "support.command"
local troupe = require "troupe"

describe("an actor", function()
  it("that casts to itself for ever leaves room for timers", function()
    local greedy = troupe.start("fixtures.greedy")
    troupe.cast(greedy, "go")
    troupe.sleep(0.01)
    troupe.kill(greedy)
  end)

  it("leaves room for timers on the only worker, too", function()
    local code = [[
      local troupe = require "troupe"
      local greedy = troupe.start("fixtures.greedy")
      troupe.cast(greedy, "go")
      troupe.sleep(0.01)
      print "awake"
      troupe.kill(greedy)]]
    local result = command.run { "env", "LUA_PATH=spec/?.lua;;",
      command.binary(), "--workers", "1", "-e", code }
    assert.equal("awake\n", result.stdout)
  end)

  it("that yields in terminate goes on by itself", function()
    local hesitant = troupe.start("fixtures.greedy")
    troupe.call(hesitant, "hesitate")
    assert.is_true(troupe.timeout(5, troupe.stop, hesitant))
  end)

  it("that has no memory left can still be stopped", function()
    local full = troupe.start("fixtures.greedy", nil, { memory = 4 * 2 ^ 20 })
    troupe.cast(full, "fill")
    pcall(troupe.stop, full)
    assert.is_false(pcall(troupe.call, full, "hesitate"))
  end)
end)
