--- What the actors of this host are doing, while they do it.
--
--     local inspect = require "troupe.inspect"
--     print(inspect.stack("shop").text)
--     --> <0.17.3> shop is waiting in call "buy" (shop.lua:12), for a reply
--     -->   from <0.9.1> stock, since 0.31 s
--     -->     shop.lua:12: in field 'buy'
--     print(inspect.info("shop").limits.memory.used)
--     inspect.log "debug"
--
-- A target is a pid, a key or an address. One that is not there raises
-- `noactor`. Whom one asks is not disturbed: it answers wherever it is, in a
-- loop without an end, too, and goes on. One that does not answer within a
-- second, as it is inside a function of C, is `doing` "silent", and the rest
-- is what is known of it anyway.
--
-- Not for a program to go by: what is told has changed by then. Ask an actor
-- itself by a call; monitor it to hear of its end.

local core = require "troupe.core"
local enter = require "troupe.inspect.enter"
local mailbox = require "troupe.inspect.mailbox"
local modules = require "troupe.inspect.modules"
local reload = require "troupe.reload"
local stack = require "troupe.inspect.stack"
local trace = require "troupe.inspect.trace"
local tree = require "troupe.inspect.tree"

local inspect = {}

local LISTED = 1000 -- entries of a list, unless a `limit` is given

-- --- All actors --------------------------------------------------------------

-- Takes `limit` out of a table of options; the rest must be those named.
local function limit_of(options, names)
  if options == nil then return LISTED end
  if type(options) ~= "table" then
    core.expected("options", "a table", options)
  end
  for name in pairs(options) do
    if name ~= "limit" and not (names and names[name]) then
      core.misuse("unknown option " .. core.describe(name))
    end
  end
  local limit = options.limit
  if limit == nil then return LISTED end
  if math.type(limit) ~= "integer" or limit < 1 or limit > 10000000 then
    core.expected("limit", "an integer from 1 to 10000000", limit)
  end
  return limit
end

--- The actors, as their slots tell it: none of them notices.
--
--   pid, behaviour, starter
--   doing            "idle", "running", "queued" (it could run, but others have
--                    their turn) or "waiting", for `waits`, since `since` s
--   queue, queue_bytes             of its mailbox
--   messages_in, messages_out      since its start
--   memory, cpu      bytes of its Lua state; seconds since its start
--   waiting_p50, waiting_p99       seconds in its mailbox, of half of its
--   handling_p50, handling_p99     messages and of 99 in 100; being handled
--   restarts         how many there were before it in its place
--   version          its behaviour's own, if that is an integer, or else as the
--                    host counts the reloads of its module, from 1
---@param options table|nil sort: "queue", "memory", "cpu", "calls", "waiting"
-- or "handling", the largest first; behaviour: of this one only; limit (1000);
-- all: no limit
---@return table[]
function inspect.actors(options)
  local limit = limit_of(options, {sort = true, behaviour = true, all = true})
  options = options or {}
  if options.all then limit = nil end
  return core.actors {sort = options.sort, behaviour = options.behaviour,
                      limit = limit}
end

--- The workers: index, running (the actor whose turn it is, or was last),
-- queue, turns, steals, handles, load (0 to 1), parked, private (the
-- console's), engine (the thread of who embeds the host).
---@return table[]
function inspect.workers()
  return core.workers()
end

--- Who waits for whom: those that wait in a circle first, then who has waited
-- longest.
--
--   pid, behaviour   who
--   waits, kind      "a reply from <0.9.1> disk", "a reply"
--   target, target_behaviour   if it waits for an actor
--   since            seconds
--   deferred         the reply may come from anybody: see troupe.noreply
--   circle           those with the same number wait for each other. It may
--                    open: a circle that is certain to last is a `deadlock`
---@param options table|nil limit (1000)
---@return table[]
---@return integer # how many wait in all
function inspect.waits(options)
  return core.waits(limit_of(options))
end

--- Who was started by whom: an actor, and below it those that it has started.
-- What belongs to a supervisor, a pool or a task is told before others, if not
-- all can be. The console's are left out. Nobody holds it up.
--
-- A node: pid, behaviour, name (a key that it has, as text), bond ("child" or
-- "task", if it ends with its starter), restarts, children, ended (it has, but
-- what it has started has not). A supervisor that answers at once adds to its
-- children id, text, restart, since and state, and those that have no pid as
-- they are not there; one that does not is `silent`.
---@param options table|nil limit (1000)
---@return string text a line for each, what belongs to it below it
---@return table[] roots
function inspect.tree(options)
  return tree.of(limit_of(options))
end

--- What is registered: `keys`, a list of {key, text, pid, behaviour}, and
-- `groups`, a list of {key, text, size}, each with `more`: how many there are
-- beside. An entity and a pool's worker have no key that a script could write.
---@param options table|nil limit (1000)
---@return table
function inspect.registry(options)
  local limit = limit_of(options)
  local function sorted(list, total)
    if total > #list then list.more = total - #list end
    table.sort(list, function(a, b) return a.text < b.text end)
    return list
  end
  return {keys = sorted(core.keys(limit)), groups = sorted(core.groups(limit))}
end

-- --- One actor ---------------------------------------------------------------

--- All that is known of one actor: what inspect.actors tells of it, and
--
--   behaviour        "script": it has none
--   doing            "new", "idle", "running", "waiting", "ending", "silent",
--                    "frozen" (its module is being reloaded)
--   request, caller  what it has in hand, `call "buy"`, and for whom
--   where            the innermost line of Lua, "shop.lua:12"
--   waits, target    what it waits for, in words, and the pid, if it is one
--   since            for so many seconds
--   handlers         of a `concurrent` one: these five, of each in flight
--   starter, bond    who started it; "child", "task": it ends with that
--   keys, groups     that it is registered under; serves: the addresses
--   links, monitors, watched_by   pids; trap: exits of linked ones arrive
--   owes             callers whose replies it has put off
--   limits           as inspect.limits
--   timers           its own: {request, due, every}, in seconds
--   sockets, listeners   {peer, address}; addresses
--   pools, borrowed  its own; workers that it has checked out, {pool, seat}
--   idle             ends after so many seconds without a message
--
-- A list has 100 entries at most; `more` says how many there are beside.
---@param target any
---@return table
function inspect.info(target)
  local info = core.info(target)
  for name, value in pairs(core.actor(info.pid) or {}) do
    if info[name] == nil then info[name] = value end
  end
  info.limits = info.limits or {memory = {used = info.memory}}
  info.limits.mailbox = core.mailbox(info.pid)
  return info
end

--- Where it is: the Lua stacks of its coroutines, the innermost first.
--
--   text      to be read: what it is doing, then a line for each function
--   frames    a list of {where = "shop.lua:12", name = "in field 'buy'",
--             coroutine = 1}; 2 is the one that resumed the first
--   handlers  of a `concurrent` actor: for each in flight, {request, doing,
--             waits, target, since, where, frames}
--
-- and pid, behaviour, doing, request, where, waits, target, since, as of info.
---@param target any
---@return table
function inspect.stack(target)
  return stack.of(core.stacks(target))
end

--- What an actor uses and may use; without a target, what one may use whose
-- start options do not say. No `limit`: there is none.
--
--   memory     {used, limit}, bytes
--   cpu        {used, limit}, seconds, of the message in hand
--   mailbox    {count, bytes, size, limit, full, dropped, waiting}: messages
--              and bytes there, how many may be, what becomes of more, how
--              many were lost by that, senders that wait
--   libraries  a list of names
--
-- The defaults: memory, cpu, mailbox = {size, bytes, full}.
---@param target any
---@return table
function inspect.limits(target)
  if target == nil then return core.defaults() end
  return inspect.info(target).limits
end

--- What stands in its mailbox: see troupe/inspect/mailbox.lua.
inspect.mailbox = mailbox.mailbox

--- What goes into it and out of it: see troupe/inspect/trace.lua.
inspect.trace = trace.trace

--- Runs Lua inside it; a copy of its state; collects its garbage: see
--- troupe/inspect/enter.lua.
inspect.enter = enter.enter
inspect.state = enter.state
inspect.gc = enter.gc

--- Ends the wait that it is in, whatever that is for: it raises `cancelled`
--- there, as it would a timeout. Of a `concurrent` one: all its waits.
---@param target any
---@return boolean # was it in one?
function inspect.cancel(target)
  return core.cancel(target)
end

--- Ends what it runs for somebody at a prompt: an inspect.enter, or what is
--- typed there. The one or the other raises `interrupted`, the actor goes on.
---@param target any
---@param number integer|nil this evaluation only: see core.evaluate
---@return boolean # was there any?
function inspect.interrupt(target, number)
  return core.interrupt(target, number)
end

-- --- The host ----------------------------------------------------------------

--- Another version of a module, in all actors that use it, at once; the former
-- one again; which versions there are: see troupe/reload.lua.
inspect.reload = reload.reload
inspect.rollback = reload.rollback
inspect.version = reload.version

--- The modules of Lua that actors have loaded, each file once.
--
--   name      as for require; nil: it is a script. names: if it has several
--   file      where it was found; a library's that is in the executable:
--             "troupe/pool.lua", and `embedded`
--   version, former   the one that is in use, and what rollback changes to
--   size      bytes of its compiled code
--   actors    so many use it; nil for one that is in the executable
--   closed    it is being reloaded
---@return table[]
inspect.modules = modules.modules

--- The level of the host's log: "debug", "info", "warn", "error" or "off".
---@param level string|nil the new one
---@return string # as it was
function inspect.log(level)
  return core.level(level)
end

return inspect
