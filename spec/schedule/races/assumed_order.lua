local test = require "troupe.test"
local troupe = require "troupe"

describe("two that are asked in turn", function()
  it("answer in turn", function()
    local judge = test.start_supervised "judge"
    troupe.cast(test.start_supervised "client", "say", judge, "first")
    troupe.cast(test.start_supervised "client", "say", judge, "second")
    assert.equal("first second", troupe.call(judge, "verdict", 2))
  end)
end)
