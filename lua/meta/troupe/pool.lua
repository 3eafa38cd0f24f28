---@meta troupe.pool

--- A fixed number of workers behind one handle. One that dies is replaced, and
--- the new one takes over its mailbox.
---@class troupe.pool
local pool = {}

--- Can be sent.
---@class troupe.pool.handle
---@field name troupe.key
---@field size integer
---@field choose "busy"|"turn"
local handle = {}

---@class troupe.pool.options: troupe.limits
---@field size? integer workers (3), 1024 at most
---@field choose? "busy"|"turn" whom `at()` gives: the least busy, or in turn

---@class troupe.pool.child_options: troupe.pool.options
---@field restart? troupe.supervisor.restart
---@field grace? number seconds to end in (no limit)

--- Starts a pool, linked to the caller. Waits until all workers have started.
--- Raises `exists`, or what a worker's `init` raised.
---@param name troupe.key unique among pools
---@param module string the workers' behaviour
---@param args? any what each worker's `init` gets
---@param options? troupe.pool.options
---@return troupe.pool.handle|nil
---@return any reason
function pool.start(name, module, args, options) end

--- A pool as a child of a supervisor; its id there is its name.
---@param name troupe.key
---@param module string
---@param args? any
---@param options? troupe.pool.child_options
---@return troupe.supervisor.child
function pool.child(name, module, args, options) end

--- The handle of a pool that somebody has started. A call; raises `noactor`.
---@param name troupe.key
---@return troupe.pool.handle
function pool.of(name) end

--- The worker that serves a key, always the same; without one the least busy,
--- or the next in turn.
---@param key? troupe.key
---@return troupe.address
function handle:at(key) end

--- Calls `fn(worker)` with a worker that nobody else gets meanwhile. Waits for
--- one, within the deadline.
---@generic T
---@param fn fun(worker: troupe.pid): T
---@return T
---@return any ...
function handle:with(fn) end

--- Waits until the workers have finished what they were sent, and ended.
---@return true|nil
---@return "noactor"|nil reason
function handle:stop() end

return pool
