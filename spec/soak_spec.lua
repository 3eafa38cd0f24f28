-- A short round of the soak (spec/soak.lua; `make soak` runs it for long), and
-- the same cut short by a signal.

local support = require "support"
local troupe = require "troupe"
local command = support.command

local LIMIT = 60 -- seconds

local function soak(seconds, seed, workers)
  return { command.binary(), "run", "--log", "off", "--workers", workers,
    "spec/soak.lua", seconds, seed }
end

describe("a host under random load", function()
  it("becomes quiet afterwards", function()
    local result = command.run(soak(3, 1, 8), { limit = LIMIT })
    assert.matches("actions, quiet", result.stdout, 1, true)
    assert.same({ 0, "" }, { result.status, result.stderr })
  end)

  -- A test build checks at its end that every block has been given back.
  it("is stopped in order at any moment, and nothing is left", function()
    for seed = 1, 3 do
      local host = command.start(soak(LIMIT, seed, 4), { limit = LIMIT })
      host:await("first round")
      troupe.sleep(0.2 * seed) -- a moment, no matter which
      host:signal("TERM")
      local result = host:wait()
      assert.same({ 128 + 15, "" }, { result.status, result.stderr })
    end
  end)
end)
