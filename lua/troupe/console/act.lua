--- What the commands that do something to an actor do, and say of it. Not for
-- scripts, which have troupe and troupe.inspect.
--
-- Whom a command names must be there: who types does not look at a false.

local core = require "troupe.core"
local inside = require "troupe.console.inside"
local inspect = require "troupe.inspect"
local quote = require "troupe.console.quote"
local registry = require "troupe.registry"
local troupe = require "troupe"

local act = {}

local PATIENCE = 2 -- seconds for a killed one to be gone

local function who(it)
  local behaviour = it.behaviour and " " .. quote.clean(it.behaviour) or ""
  return tostring(it.pid) .. behaviour
end

local function failed(kind, text, ...)
  error({kind = kind, message = text:format(...)}, 0)
end

-- A reason as a function returns it, where the prompt raises one.
local REASONS = {noactor = "%s has ended",
                 overload = "the mailbox of %s is full"}

local function refuse(it, reason)
  failed(reason, REASONS[reason] or "%s did not take it", who(it))
end

-- Its pid and behaviour; raises if nobody is there.
local function there(target)
  local pid = target
  if not core.is_pid(target) then
    pid = registry.whereis(target)
    if not pid then
      failed("noactor", "nobody is registered as %s", core.describe(target))
    end
  end
  local actor = core.actor(pid)
  if not actor or not actor.pid then
    failed("noactor", "there is no actor %s: it has ended", tostring(pid))
  end
  return {pid = pid, behaviour = actor.behaviour}
end

-- Whom an operator may end: without the console nobody gets in any more.
local function to_end(target)
  local it = there(target)
  if it.behaviour == "troupe.console" then
    failed("badargument", "%s is this console: nobody could attach without it",
           tostring(it.pid))
  end
  return it
end

-- Who asks it to stop is told of its end, and a killed one does not get so far
-- as to stop by itself.
function act.kill(_, args)
  local it = to_end(args.target)
  troupe.kill(it.pid)
  local ok, failure = pcall(troupe.timeout, PATIENCE, troupe.stop, it.pid)
  if ok then return it end
  if type(failure) ~= "table" or failure.kind ~= "timeout" then
    error(failure, 0)
  end
  failed("timeout", "%s has been killed, but was not gone within %d s", who(it),
         PATIENCE)
end

function act.killed(_, it) return ("%s is killed\n"):format(who(it)) end

function act.stop(_, args)
  local it = to_end(args.target)
  troupe.timeout(args.timeout or 5, troupe.stop, args.target, args.reason)
  return it
end

function act.stopped(_, it) return ("%s has ended\n"):format(who(it)) end

local function say(list)
  if #list == 0 then return "none" end
  table.sort(list)
  local more = #list - 12
  if more > 0 then
    list = table.move(list, 1, 12, 1, {})
    list[13] = ("%d others"):format(more)
  end
  return quote.clean(table.concat(list, ", "))
end

local function reply_of(args, ok, ...)
  if ok then return ... end
  local failure = ...
  if type(failure) == "table" and failure.kind == "badrequest" then
    failed("badrequest", "%s; it has %s", failure.message,
           say(inside.requests(args.target, "call")))
  end
  error(failure, 0)
end

function act.call(_, args)
  local values = args.values or {n = 0}
  return reply_of(args, pcall(troupe.timeout, args.timeout or 5, troupe.call,
    args.target, args.request, table.unpack(values, 1, values.n)))
end

-- `send`: troupe.cast, troupe.send.
function act.sender(send)
  return function(_, args)
    local it, values = there(args.target), args.values or {n = 0}
    if args.request then
      values = table.pack(args.request, table.unpack(values, 1, values.n))
    end
    local ok, reason = send(it.pid, table.unpack(values, 1, values.n))
    if not ok then refuse(it, reason) end
    return ok
  end
end

function act.sent() return "sent\n" end

function act.cancel(_, args)
  return inspect.cancel(there(args.target).pid)
end

function act.cancelled(_, was)
  return was and "its wait is cancelled\n" or "it was in no wait\n"
end

function act.interrupt(_, args)
  return inspect.interrupt(there(args.target).pid)
end

-- That there is nothing to do is an outcome; that it cannot be done is not.
local NOT_RELOADED = {
  ["not loaded"] = "no actor has loaded %s",
  ["no former version"] = "there was no version of %s before this one",
  busy = "%s is not reloaded: another reload is under way",
}

local function changed(name, result, why)
  if not result and why ~= "unchanged" then
    failed("badargument", NOT_RELOADED[why] or "%s: " .. tostring(why), name)
  end
  return result, why
end

function act.reload(_, args)
  return changed(args.module, inspect.reload(args.module, {force = args.force,
    patience = args.patience}))
end

function act.rollback(_, args)
  return changed(args.module, inspect.rollback(args.module))
end

function act.interrupted(_, was)
  return was and "interrupted\n" or "nothing that was typed runs there\n"
end

return act
