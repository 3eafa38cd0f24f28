-- The second comes by a long way, so in the usual order the first is done then.

local test = require "troupe.test"
local troupe = require "troupe"

describe("a ledger", function()
  it("forgets nothing", function()
    test.start_supervised("audit", nil, { name = "audit" })
    local ledger = test.start_supervised("ledger", nil, { name = "ledger" })
    local first = test.start_supervised "client"
    local second = test.start_supervised "client"
    troupe.cast(first, "add", "add")
    troupe.cast(test.start_supervised "relay", "pass", 6, second, "add", "add")
    troupe.sleep(1)
    assert.equal(20, troupe.call(ledger, "total"))
  end)
end)
