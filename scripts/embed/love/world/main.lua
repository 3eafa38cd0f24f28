-- The world: a tree of supervisors with all sprites, and who counts them. The
-- engine has made the boards; without one (troupe run) they are made here.

local layout = require "world.layout"
local registry = require "troupe.registry"
local supervisor = require "troupe.supervisor"
local troupe = require "troupe"

local count = math.tointeger(troupe.config("sprites", 10000))

local HERD = 100 -- sprites of one supervisor

local function board(name, rows, columns)
  assert(troupe.board(name, { rows = rows, columns = columns }))
end

local function herd(first)
  local children = { name = { "herd", first }, intensity = 1000, period = 1 }
  for row = first, math.min(first + HERD - 1, count) do
    children[#children + 1] = { "world.sprite", row, name = { "sprite", row },
      memory = 1e6 }
  end
  return supervisor.child(children)
end

local world = { call = {} }

function world.init() return {} end

--- Ten thousand starts may take their time, during which frames are drawn.
function world.continue()
  board("sprites", count, layout.SPRITE)
  board("grid", layout.CELLS, layout.GRID)
  board("pointer", 1, layout.POINTER)
  local children = { { "world.census", name = "census" } }
  for first = 1, count, HERD do children[#children + 1] = herd(first) end
  troupe.timeout(math.huge, supervisor.start, children)
  troupe.board "pointer":set(1, nil, nil, nil, 1)
  registry.publish("sprites", "begin")
end

return world
