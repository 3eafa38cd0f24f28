---@meta troupe.registry

--- Names, key -> pid; and groups, for publishing.
---@class troupe.registry
local registry = {}

---@param key troupe.key
---@return troupe.pid|nil
function registry.whereis(key) end

--- Gets the actor of that name, or starts it: never two. Who comes while it
--- starts waits for the same `init`, and shares its error.
---@param key troupe.key
---@param module string
---@param args? any
---@param options? troupe.shared_options
---@return troupe.pid|nil pid nil: `init` has refused
---@return any reason
function registry.ensure(key, module, args, options) end

--- A name for oneself. Raises `exists` if another has it.
---@param key troupe.key
---@return true
function registry.register(key) end

---@param key troupe.key
---@return boolean # false: it was not one's own
function registry.unregister(key) end

--- Enters a group, oneself; twice is once.
---@param group troupe.key
---@return true
function registry.join(group) end

---@param group troupe.key
---@return boolean # was one in it?
function registry.leave(group) end

---@param group troupe.key
---@return troupe.pid[]
function registry.members(group) end

--- A cast to all members. Never waits: who has no room is skipped.
---@param group troupe.key
---@param request any
---@param ... any
---@return integer delivered
---@return integer skipped
function registry.publish(group, request, ...) end

--- All names.
---@return troupe.key[]
function registry.keys() end

return registry
