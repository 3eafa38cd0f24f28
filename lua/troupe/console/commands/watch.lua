--- Commands that look at what is there. Not for scripts: see troupe.inspect.

local host = require "troupe.console.show_host"
local inspect = require "troupe.inspect"
local show = require "troupe.console.show"
local unit = require "troupe.console.unit"

local TARGET = {"target", "target"}

-- The console's own actors, its sessions and theirs.
local OWN = 40

local function is_own(it)
  return it.behaviour and it.behaviour:find "^troupe%.console" ~= nil
end

-- For a program a list is that and nothing else.
local function list_of(list) return table.move(list, 1, #list, 1, {}) end

local function actors(context, args)
  local is_json = context.mode == "json"
  local limit, wanted = args.limit or is_json and 1000 or 20, {}
  if args.all then return inspect.actors(args) end
  args.limit = limit + 1 + OWN
  for _, it in ipairs(inspect.actors(args)) do
    if args.behaviour or not is_own(it) then wanted[#wanted + 1] = it end
  end
  local shown = table.move(wanted, 1, math.min(limit, #wanted), 1, {})
  if is_json then return shown end
  shown.behaviour, shown.cut = args.behaviour, #wanted > limit
  return shown
end

local function tree(context, args)
  args.limit = args.limit or 100
  local text, roots = inspect.tree(args)
  if context.mode ~= "json" then return text end
  return list_of(roots), roots.more or 0
end

local function mailbox(context, args)
  local list = inspect.mailbox(args.target, args.count)
  if context.mode ~= "json" then return list end
  return {messages = list_of(list), total = list.total, bytes = list.bytes,
          senders = list.senders}
end

local function registry(context, args)
  local found = inspect.registry(args)
  if context.mode ~= "json" then return found end
  local keys, groups = found.keys, found.groups
  return {keys = list_of(keys), groups = list_of(groups),
          more = {keys = keys.more or 0, groups = groups.more or 0}}
end

-- Who waits is told so; what comes is shown as it comes.
local function trace(context, args)
  local count, seconds = args.count or 20, args.seconds or 10
  if context.mode == "json" then
    return inspect.trace(args.target, count, seconds)
  end
  if context.mode == "terminal" then
    local events = count == 1 and "event" or count .. " events"
    context.print(("the next %s, for %s; Ctrl-C ends it\n"):format(events,
      unit.seconds(seconds)))
  end
  local titled
  local seen = inspect.trace(args.target, count, seconds, function(event)
    context.print((titled and "" or host.events(context)) ..
                  host.event(context, event))
    titled = true
  end)
  if seen == 0 then
    context.print(("nothing in %s\n"):format(unit.seconds(seconds)))
  end
end

return {
  {
    name = "actors", summary = "who is there, the busiest first",
    help = "queue: messages that wait; in: those that it has been given; " ..
      "p99: of the time\nthat one takes. From its start on. The console's " ..
      "own are left out, but for\n--all and if they are asked for.",
    options = {sort = {"queue", "memory", "cpu", "calls"}, limit = "integer",
               behaviour = "text", all = "flag"},
    run = actors, show = show.actors,
  },
  {
    name = "tree", summary = "who was started by whom",
    help = "Supervisors tell what they call their children. Of many actors " ..
      "the first 100,\nand those of supervisors before others.",
    options = {limit = "integer"},
    run = tree, show = host.tree,
  },
  {
    name = "info", summary = "all that is known of an actor",
    words = {TARGET}, show = show.info,
  },
  {
    name = "state", summary = "a copy of an actor's state",
    help = "The actor is not disturbed; what cannot be copied is text.",
    words = {TARGET},
  },
  {
    name = "stack", summary = "where an actor is, be it running or waiting",
    words = {TARGET}, show = show.stack,
  },
  {
    name = "mailbox", summary = "what an actor has not handled yet",
    words = {TARGET, {"count", "integer", optional = true}},
    run = mailbox, show = host.mailbox,
  },
  {
    name = "trace", summary = "what goes in and out of an actor, as it happens",
    help = "So many events (20), or those of so many seconds (10). Ctrl-C " ..
      "ends it, too.\nin: a message, and how long it was queued; end: of " ..
      "its handler, and how long\nthat took; out: a request of its own; " ..
      "reply: what came of that.",
    words = {TARGET, {"count", "integer", optional = true},
             {"seconds", "number", optional = true}},
    run = trace,
  },
  {
    name = "waits", summary = "who waits for whom",
    options = {limit = "integer"},
    run = function(_, args) return inspect.waits(args) end,
    show = host.waits,
  },
  {
    name = "workers", summary = "how busy the host's threads are",
    run = function() return inspect.workers() end,
    show = host.workers,
  },
  {
    name = "registry", summary = "keys, groups, pools and entities",
    options = {limit = "integer"},
    run = registry,
    show = host.registry,
  },
}
