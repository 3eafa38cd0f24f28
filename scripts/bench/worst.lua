--[[
Behaviour of the benches: calls an echo server of its own, one call after the
other, and tells `report` how long the longest took. It keeps no list, which its
collector would have to go through in between.
--]]
local troupe = require "troupe"

local worst = { cast = {} }

function worst.init() return { server = troupe.start("echo") } end

function worst.cast.run(state, count, report)
  local now, call, server = troupe.now, troupe.call, state.server
  local most = 0
  for number = 1, count do
    local start = now()
    troupe.timeout(math.huge, call, server, "echo", number)
    local spent = now() - start
    if spent > most then most = spent end
  end
  troupe.send(report, most)
end

return worst
