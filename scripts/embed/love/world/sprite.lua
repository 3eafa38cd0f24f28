-- One of ten thousand: an actor that flies, hunts its neighbours and is hunted.
-- Where it is it writes on the board `sprites`, a row of its own, from which
-- the engine draws it; who was last in a place stands on the board `grid`.

local layout = require "world.layout"
local registry = require "troupe.registry"
local troupe = require "troupe"

local sprite = { cast = {}, info = {} }

local STEP = 0.1      -- seconds between two moves
local NEAR = 8        -- points
local LIVES = 3
local DIGESTION = 8   -- seconds from one meal to the next
local FLIGHT = 100    -- points from the pointer of the mouse

local sprites = assert(troupe.board "sprites")
local grid = assert(troupe.board "grid")
local pointer = assert(troupe.board "pointer")

local function write(self)
  sprites:set(self.row, self.x, self.y, self.vx, self.vy, self.now, self.kind)
end

--- What it was before it was eaten, if it was, is on its row.
function sprite.init(row)
  local x, y, _, _, _, kind = sprites:get(row)
  local angle, speed = math.random() * 2 * math.pi, 15 + math.random() * 40
  local self = { row = row, lives = LIVES, now = troupe.now(),
    vx = speed * math.cos(angle), vy = speed * math.sin(angle),
    x = x, y = y, kind = kind }
  if kind == 0 then
    self.x, self.y = math.random() * layout.WIDTH, math.random() * layout.HEIGHT
    self.kind = math.random(layout.KINDS)
  end
  self.hungry = self.now + math.random() * DIGESTION
  write(self)
  registry.join "sprites"
  if pointer:get(1, layout.BEGUN) == 1 then sprite.cast.begin(self) end
  return self
end

--- Once all are there (world.main); who comes later begins at once.
function sprite.cast.begin(self)
  if self.begun then return end
  self.begun, self.now = true, troupe.now()
  troupe.after(math.random() * STEP, troupe.self(), "first")
end

--- Ten thousand that all move at the same moment would be a burst.
function sprite.info.first() troupe.every(STEP, troupe.self(), "move") end

-- Along one axis: it bounces off the borders.
local function fly(place, speed, span, largest)
  place = place + speed * span
  if place < 0 then return -place, math.abs(speed) end
  if place > largest then return 2 * largest - place, -math.abs(speed) end
  return place, speed
end

local function flee(self)
  local x, y, pressed = pointer:get(1)
  local dx, dy = self.x - x, self.y - y
  local distance = dx * dx + dy * dy
  if pressed == 0 or distance > FLIGHT * FLIGHT or distance == 0 then return end
  local speed = math.sqrt((self.vx * self.vx + self.vy * self.vy) / distance)
  self.vx, self.vy = speed * dx, speed * dy
end

-- Whoever was last in this place. What its row says may be half a step old.
local function meet(self, other)
  local x, y, _, _, _, kind = sprites:get(other)
  if kind ~= layout.prey(self.kind) then return end
  if math.abs(x - self.x) > NEAR or math.abs(y - self.y) > NEAR then return end
  if troupe.trycast({ "sprite", other }, "bite", self.kind) then
    self.hungry = self.now + DIGESTION
  end
end

function sprite.info.move(self)
  local span = math.min(troupe.now() - self.now, 1)
  self.now = troupe.now()
  self.x, self.vx = fly(self.x, self.vx, span, layout.WIDTH)
  self.y, self.vy = fly(self.y, self.vy, span, layout.HEIGHT)
  flee(self)
  write(self)
  local cell = layout.cell(self.x, self.y)
  local other = grid:get(cell, 1) // 1 | 0
  grid:set(cell, self.row)
  if other > 0 and other ~= self.row and self.hungry <= self.now then
    meet(self, other)
  end
end

--- Eaten up, it ends; its supervisor starts another, of the kind that ate it.
function sprite.cast.bite(self, kind)
  self.lives = self.lives - 1
  if self.lives > 0 then return end
  self.kind = kind
  write(self)
  troupe.trycast("hud", "eaten", self.row, kind)
  troupe.exit("eaten")
end

return sprite
