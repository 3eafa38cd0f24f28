-- clock: virtual
-- Boards: numbers that all actors of a host share, without a message.

local actors = require "support.actors"
local support = require "support"
local troupe = require "troupe"

local count = 0

-- A board lives as long as its host does: each `it` has names of its own.
local function new(rows, columns)
  count = count + 1
  local name = "board_spec " .. count
  return assert(troupe.board(name, { rows = rows, columns = columns })), name
end

local function refused(text, run, ...)
  local ok, failure = pcall(run, ...)
  assert.is_false(ok)
  assert.equal("badargument", failure.kind)
  assert.matches(text, failure.message, 1, true)
end

describe("a board", function()
  it("is all 0 at first, and of the size that was asked for", function()
    local board = new(3, 2)
    assert.same({ 3, 2 }, { #board, board:columns() })
    for row = 1, 3 do assert.same({ 0.0, 0.0 }, { board:get(row) }) end
  end)

  it("keeps what is written, row by row", function()
    local board = new(2, 3)
    board:set(1, 1, 2.5, -3)
    board:set(2, math.huge)
    assert.same({ 1.0, 2.5, -3.0 }, { board:get(1) })
    assert.same({ math.huge, 0.0, 0.0 }, { board:get(2) })
    assert.equal(2.5, board:get(1, 2))
    board:set(1)
    board:set(1.0, nil, 7, nil)
    assert.same({ 1.0, 7.0, -3.0 }, { board:get(1) })
  end)

  it("is the same for all actors that know its name", function()
    local board, name = new(2, 1)
    board:set(2, 21)
    actors.run(actors.puppet(), [[
      local board = require "troupe".board(...)
      board:set(2, 2 * board:get(2))
    ]], name)
    actors.finish()
    assert.same({ 0.0, 42.0 }, { board:get(1), (board:get(2)) })
    assert.equal(42.0, board:get(2))
    assert.equal(board, troupe.board(name))
    assert.equal(board, troupe.board(name, { rows = 2, columns = 1 }))
    assert.not_equal(board, (new(2, 1)))
    assert.equal("board " .. name, tostring(board))
  end)

  it("is not there before somebody has made it", function()
    assert.same({ nil, "there is no such board" },
      { troupe.board "board_spec none" })
  end)

  it("takes no place that it does not have", function()
    local board = new(4, 2)
    for _, row in ipairs { 0, 5, -1, 1.5, "1", math.mininteger, 0 / 0 } do
      refused("expected row to be 1 to 4, got ", board.set, board, row, 1)
      refused("expected row to be 1 to 4, got ", board.get, board, row)
    end
    for _, column in ipairs { 0, 3, "1" } do
      refused("expected column to be 1 to 2", board.get, board, 1, column)
    end
    refused("expected at most 2 values, as columns, got 3", board.set, board,
      1, 1, 2, 3)
    refused("expected board to be a board, got 5", board.get, 5, 1)
  end)

  it("takes numbers only, and all or none", function()
    local board = new(1, 3)
    refused('expected value to be a number, got "2"', board.set, board, 1, 1,
      "2", 3)
    assert.same({ 0.0, 0.0, 0.0 }, { board:get(1) })
  end)

  it("is made of a name and a size", function()
    local size = { rows = 1, columns = 1 }
    for _, name in ipairs { "", "a\0b", ("x"):rep(256), 5 } do
      refused("expected name to be a string of 1 to 255 bytes", troupe.board,
        name, size)
    end
    assert.is_truthy(troupe.board(("x"):rep(255), size))
    refused("expected rows to be an integer above 0, got 0", troupe.board,
      "board_spec wrong", { rows = 0, columns = 1 })
    refused("expected columns to be an integer above 0, got nil",
      troupe.board, "board_spec wrong", { rows = 1 })
    refused('unknown option "row"', troupe.board, "board_spec wrong",
      { row = 1 })
    refused("expected options to be a table, got 3", troupe.board,
      "board_spec wrong", 3)
    local _, name = new(2, 3)
    refused(('expected the board "%s" to have 2 rows of 3 columns, got 3 of 2')
      :format(name), troupe.board, name, { rows = 3, columns = 2 })
  end)

  it("cannot be larger than all that scripts may have", function()
    local function make(name, rows, columns)
      return troupe.board("board_spec " .. name,
        { rows = rows, columns = columns })
    end
    assert.same({ nil, "the board is too large" },
      { make("large", math.maxinteger, math.maxinteger) })
    assert.same({ nil, "the board is too large" },
      { make("large", (1 << 62) + 1, 4) })
    assert.same({ nil, "actors have made as many boards as they may" },
      { make("large", 1 << 12, (1 << 12) + 1) })
  end)

  it("costs its host no more than that, however many there are", function()
    assert.equal("1024\tnil\n", support.output [[
      local troupe = require "troupe"
      local made = 0
      local size = { rows = 128, columns = 128 }
      while troupe.board("b" .. made, size) do made = made + 1 end
      print(made, (troupe.board("more", { rows = 1, columns = 1 })))
    ]])
  end)
end)
