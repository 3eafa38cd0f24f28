---@meta troupe
-- For lua-language-server. Seconds are numbers with a fraction.

--- An actor's id: a value that can be sent, and is never another actor's.
--- Equal pids are `==`, and the same key of a table; `tostring` gives
--- `<0.17.3>`.
---@class troupe.pid: lightuserdata

--- A name for whoever serves something: a pool's worker, an entity.
---@class troupe.address: userdata

--- A name in the registry, compared by value: `"till"`, `7`, `{"room", 7}`.
---@alias troupe.key string|integer|(string|integer)[]

--- Whom a message is for.
---@alias troupe.target troupe.pid|troupe.key|troupe.address

--- Who sent the request in hand: a value that can be sent, for `reply`.
---@class troupe.from: userdata
---@field pid troupe.pid the sender's

--- A timer that `after` or `every` has started.
---@class troupe.timer: userdata
local timer = {}

--- After this its message is never handled.
---@return boolean # false: it has been handled, or cancelled before
function timer:cancel() end

--- Numbers that all actors read and write without a message, and an engine
--- where they lie. Each is always whole, a row is not.
---@class troupe.board: userdata
local board = {}

--- Writes a row, from its first column on; nil leaves a column as it is.
---@param row integer from 1
---@param ... number|nil
function board:set(row, ...) end

---@param row integer
---@param column? integer
---@return number ... all of the row, or that one
function board:get(row, column) end

---@return integer
function board:columns() end

-- --- Errors ------------------------------------------------------------------

---@alias troupe.error.kind
---| "exit" # what was asked has ended, or its handler has raised
---| "noactor" # there is nobody
---| "timeout" # the deadline has passed
---| "deadlock" # actors would wait for each other in a circle
---| "overload" # a mailbox is full, and stays so until the deadline
---| "badrequest" # there is no handler for this request
---| "badargument" # misuse: expected X to be Y, got Z
---| "exists" # the name is taken; `pid` has it
---| "interrupted" # what was typed at a prompt was ended
---| "cancelled" # an operator has ended the wait

--- What `call` and others raise for what a caller does not expect. It can be
--- sent; `tostring` tells it whole, with a stack for each actor on the way.
---@class troupe.error
---@field kind troupe.error.kind
---@field message string
---@field trace? troupe.error.hop[] where it happened first
--- Of a request. False: the handler has never started and never will, so a
--- retry is safe.
---@field begun? boolean
---@field reason? any of an `exit`: the value that was raised
---@field pid? troupe.pid of `exists`: who has the name
---@field waited? number of a `timeout`: seconds
---@field position? integer of a request that still stood in its queue
---@field queued? integer how long that queue was
--- Of a `timeout`: who was waited for, whom that one waits for, and so on.
---@field culprit? troupe.error.other[]
---@field circle? troupe.error.other[] of a `deadlock`: oneself first

--- An actor that an error came through.
---@class troupe.error.hop
---@field pid troupe.pid
---@field behaviour? string
---@field name? string a key that it is registered under, as text
---@field request? string `call "withdraw"`
---@field stack string a line for each function, the innermost first

--- An actor that an error has to do with.
---@class troupe.error.other: troupe.error.hop
---@field waits? string what it waits for, in words
---@field doing? string in words
---@field item? integer of a `task.map`: the item that it has in hand

-- --- A behaviour -------------------------------------------------------------

--- A module that says how an actor starts and answers. Any other field is for
--- the module's clients: `---@class shop.till: troupe.behaviour`.
---@class troupe.behaviour
--- Gets the args of `start` (an entity: its key; a connection: its socket, and
--- the args of `serve`). What it returns is the state; `nil, reason` refuses.
---@field init? fun(...: any): any, any
--- After `init` has been answered, before any message: slow loading.
---@field continue? fun(state: any)
--- Requests. What a handler returns is the reply.
---@field call? table<any, troupe.handler>|troupe.handler
--- Requests without a reply.
---@field cast? table<any, troupe.handler>|troupe.handler
--- Sends, timers, and `data`, `closed` of a socket.
---@field info? table<any, troupe.handler>|troupe.handler
--- A monitored actor has ended; under `trap(true)` a linked one, too.
---@field down? fun(state: any, pid: troupe.pid, reason: any)
--- Before it ends, but for a kill.
---@field terminate? fun(state: any, reason: any)
--- Of a new version: gets a copy of the state, returns the new state.
---@field upgrade? fun(state: any, version: any): any
--- What `upgrade` gets; without it the host counts.
---@field version? any
---@field save? function kept for durable entities
--- Ends after so many seconds without a message, losing none.
---@field idle? number
--- Up to so many handlers in flight: for work that waits and shares no state.
---@field concurrent? integer

--- In a table: `(state, ...)`; one for all requests: `(state, request, ...)`.
---@alias troupe.handler fun(state: any, ...: any): ...

-- --- Options -----------------------------------------------------------------

--- What becomes of a request that finds a mailbox full.
---@alias troupe.full
---| "wait" # its sender waits for room
---| "drop_oldest" # it enters, the oldest is lost
---| "drop_newest" # it is lost; a call gets `overload`
---| "refuse" # its sender gets `overload` at once

---@class troupe.mailbox_options
---@field size? integer messages (500)
---@field bytes? integer (16 MiB)
---@field full? troupe.full ("wait")

---@alias troupe.library
---| "coroutine"
---| "table"
---| "io"
---| "os"
---| "string"
---| "math"
---| "utf8"
---| "debug"
---| "package"
---| "load"

--- What bounds an actor.
---@class troupe.limits
---@field mailbox? troupe.mailbox_options
---@field memory? number bytes of its Lua state
---@field cpu? number seconds of CPU time for one message

--- Options of an actor that is not named, and linked to nobody.
---@class troupe.shared_options: troupe.limits
---@field timeout? number seconds that `init` may take
---@field idle? number seconds without a message, then it ends
---@field libraries? troupe.library[] the standard libraries that it has

--- Options of `start`.
---@class troupe.start_options: troupe.shared_options
---@field name? troupe.key registers it; a taken one raises `exists`
---@field link? boolean from the start on

-- --- require "troupe" --------------------------------------------------------

---@class troupe
---@field noreply any what a handler returns that replies later: see `from`
local troupe = {}

--- Starts an actor. Waits until `init` has returned. Raises `exists`, `exit`,
--- `timeout`, `badargument`.
---@param module string the behaviour's, as for `require`
---@param args? any what `init` gets
---@param options? troupe.start_options
---@return troupe.pid|nil pid nil: `init` has refused
---@return any reason
function troupe.start(module, args, options) end

--- Sends a request and waits for its reply: 5 s, unless a `timeout` says
--- otherwise. Raises an error object of any kind.
---@param target troupe.target
---@param request any
---@param ... any
---@return any ... what the handler returned
function troupe.call(target, request, ...) end

--- Sends a request without a reply. Waits only for room in a full mailbox;
--- then raises `overload`.
---@param target troupe.target
---@param request any
---@param ... any
---@return true|nil sent it is in the mailbox
---@return "noactor"|nil reason
function troupe.cast(target, request, ...) end

--- As `cast`, but never waits.
---@param target troupe.target
---@param request any
---@param ... any
---@return true|nil sent
---@return "noactor"|"overload"|nil reason
function troupe.trycast(target, request, ...) end

--- Sends an info, as `cast` does.
---@param target troupe.target
---@param request any
---@param ... any
---@return true|nil sent
---@return "noactor"|nil reason
function troupe.send(target, request, ...) end

--- Who sent the request in hand; nil where nobody is known. Of a call: the
--- handler may return `troupe.noreply`, and anyone `reply` later.
---@return troupe.from|nil
function troupe.from() end

--- Answers a call whose handler has returned `troupe.noreply`.
---@param from troupe.from
---@param ... any
---@return boolean # false: too late, or answered before
function troupe.reply(from, ...) end

--- Calls `fn(...)` with a deadline: each wait in it ends by then, with
--- `timeout`. Replaces the 5 s; never exceeds an outer deadline.
---@generic T
---@param seconds number `math.huge`: none
---@param fn fun(...: any): T
---@param ... any
---@return T
---@return any ...
function troupe.timeout(seconds, fn, ...) end

--- Calls `fn(...)` with a deadline of its own: for what must not stop half-way.
---@generic T
---@param seconds number
---@param fn fun(...: any): T
---@param ... any
---@return T
---@return any ...
function troupe.shield(seconds, fn, ...) end

--- Sends an info after so many seconds. The timer ends with its target.
---@param seconds number
---@param target troupe.target looked up now
---@param ... any the info
---@return troupe.timer|nil
---@return "noactor"|nil reason
function troupe.after(seconds, target, ...) end

--- Sends an info every so many seconds: on schedule, at most one waits.
---@param seconds number above 0
---@param target troupe.target looked up now
---@param ... any the info
---@return troupe.timer|nil
---@return "noactor"|nil reason
function troupe.every(seconds, target, ...) end

--- Seconds since some moment: never goes back.
---@return number
function troupe.now() end

--- Seconds since 1970, UTC.
---@return number
function troupe.time() end

--- Waits. 0: lets others have their turn.
---@param seconds number
function troupe.sleep(seconds) end

--- One's own pid.
---@return troupe.pid
function troupe.self() end

--- Ends the actor here: no `pcall` sees it; `__close` and `terminate` run.
---@param reason? any ("normal")
function troupe.exit(reason) end

--- Lets an actor end once it has handled what was sent to it before. Waits
--- until it is gone and its name free. Raises as `call` does.
---@param target troupe.target
---@param reason? any ("normal")
---@return true|nil
---@return "noactor"|nil reason
function troupe.stop(target, reason) end

--- Ends an actor at once: nothing of its script runs any more. Does not wait.
---@param target troupe.target
---@return boolean # was it there?
function troupe.kill(target) end

--- When one of the two ends otherwise than "normal", so does the other.
---@param target troupe.target
---@return troupe.pid|nil
---@return "noactor"|nil reason
function troupe.link(target) end

---@param target troupe.target
---@return troupe.pid|nil
---@return "noactor"|nil reason
function troupe.unlink(target) end

--- When it ends, `down(state, pid, reason)` is called here; at once if it has.
---@param target troupe.target
---@return troupe.pid|nil
---@return "noactor"|nil reason
function troupe.monitor(target) end

---@param target troupe.target
---@return troupe.pid|nil
---@return "noactor"|nil reason
function troupe.demonitor(target) end

--- From now on the end of a linked actor calls `down`, and does not end this
--- one.
---@param trap boolean
---@return boolean # as it was
function troupe.trap(trap) end

--- Waits for the next info, in a script, a test or a task: its values, or
--- "down", pid, reason.
---@return any ...
function troupe.receive() end

--- A value as bytes, for files. Raises for what cannot be sent, and pids.
---@param value any
---@return string
function troupe.encode(value) end

---@param text string what `encode` returned
---@return any
function troupe.decode(text) end

--- A setting: of `config/ENV.lua`, or of `--set name=value`.
---@param name string
---@param default? any
---@return any # nil, or the default, if nobody has set it
function troupe.config(name, default) end

--- The board of this name. It is made, all 0, if there is none and its size is
--- given; it stays until the host ends.
---@param name string
---@param size? {rows: integer, columns: integer} as it is to be
---@return troupe.board|nil
---@return string|nil reason
function troupe.board(name, size) end

return troupe
