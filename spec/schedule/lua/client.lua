-- Does what is asked for, and tells its starter.

local troupe = require "troupe"
local registry = require "troupe.registry"

local client = { cast = {}, call = {} }

function client.cast.add(state, how) troupe.call("ledger", how, 10) end

-- Between the look and the start somebody else may start one.
function client.call.start_one()
  if registry.whereis "one" then return "there was one" end
  troupe.start("audit", nil, { name = "one" })
  return "started"
end

function client.call.get_one()
  return registry.ensure("one", "audit") ~= nil and "there is one"
end

-- Nothing is waited for in between, and still.
function client.call.take_name()
  if registry.whereis "chief" then return "taken" end
  registry.register "chief"
  return "mine"
end

-- To be called by a call that does not wait for its handler.
function client.cast.race(_, request, judge)
  local good, result = pcall(client.call[request])
  troupe.cast(judge, "told", good and result or "failed")
end

function client.cast.say(_, judge, word) troupe.cast(judge, "told", word) end

return client
