-- A short round of the storm (spec/storm.lua), and the same cut short by a
-- signal. STORM_SECONDS makes it a long one.

local support = require "support"
local troupe = require "troupe"
local command = support.command

local SECONDS = tonumber(os.getenv "STORM_SECONDS") or 1.5
local LIMIT = 100 -- seconds beside those

local function storm(seconds, seed, workers)
  return { command.binary(), "run", "--log", "off", "--workers", workers,
    "spec/storm.lua", seconds, seed }
end

describe("operators at work in a host under load", function()
  for workers = 1, 4, 3 do
    it(("do no harm: %d workers"):format(workers), function()
      local seed = os.time() * 10 + workers -- it is printed
      local result = command.run(storm(SECONDS, seed, workers),
                                 { limit = LIMIT + SECONDS })
      assert.matches(": quiet", result.stdout, 1, true)
      assert.same({ 0, "" }, { result.status, result.stderr })
    end)
  end

  -- A test build checks at its end that every block has been given back.
  it("are stopped at any moment, and nothing is left", function()
    local host = command.start(storm(LIMIT, 1, 4), { limit = LIMIT })
    troupe.sleep(0.5) -- a moment, no matter which
    host:signal("TERM")
    local result = host:wait()
    assert.same({ 128 + 15, "" }, { result.status, result.stderr })
  end)
end)
