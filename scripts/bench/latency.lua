--[[
Behaviour of the benches: calls an echo server of its own, one call after the
other, and tells `report` how many seconds each took.
--]]
local troupe = require "troupe"

local latency = { cast = {} }

function latency.init() return { server = troupe.start("echo") } end

function latency.cast.run(state, count, report)
  local now, call, server = troupe.now, troupe.call, state.server
  local spent = {}
  for number = 1, count do
    local start = now()
    troupe.timeout(math.huge, call, server, "echo", number)
    spent[number] = now() - start
  end
  troupe.send(report, "done", spent)
end

return latency
