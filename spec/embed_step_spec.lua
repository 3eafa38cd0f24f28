-- clock: either
-- A host whose time the engine moves, and that does the same each time.

local embed = require "support.embed"

-- Tables as keys are found in the same order where they lie in an arena: not
-- under the variants that take each block from the heap, or shadow it.
local _, variant = embed.variant()
local KEYS = variant == "test" and "objects" or "strings"
local SIZE = variant == "test" and "200" or "20"
local TICKS = variant == "test" and "10000" or "500"

local function world(seed)
  local result = embed.run("step",
    { arguments = { "run", seed, SIZE, TICKS, KEYS }, limit = 90 })
  assert.equal(0, result.status, result.stderr)
  return result.stdout
end

describe("a stepped host", function()
  it("moves its time as it is told", function()
    local result = embed.run "steps"
    assert.same({ 0, "done\n" }, { result.status, result.stdout },
      result.stderr)
  end)

  it("is the same in any process, and another with another seed", function()
    local first = world "1"
    assert.matches("^%d+ bytes, %x+\n$", first)
    assert.equal(first, world "1")
    assert.not_equal(first, world "2")
  end)

  it("is the same whatever else there is in its process", function()
    local result = embed.run("step",
      { arguments = { "same", "20", "500", KEYS }, limit = 90 })
    assert.equal(0, result.status, result.stderr)
  end)
end)
