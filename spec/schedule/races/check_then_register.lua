local test = require "troupe.test"
local troupe = require "troupe"

describe("two that would be chief", function()
  it("agree who is", function()
    local judge = test.start_supervised "judge"
    for _ = 1, 2 do
      troupe.cast(test.start_supervised "client", "race", "take_name", judge)
    end
    assert.not_matches("failed", troupe.call(judge, "verdict", 2))
  end)
end)
