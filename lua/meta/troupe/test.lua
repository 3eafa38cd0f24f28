---@meta troupe.test

--- What a spec needs of the host that it runs in, in `troupe test`. Elsewhere
--- all of it raises.
---@class troupe.test
local test = {}

--- A line of the log.
---@class troupe.test.line
---@field level "debug"|"info"|"warn"|"error"
---@field message string
---@field actor? string "<0.17.3>"
---@field behaviour? string

---@class troupe.test.spy
---@field pid troupe.pid
---@field name any
local spy = {}

--- What it was sent, in order: a list {request, ...} for each; or, of one
--- request, only what came with it.
---@param request? any
---@return any[][]
function spy:calls(request) end

--- Raises if there are answers that nobody has asked for.
function spy:assert_drained() end

--- Waits until nothing is in flight; timers do not go off.
function test.settle() end

--- Lets so much time pass, at once; then settles.
---@param seconds number
function test.advance(seconds) end

--- From here to the end of this `it` time is the machine's.
function test.real_time() end

--- Starts an actor, as troupe.start(module, args, options), or what a function
--- starts: a pid, or a pool. It ends after the after_each, of several the last
--- one first. If it ends before, by an error, that fails the `it`.
---@param module string|function
---@param ... any
---@return troupe.pid|troupe.pool.handle
function test.start_supervised(module, ...) end

--- Waits for the end of an actor, which then fails nothing.
---@param target troupe.pid|troupe.key
---@return any reason
function test.await_exit(target) end

--- An actor that keeps what it is sent, and answers what it is told to: each
--- request by the lists of results given for it, in turn, or by a function.
---@param name troupe.key|nil
---@param answers? table<any, function|any[]>|function
---@return troupe.test.spy
function test.spy(name, answers) end

--- The log's lines of this `it` so far.
---@return troupe.test.line[]
function test.logs() end

--- Those that are written while it runs, and until nothing is in flight.
---@param fn function
---@param ... any
---@return troupe.test.line[]
function test.capture(fn, ...) end

return test
