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
local mailbox = require "troupe.inspect_mailbox"
local reload = require "troupe.reload"
local stack = require "troupe.inspect_stack"
local trace = require "troupe.inspect_trace"

local inspect = {}

--- All that is known of one actor.
--
--   pid, behaviour   "script": it has none
--   doing            "new", "idle", "running", "waiting", "ending", "silent"
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
  info.limits = info.limits or {}
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

--- What stands in its mailbox: see troupe/inspect_mailbox.lua.
inspect.mailbox = mailbox.mailbox

--- What goes into it and out of it: see troupe/inspect_trace.lua.
inspect.trace = trace.trace

--- Another version of a module, in all actors that use it, at once; the former
-- one again; which versions there are: see troupe/reload.lua.
inspect.reload = reload.reload
inspect.rollback = reload.rollback
inspect.version = reload.version

--- The level of the host's log: "debug", "info", "warn", "error" or "off".
---@param level string|nil the new one
---@return string # as it was
function inspect.log(level)
  return core.level(level)
end

return inspect
