--[[
Behaviour of the benches: a place in a ring; hands a token on until its hops
are used up, then tells `report`.
--]]
local troupe = require "troupe"

local ringnode = { cast = {} }

function ringnode.cast.join(state, next_node) state.next_node = next_node end

function ringnode.cast.token(state, hops, report)
  if hops == 0 then return troupe.send(report, "done") end
  troupe.cast(state.next_node, "token", hops - 1, report)
end

return ringnode
