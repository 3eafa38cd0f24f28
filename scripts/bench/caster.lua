--[[
Behaviour of the benches: casts `("inc", 1)` to a counter `count` times as
fast as it can.
--]]
local troupe = require "troupe"

local caster = { cast = {} }

function caster.cast.run(_, target, count)
  for _ = 1, count do troupe.cast(target, "inc", 1) end
end

return caster
