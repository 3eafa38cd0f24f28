-- Passes a message on, the longer the more hops.

local troupe = require "troupe"

local relay = { cast = {} }

function relay.cast.pass(_, hops, target, ...)
  if hops == 0 then return troupe.cast(target, ...) end
  troupe.cast(troupe.self(), "pass", hops - 1, target, ...)
end

return relay
