-- clock: either
-- What an engine gets wrong is an error, and no crash. See spec/embed/misuse.c.

local embed = require "support.embed"

describe("an engine that is wrong", function()
  it("is told so", function()
    assert.same({ status = 0, stderr = "", stdout = "troupe_free: nothing is "
      .. "freed: it is called in a handler or a callback\ndone\n" },
      embed.run "misuse")
  end)
end)
