-- Of what size the world is, and what stands where: plain Lua, for the actors
-- (Lua 5.4) and the engine (LuaJIT).

local layout = {
  WIDTH = 800, HEIGHT = 600,
  KINDS = 3,
  -- Columns of the boards: sprites (x, y, vx, vy, when, kind; a row is a cache
  -- line), grid (who was there last), pointer (x, y, pressed, begun).
  SPRITE = 8, GRID = 1, POINTER = 4, BEGUN = 4,
}

local CELL = 16
local ACROSS = math.ceil(layout.WIDTH / CELL)

layout.CELLS = ACROSS * math.ceil(layout.HEIGHT / CELL)

--- The row of the grid for a place.
function layout.cell(x, y)
  local column = math.min(math.max(math.floor(x / CELL), 0), ACROSS - 1)
  local cell = math.floor(y / CELL) * ACROSS + column + 1
  return math.min(math.max(cell, 1), layout.CELLS)
end

--- Whom a kind eats: each the next.
function layout.prey(kind) return kind % layout.KINDS + 1 end

return layout
