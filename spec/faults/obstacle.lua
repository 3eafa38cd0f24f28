-- Holds up the worker that it runs on: in foreign code, or at a disk that does
-- not answer.

local probe = require "probe"

local obstacle = { cast = {} }

function obstacle.cast.block(_, seconds) probe.block(seconds) end

--- Whoever is outside writes a byte, some time: one for each that is read.
function obstacle.cast.read(_, fifo)
  local file <close> = assert(io.open(fifo, "r+"))
  file:setvbuf("no")
  file:read(1)
end

return obstacle
