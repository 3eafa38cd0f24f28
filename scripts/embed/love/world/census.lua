-- Counts the sprites of each kind, when it is asked.

local layout = require "world.layout"
local troupe = require "troupe"

local census = { call = {} }

local sprites = assert(troupe.board "sprites")

function census.call.count()
  local counts = {}
  for kind = 0, layout.KINDS do counts[kind] = 0 end
  for row = 1, #sprites do
    local kind = sprites:get(row, 6) // 1 | 0
    counts[kind] = counts[kind] + 1
  end
  return counts
end

return census
