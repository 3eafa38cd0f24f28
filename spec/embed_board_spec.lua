-- clock: either
-- Boards from the engine's side (spec/embed/board.c).

local embed = require "support.embed"

describe("a board of the engine's", function()
  it("is written by actors, and read where it lies", function()
    assert.same({ status = 0, stdout = "", stderr = "" }, embed.run "board")
  end)
end)
