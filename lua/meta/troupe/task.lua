---@meta troupe.task

--- Work that goes on beside its owner, each piece in an actor of its own.
---@class troupe.task
local task = {}

---@class troupe.task.handle
---@field pid troupe.pid
---@field owner troupe.pid
---@field name string "fetch.page"
---@field results? any

---@class troupe.task.options
---@field limit? integer at a time (8)
---@field rate? number starts a second (any)
--- The first error is raised ("raise"), or each is among the reasons.
---@field errors? "raise"|"return"

--- Starts `require(module)[name](...)` in an actor that ends with its owner.
---@param module string
---@param name string
---@param ... any
---@return troupe.task.handle
function task.async(module, name, ...) end

--- Waits for what the function returns; raises what it raises. A call: 5 s,
--- unless a `timeout` says otherwise.
---@param self troupe.task.handle a task of one's own
---@return any ...
function task.await(self) end

--- Calls the function with each item, each time in an actor of its own. Waits
--- as long as it takes, or a `timeout` says.
---@param module string
---@param name string
---@param list any[]
---@param options? troupe.task.options
---@return any[] results the first results, in order; `n`: how many
---@return any[] reasons why, where a result is nil
function task.map(module, name, list, options) end

return task
