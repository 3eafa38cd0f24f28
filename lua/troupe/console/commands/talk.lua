--- Commands for the session itself. Not for scripts.

local inside = require "troupe.console.inside"

local function help(context, args)
  return require("troupe.console.help").text(context, args.command)
end

local function as_is(_, text) return text end

local function enter(context, args)
  if args.source then return inside.once(args.target, args.source, args) end
  return inside.enter(context, args.target, args)
end

return {
  {
    name = "enter", summary = "lines run inside an actor, until `leave`",
    help = "enter account/7 state.balance = 500: this line only.\n" ..
      "They run between two of its messages and see its `state` and " ..
      "globals; what\nthey change holds. With --now they run while it " ..
      "waits, too, but must not wait\nthemselves. help, leave and exit " ..
      "remain; other commands, where they are no Lua.",
    words = {{"target", "target"}}, source = true,
    options = {now = "flag", timeout = "number"},
    run = enter, call = inside.enter,
  },
  {
    name = "leave", summary = "out of the actor that was entered",
    run = inside.leave, call = inside.leave,
  },
  {
    name = "help", summary = "this, or more about a command",
    words = {{"command", "text", optional = true}},
    run = help, show = as_is,
    call = function(context, name)
      context.print(help(context, {command = name}))
    end,
  },
  {
    name = "exit", summary = "ends the session; the host goes on",
    run = function(context) context.leaving = true end,
    call = function(context) context.leaving = true end,
  },
}
