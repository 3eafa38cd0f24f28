-- clock: either
-- Hosts inside an engine: how they come and go, and what its thread does.

local embed = require "support.embed"

local QUIET = { status = 0, stdout = "", stderr = "" }

-- With a sanitizer, the time of a thousand is better spent elsewhere.
local function cycles()
  local _, variant = embed.variant()
  return variant == "test" and "1000" or "100"
end

describe("a host in an engine", function()
  it("comes and goes, beside others, and leaves nothing", function()
    assert.same(QUIET, embed.run("hosts", { arguments = { cycles() } }))
  end)

  it("is made, or is not, where memory is scarce", function()
    assert.same(QUIET, embed.run("scarce"))
  end)

  it("serves its thread, a message at a time, from any thread", function()
    assert.same(QUIET, embed.run("poll"))
  end)
end)
