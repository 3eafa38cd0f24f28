---@meta troupe.supervisor

--- Actors that start, watch and restart other actors.
---@class troupe.supervisor
local supervisor = {}

---@alias troupe.supervisor.strategy
---| "one_for_one" # restarts the one that has ended
---| "one_for_all" # restarts all
---| "rest_for_one" # restarts it and those that were started after it

---@alias troupe.supervisor.restart
---| "permanent" # whenever it ends
---| "transient" # unless it ends "normal" or "shutdown"
---| "temporary" # never

--- `{module, args, ...}` with options of `start` beside them.
---@class troupe.supervisor.child: troupe.shared_options
---@field [1] string the module
---@field [2]? any what its `init` gets
---@field id? troupe.key its name, or else its module
---@field name? troupe.key
---@field restart? troupe.supervisor.restart ("permanent")
---@field grace? number seconds that it has to end (5); 0: it is killed at once

--- The children, in the order of their start, and how they are kept.
---@class troupe.supervisor.spec: troupe.shared_options
---@field [integer] troupe.supervisor.child
---@field strategy? troupe.supervisor.strategy ("one_for_one")
---@field intensity? number more restarts than so many (3)
---@field period? number in so many seconds (5) end the supervisor
---@field backoff? number[] the first and the longest wait ({0.1, 5} seconds)
---@field name? troupe.key

---@class troupe.supervisor.nested: troupe.supervisor.spec
---@field id? troupe.key
---@field restart? troupe.supervisor.restart
---@field grace? number seconds (no limit)

---@class troupe.supervisor.entry
---@field id troupe.key
---@field text string the id as text
---@field name? troupe.key
---@field pid? troupe.pid
---@field behaviour string
---@field restart troupe.supervisor.restart
---@field restarts integer how often it has been restarted
---@field since? number UTC seconds of its last start
---@field state "up"|"waiting"|"ended"

---@class troupe.supervisor.node: troupe.supervisor.entry
---@field title? string
---@field children? troupe.supervisor.node[]

--- Starts a supervisor, linked to the caller, and its children in order. Waits
--- until all are there. Raises what a child's start raised.
---@param spec troupe.supervisor.spec
---@return troupe.pid|nil pid nil: a child's `init` has refused
---@return any reason
function supervisor.start(spec) end

--- A supervisor as a child of another.
---@param spec troupe.supervisor.nested
---@return troupe.supervisor.child
function supervisor.child(spec) end

--- Starts one more child, the last. Waits as long as it takes. Raises `exists`
--- if there is one of that id.
---@param target troupe.target the supervisor
---@param child troupe.supervisor.child
---@return troupe.pid|nil pid
---@return any reason
function supervisor.add(target, child) end

--- Stops a child, within its grace, and forgets it. Waits for that.
---@param target troupe.target the supervisor
---@param id troupe.key|troupe.pid
---@return true|nil
---@return "nochild"|nil reason
function supervisor.remove(target, id) end

--- The children, in the order of their start. A call.
---@param target troupe.target the supervisor
---@return troupe.supervisor.entry[]
function supervisor.children(target) end

--- The whole tree below a supervisor, a line for each actor. Calls them all.
---@param target troupe.target
---@return string text
---@return troupe.supervisor.node node
function supervisor.tree(target) end

return supervisor
