--- Commands that do something to actors. Not for scripts: see troupe and
-- troupe.inspect.

local inspect = require "troupe.inspect"
local show = require "troupe.console.show"
local troupe = require "troupe"

local TARGET = {"target", "target"}
local REQUEST = {"request", "text"}
local VALUES = {"values", "value", rest = true}

local function unpack(values)
  if not values then return end
  return table.unpack(values, 1, values.n)
end

local function ask(name)
  return function(_, args) return inspect[name](args.target) end
end

local function passed(fn)
  return function(_, ...) return fn(...) end
end

local function inspected(name)
  return function(_, ...) return inspect[name](...) end
end

return {
  {
    name = "call", summary = "a request, and its reply",
    help = "call account/7 deposit 5\ncall shop buy {item = \"tea\"} " ..
      "timeout=60",
    words = {TARGET, REQUEST, VALUES}, options = {timeout = "number"},
    rest = true,
    run = function(_, args)
      return troupe.timeout(args.timeout or 5, troupe.call, args.target,
                            args.request, unpack(args.values))
    end,
    call = passed(troupe.call),
  },
  {
    name = "cast", summary = "a request without a reply",
    words = {TARGET, REQUEST, VALUES}, rest = true,
    run = function(_, args)
      return troupe.cast(args.target, args.request, unpack(args.values))
    end,
    call = passed(troupe.cast),
  },
  {
    name = "send", summary = "an info",
    words = {TARGET, VALUES}, rest = true,
    run = function(_, args)
      return troupe.send(args.target, unpack(args.values))
    end,
    call = passed(troupe.send),
  },
  {
    name = "cancel", summary = "ends the wait that an actor is in, by an error",
    words = {TARGET}, run = ask "cancel", call = inspected "cancel",
  },
  {
    name = "interrupt", summary = "raises an error in what an actor does",
    words = {TARGET}, run = ask "interrupt", call = inspected "interrupt",
  },
  {
    name = "stop", summary = "asks an actor to end; its messages come first",
    words = {TARGET, {"reason", "text", optional = true}},
    options = {timeout = "number"},
    run = function(_, args)
      troupe.timeout(args.timeout or 5, troupe.stop, args.target, args.reason)
      return true
    end,
    call = passed(troupe.stop),
  },
  {
    name = "kill", summary = "ends an actor at once",
    words = {TARGET},
    run = function(_, args) return troupe.kill(args.target) end,
    call = passed(troupe.kill),
  },
  {
    name = "limits", summary = "what an actor uses and may use",
    help = "Without PID: what one may whose start options do not say.",
    words = {{"target", "target", optional = true}},
    run = ask "limits", show = show.limits, call = inspected "limits",
  },
  {
    name = "gc", summary = "collects an actor's garbage",
    words = {TARGET}, run = ask "gc", show = show.gc, call = inspected "gc",
  },
}
