local test = require "troupe.test"
local troupe = require "troupe"

describe("two that want one", function()
  it("get it", function()
    local judge = test.start_supervised "judge"
    for _ = 1, 2 do
      troupe.cast(test.start_supervised "client", "race", "start_one", judge)
    end
    local verdict = troupe.call(judge, "verdict", 2)
    troupe.stop "one"
    assert.not_matches("failed", verdict)
  end)
end)
