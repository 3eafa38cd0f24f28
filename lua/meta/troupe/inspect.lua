---@meta troupe.inspect

--- What the actors of this host are doing, while they do it. Whom one asks is
--- not disturbed. A target that is not there raises `noactor`.
---@class troupe.inspect
local inspect = {}

---@alias troupe.inspect.doing
---| "new" # it has not begun to start
---| "idle" # it has nothing to do
---| "running"
---| "queued" # it could run, but others have their turn
---| "waiting" # for `waits`
---| "ending"
---| "silent" # it is inside a function of C, and does not answer
---| "frozen" # its module is being reloaded

-- --- Many --------------------------------------------------------------------

---@class troupe.inspect.limit
---@field limit? integer entries at most (1000)

---@class troupe.inspect.actors_options: troupe.inspect.limit
--- The largest first.
---@field sort? "queue"|"memory"|"cpu"|"calls"|"waiting"|"handling"
---@field behaviour? string of this one only
---@field all? boolean no limit

---@class troupe.inspect.actor
---@field pid troupe.pid
---@field behaviour? string
---@field starter? troupe.pid
---@field doing troupe.inspect.doing
---@field waits? string what it waits for, in words
---@field since? number seconds that it has waited
---@field queue integer messages
---@field queue_bytes integer
---@field messages_in integer since its start
---@field messages_out integer
---@field waiting_p50? number seconds in its mailbox, half of its messages
---@field waiting_p99? number 99 of 100
---@field handling_p50? number seconds in its handlers
---@field handling_p99? number
---@field memory integer bytes of its Lua state
---@field cpu number seconds since its start
---@field restarts integer how many there were before it in its place
---@field version? integer

--- All actors, as their slots tell it: none of them notices.
---@param options? troupe.inspect.actors_options
---@return troupe.inspect.actor[]
function inspect.actors(options) end

---@class troupe.inspect.worker
---@field index integer
---@field running? troupe.pid whose turn it is, or was last
---@field queue integer ready actors that wait for it
---@field turns integer
---@field steals integer how often it took work from another
---@field handles integer of its loop
---@field load number how much of the time it had work, 0 to 1
---@field parked boolean
---@field private boolean the console's
---@field engine boolean the thread of who embeds the host

--- The threads.
---@return troupe.inspect.worker[]
function inspect.workers() end

---@class troupe.inspect.wait
---@field pid troupe.pid
---@field behaviour? string
---@field waits string "a reply from <0.9.1> disk"
---@field kind string "a reply"
---@field target? troupe.pid
---@field target_behaviour? string
---@field since number seconds
---@field deferred? boolean the reply may come from anybody
---@field circle? integer those with the same number wait for each other

--- Who waits for whom: those in a circle first, then who has waited longest.
---@param options? troupe.inspect.limit
---@return troupe.inspect.wait[]
---@return integer # how many wait in all
function inspect.waits(options) end

---@class troupe.inspect.node
---@field pid? troupe.pid
---@field behaviour? string
---@field name? string a key that it has, as text
---@field bond? "child"|"task" it ends with its starter
---@field restarts? integer
---@field children troupe.inspect.node[]
---@field ended? boolean it has; what it has started has not
---@field silent? boolean a supervisor that does not answer at once
---@field title? string of a supervisor or a pool
---@field id? troupe.key of a supervisor's child, as are those below
---@field text? string
---@field restart? troupe.supervisor.restart
---@field since? number
---@field state? "up"|"waiting"|"ended"

--- Who was started by whom.
---@param options? troupe.inspect.limit
---@return string text a line for each
---@return troupe.inspect.node[] roots
function inspect.tree(options) end

---@class troupe.inspect.registered
---@field key troupe.key
---@field text string
---@field pid troupe.pid
---@field behaviour? string

---@class troupe.inspect.group
---@field key troupe.key
---@field text string
---@field size integer

---@class troupe.inspect.registry
---@field keys troupe.inspect.registered[]
---@field groups troupe.inspect.group[]

--- What is registered; each list has `more`: how many there are beside.
---@param options? troupe.inspect.limit
---@return troupe.inspect.registry
function inspect.registry(options) end

-- --- One ---------------------------------------------------------------------

---@class troupe.inspect.hand
---@field doing troupe.inspect.doing
---@field request? string what it has in hand: `call "buy"`
---@field caller? troupe.pid
---@field where? string the innermost line of Lua: "shop.lua:12"
---@field waits? string
---@field target? troupe.pid what it waits for
---@field since? number seconds

---@class troupe.inspect.info: troupe.inspect.actor, troupe.inspect.hand
---@field handlers? troupe.inspect.hand[] of a `concurrent` one
---@field concurrent? integer handlers in flight
---@field silent? string why it does not answer
---@field bond? "child"|"task"
---@field keys? troupe.key[]
---@field groups? troupe.key[]
---@field serves? string[] addresses
---@field links? troupe.pid[]
---@field monitors? troupe.pid[]
---@field watched_by? troupe.pid[]
---@field trap? boolean
---@field owes? troupe.pid[] callers whose replies it has put off
---@field limits troupe.inspect.limits
---@field timers? { request: string, due: number, every?: number }[] seconds
---@field sockets? { peer: string, address: string }[]
---@field listeners? string[]
---@field pools? any[]
---@field borrowed? any[] workers that it has checked out
---@field idle? number ends after so many seconds without a message

--- All that is known of one actor. Waits a second at most.
---@param target troupe.target
---@return troupe.inspect.info
function inspect.info(target) end

---@class troupe.inspect.frame
---@field where string "shop.lua:12"
---@field name? string "in field 'buy'"
---@field coroutine integer 2 is the one that resumed the first

---@class troupe.inspect.stack: troupe.inspect.hand
---@field pid troupe.pid
---@field behaviour? string
---@field text string to be read
---@field frames troupe.inspect.frame[] the innermost first
---@field handlers? troupe.inspect.hand[]
---@field concurrent? integer
---@field silent? string

--- Where it is: its Lua stacks. Waits a second at most.
---@param target troupe.target
---@return troupe.inspect.stack
function inspect.stack(target) end

---@class troupe.inspect.usage
---@field used? number
---@field limit? number nil: none

---@class troupe.inspect.mailbox_usage
---@field count? integer messages there
---@field bytes integer
---@field size integer messages that may be there
---@field limit? integer bytes
---@field full string what becomes of more
---@field dropped? integer lost by that
---@field waiting? integer senders that wait

---@class troupe.inspect.limits
---@field memory? troupe.inspect.usage|integer bytes
---@field cpu? troupe.inspect.usage|number seconds, of the message in hand
---@field mailbox troupe.inspect.mailbox_usage
---@field libraries? troupe.library[]

--- What an actor uses and may use; without a target, what one has whose start
--- options do not say.
---@param target? troupe.target
---@return troupe.inspect.limits
function inspect.limits(target) end

---@class troupe.inspect.message
---@field kind string call, cast, info, timer, down, socket, ...
---@field sender? troupe.pid
---@field behaviour? string
---@field request? string `call "deposit" 50`, cut where it is long
---@field bytes integer
---@field age? number seconds
---@field given_up? boolean a call whose caller has

---@class troupe.inspect.mailbox
---@field [integer] troupe.inspect.message
---@field total integer
---@field bytes integer
---@field senders integer how many wait for room

--- The oldest messages that stand in its queue.
---@param target troupe.target
---@param n? integer (20), 1000 at most
---@return troupe.inspect.mailbox
function inspect.mailbox(target, n) end

---@class troupe.inspect.event
---@field at number comparable to `troupe.now()`
---@field time? number comparable to `troupe.time()`
---@field direction "in"|"end"|"out"|"reply"|"lost"
---@field kind? string
---@field peer? troupe.pid
---@field behaviour? string
---@field target? string
---@field request? string
---@field answer? string
---@field bytes? integer
---@field queued? number seconds in the mailbox
---@field took? number seconds
---@field how? string
---@field count? integer events that are lost

--- What goes into it and out of it: its next n events, or those of some
--- seconds. Waits for them.
---@param target troupe.target
---@param n? integer (20), 1000 at most
---@param seconds? number (5)
---@param tell? fun(event: troupe.inspect.event) called with each as it comes
---@return troupe.inspect.event[]|integer # the events; with `tell`: how many
function inspect.trace(target, n, seconds, tell) end

---@class troupe.inspect.enter_options
---@field now? boolean in the middle of a handler, too: but it cannot wait then
---@field timeout? number seconds

--- Runs Lua inside it, between two messages; `state` is its state. Waits until
--- that is done; raises what it raises.
---@param target troupe.target
---@param source string statements, or an expression
---@param options? troupe.inspect.enter_options
---@return any ...
function inspect.enter(target, source, options) end

--- A copy of its state, 16 MiB at most.
---@param target troupe.target
---@return any
function inspect.state(target) end

--- Collects its garbage, between two messages.
---@param target troupe.target
---@return integer before bytes
---@return integer after
function inspect.gc(target) end

--- Ends the wait that it is in: it raises `cancelled` there.
---@param target troupe.target
---@return boolean # was it in one?
function inspect.cancel(target) end

--- Ends what it runs for somebody at a prompt, or an `enter`.
---@param target troupe.target
---@param number? integer this evaluation only
---@return boolean # was there any?
function inspect.interrupt(target, number) end

-- --- The host ----------------------------------------------------------------

---@class troupe.inspect.change
---@field module string
---@field version any
---@field actors integer
---@field seconds number

---@class troupe.inspect.rollback_options
---@field patience? number seconds to stop all, and to upgrade (5)

---@class troupe.inspect.reload_options: troupe.inspect.rollback_options
---@field force? boolean even if the file is as it was

--- Another version of a module, in all actors that use it, at once, or in
--- none. Waits for that; raises what one of them raised.
---@param name string as for `require`, or the file of a script
---@param options? troupe.inspect.reload_options
---@return troupe.inspect.change|nil
---@return "unchanged"|"not loaded"|"busy"|nil reason
function inspect.reload(name, options) end

--- The version before this one, which the host has kept.
---@param name string
---@param options? troupe.inspect.rollback_options
---@return troupe.inspect.change|nil
---@return "no former version"|"not loaded"|"busy"|nil reason
function inspect.rollback(name, options) end

--- Which versions the host has: it counts them from 1.
---@param name string
---@return integer|nil current
---@return integer|nil former
function inspect.version(name) end

---@class troupe.inspect.module
---@field name? string nil: it is a script
---@field names? string[] if it has several
---@field file string
---@field embedded? boolean it is in the executable
---@field version integer
---@field former? integer
---@field size integer bytes of its compiled code
---@field actors? integer that use it
---@field closed? boolean it is being reloaded

--- The modules of Lua that actors have loaded, each file once.
---@return troupe.inspect.module[]
function inspect.modules() end

--- The level of the host's log; sets it if one is given.
---@param level? "debug"|"info"|"warn"|"error"|"off"
---@return string # as it was
function inspect.log(level) end

return inspect
