-- The same as it should be.

local test = require "troupe.test"
local troupe = require "troupe"

describe("a program without a race", function()
  it("forgets nothing", function()
    test.start_supervised("audit", nil, { name = "audit" })
    local ledger = test.start_supervised("ledger", nil, { name = "ledger" })
    for _ = 1, 3 do
      troupe.cast(test.start_supervised "client", "add", "add_rightly")
    end
    troupe.sleep(1)
    assert.equal(30, troupe.call(ledger, "total"))
  end)

  it("has one of what there is to be one of", function()
    local judge = test.start_supervised "judge"
    for _ = 1, 3 do
      troupe.cast(test.start_supervised "client", "race", "get_one", judge)
    end
    local verdict = troupe.call(judge, "verdict", 3)
    troupe.stop "one"
    assert.not_matches("failed", verdict)
  end)

  it("hears one sender in order", function()
    local judge = test.start_supervised "judge"
    local client = test.start_supervised "client"
    troupe.cast(client, "say", judge, "first")
    troupe.cast(client, "say", judge, "second")
    assert.equal("first second", troupe.call(judge, "verdict", 2))
  end)
end)
