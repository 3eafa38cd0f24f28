---@meta troupe.entity

--- Actors found by (kind, key): started on first use, asleep when idle.
---@class troupe.entity
local entity = {}

--- Can be sent.
---@class troupe.entity.kind
---@field module string
---@field options any
local kind = {}

--- A kind of entity. Its `init(key, saved)` gets the key; `saved` is nil.
---@param module string the behaviour
---@param options? troupe.shared_options idle: seconds until it sleeps
---@return troupe.entity.kind
function entity.kind(module, options) end

--- The address of one of them: good whether it is awake or not.
---@param key troupe.key
---@return troupe.address
function kind:at(key) end

return entity
