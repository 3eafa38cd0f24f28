-- clock: either
-- What a program that embeds a host sends, calls and starts.

local embed = require "support.embed"

describe("a program", function()
  it("talks to actors from the engine's thread", function()
    local result = embed.run "call"
    assert.same({ 0, "done\n" }, { result.status, result.stdout },
      result.stderr)
  end)
end)
