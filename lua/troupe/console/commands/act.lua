--- Commands that do something to actors. Not for scripts: see troupe and
-- troupe.inspect.

local act = require "troupe.console.act"
local show = require "troupe.console.show"
local troupe = require "troupe"

local TARGET = {"target", "target"}
local REQUEST = {"request", "text"}
local VALUES = {"values", "value", rest = true}

local function passed(fn)
  return function(_, ...) return fn(...) end
end

return {
  {
    name = "call", summary = "a request, and its reply",
    help = "call account/7 deposit 5\ncall shop buy {item = \"tea\"} " ..
      "timeout=60",
    words = {TARGET, REQUEST, VALUES}, options = {timeout = "number"},
    rest = true,
    run = act.call,
    call = passed(troupe.call),
  },
  {
    name = "cast", summary = "a request without a reply",
    help = "cast account/7 note \"paid cash\"",
    words = {TARGET, REQUEST, VALUES}, rest = true,
    run = act.sender(troupe.cast), show = act.sent,
    call = passed(troupe.cast),
  },
  {
    name = "send", summary = "a message that is no request: an info",
    help = "send account/7 tick 5",
    words = {TARGET, VALUES}, rest = true,
    run = act.sender(troupe.send), show = act.sent,
    call = passed(troupe.send),
  },
  {
    name = "cancel", summary = "ends the wait that an actor is in, by an error",
    help = "What it does goes on with a `cancelled`, as with a timeout.",
    words = {TARGET}, run = act.cancel, show = act.cancelled,
  },
  {
    name = "interrupt", summary = "ends what was typed into an actor",
    help = "An evaluation of `enter`, or of another session: the actor goes " ..
      "on.\nOf its own work, see cancel and kill.",
    words = {TARGET}, run = act.interrupt, show = act.interrupted,
  },
  {
    name = "stop", summary = "asks an actor to end; its messages come first",
    words = {TARGET, {"reason", "text", optional = true}},
    options = {timeout = "number"},
    run = act.stop, show = act.stopped, call = passed(troupe.stop),
  },
  {
    name = "kill", summary = "ends an actor at once",
    words = {TARGET},
    run = act.kill, show = act.killed, call = passed(troupe.kill),
  },
  {
    name = "limits", summary = "what an actor uses and may use",
    help = "Without PID: what one may whose start options do not say.",
    words = {{"target", "target", optional = true}},
    show = show.limits,
  },
  {
    name = "gc", summary = "collects an actor's garbage",
    words = {TARGET}, show = show.gc,
  },
}
