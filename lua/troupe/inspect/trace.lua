--[[
What goes into one actor and out of it, as it happens: troupe.inspect.trace.

  local events = inspect.trace(pid, 20, 5)    -- the next 20, or those of 5 s
  inspect.trace(pid, 100, 60, function(event) -- each as it comes
    print(event.direction, event.request, event.took)
  end)

An event is a table, its fields as far as they are known:

  at, time      seconds: comparable to troupe.now(), troupe.time()
  direction     "in": a message, whose handler, if it has one, begins
                "end": the handler has ended, or the actor has
                "out": a request of its own
                "reply": what came of that
                "lost": `count` events that there was no memory for
  kind          call, cast, info, timer, down, socket, start, stop, reply
  peer          pid at the other end; behaviour: its name; target: the key or
                address that an out was sent to
  request       `call "deposit" 50`: cut where it is long, as told in traces
  answer        what was answered, or raised, or the actor's reason to end
  bytes         of the message, of the answer
  queued        seconds in the mailbox, of calls and of some others
  took          seconds in the handler, or until the answer
  how           of an end or a reply: reply, done, deferred, unknown request,
                given up (the caller had: not handled), error, exit, noactor,
                timeout, overload, deadlock

The traced actor is not stopped; it writes each event down when it happens. A
trace is over when it has told so many events, or all that an actor that ends
had to tell; it leaves nothing behind, however its tracer ends. Up to 8 may
trace one actor.

When not to use it: to count. troupe.inspect.actors has counters that are always
on and cost less.
--]]
local core = require "troupe.core"
local troupe = require "troupe"

local LARGEST = 1000 -- events of one trace

local trace = {}

local function check(n, seconds, tell)
  if math.type(n) ~= "integer" or n < 1 or n > LARGEST then
    core.expected("n", ("an integer from 1 to %d"):format(LARGEST), n)
  elseif type(seconds) ~= "number" or seconds ~= seconds or seconds < 0 then
    core.expected("seconds", "a number from 0", seconds)
  elseif tell ~= nil and type(tell) ~= "function" then
    core.expected("tell", "a function", tell)
  end
end

--- The target's next n events, as a list; or tells each as it comes.
---@param target any pid, key or address
---@param n integer|nil at most; 20
---@param seconds number|nil how long to wait for them; 5
---@param tell fun(event: table)|nil
---@return table|integer # the events; with `tell`: how many it was told
function trace.trace(target, n, seconds, tell)
  n, seconds = n or 20, seconds or 5
  check(n, seconds, tell)
  local events, count = {}, 0
  local add = tell or function(event) events[#events + 1] = event end
  local handle <close> = core.trace(target, n)
  local last = troupe.now() + seconds
  repeat
    local some, lost = handle:next(last - troupe.now())
    for _, event in ipairs(some or {}) do
      count = count + 1
      add(event)
    end
    if some and lost > 0 then
      add { direction = "lost", count = lost, at = troupe.now() }
    end
  until not some or troupe.now() >= last
  return tell and count or events
end

return trace
