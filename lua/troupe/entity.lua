--- Actors found by (kind, key): started on first use, asleep when idle.
--
--     local entity = require "troupe.entity"
--     local accounts = entity.kind("account", {idle = 240})
--     troupe.call(accounts:at(17), "deposit", 100)
--
-- `at` gives an address, not a pid: it stays good when the actor behind it has
-- gone to sleep or died, and no message that races with that is lost. The
-- behaviour's `init(key, saved)` gets the entity's key; `saved` is nil. If init
-- fails, or returns nil and a reason, whoever sends gets an `exit`. Nobody
-- supervises an entity: one that has died is started again by the next who
-- sends to it, without a delay: each failure has a sender who hears of it.
--
-- Not for a handful of servers that you know by name: start them, and
-- register them (troupe.registry).

local core = require "troupe.core"

local entity = {}
entity.__index = entity
entity.__module = "troupe.entity" -- a kind can be sent

--- A kind of entity.
---@param module string the behaviour
---@param options table|nil start options; idle = seconds until it sleeps
---@return table kind
function entity.kind(module, options)
  if type(module) ~= "string" then
    core.expected("module", "the name of a module", module)
  end
  return setmetatable({module = module, options = core.options(options)},
                      entity)
end

--- The address of one of them.
---@param key string|integer|table
---@return userdata address a target for call, cast and send
function entity:at(key)
  return core.entity(self.module, key, self.options)
end

return entity
