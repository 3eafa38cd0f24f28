-- Acts on what there is, one thing after the other, and may itself be acted on.

local troupe = require "troupe"
local acts = require "storm.acts"
local probe = require "probe"

local driver = { cast = {} }

function driver.cast.go(state, about, seed, teller)
  math.randomseed(seed)
  probe.spare()
  state.acts, state.surprises = 0, {}
  local last = troupe.now() + about.seconds
  while troupe.now() < last do acts.one(state, about) end
  troupe.send(teller, "done", troupe.self(), state.acts, state.surprises)
end

return driver
