--- A dot: an actor that moves by itself, and bounces off the borders.
--
-- Where it is stands in its row of the board "dots", which the game draws: x
-- and y from 0 to 1, and a colour from 0 to 1.

local troupe = require "troupe"

local dot = {call = {}, cast = {}, info = {}}

local STEP = 0.02 -- seconds between two moves

function dot.init(number)
  local self = {
    board = troupe.board "dots", number = number,
    x = math.random(), y = math.random(), colour = math.random(),
    dx = (math.random() - 0.5) / 2, dy = (math.random() - 0.5) / 2,
  }
  self.timer = troupe.every(STEP, troupe.self(), "move")
  return self
end

-- The place and the speed, one step later.
local function move(at, speed)
  at = at + speed * STEP
  if at < 0 or at > 1 then speed = -speed end
  return math.max(0, math.min(1, at)), speed
end

function dot.info.move(self)
  self.x, self.dx = move(self.x, self.dx)
  self.y, self.dy = move(self.y, self.dy)
  self.board:set(self.number, self.x, self.y, self.colour)
end

--- How fast it moves, in screens a second.
function dot.cast.push(self, dx, dy) self.dx, self.dy = dx, dy end

--- Where it is.
function dot.call.where(self) return self.x, self.y end

return dot
