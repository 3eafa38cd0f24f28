--- The clock of a host that tests. Not for scripts: see troupe.test.

local core = require "troupe.core"
local troupe = require "troupe"

local time = {}

--- Virtual, if this host can: one of several workers has the real clock only.
function time.reset() pcall(core.clock, "virtual") end

--- Is there one worker, which knows when nothing is in flight?
---@return boolean
function time.settles() return #core.workers() == 1 end

--- Waits until nothing is in flight.
function time.settle() core.settle() end

---@param seconds number
function time.advance(seconds)
  if core.clock() ~= "virtual" then
    core.misuse("advance needs the virtual clock, and this one is real")
  end
  troupe.shield(math.huge, troupe.sleep, seconds)
  core.settle()
end

function time.real() core.clock "real" end

return time
