--- What the commands have found about the whole host, as text. Not for scripts;
-- see troupe.console.show.

local columns = require "troupe.console.table"
local quote = require "troupe.console.quote"
local show = require "troupe.console.show"
local unit = require "troupe.console.unit"
local word = require "troupe.console.word"

local clean, sender, who = show.clean, show.sender, show.who
local host = {}

-- --- workers -----------------------------------------------------------------

local WORKERS = {
  {"worker", right = true}, {"load", right = true}, {"queue", right = true},
  {"turns", right = true}, {"steals", right = true}, {"handles", right = true},
  {"running", cut = 8},
}

function host.workers(context, list)
  return show.list_text(context, list, WORKERS, function(it)
    local running = it.running and who(it.running) or
      it.parked and "parked" or "-"
    local name = it.private and "console" or it.engine and "engine"
    return {name or unit.count(it.index),
            unit.percent(it.load), unit.count(it.queue), unit.count(it.turns),
            unit.count(it.steals), unit.count(it.handles), running}
  end)
end

-- --- mailbox, trace ----------------------------------------------------------

local MESSAGES = {
  {"from", cut = 10}, {"message", cut = 20}, {"size", right = true},
  {"age", right = true},
}

function host.mailbox(context, list)
  local text = ("%d messages, %s"):format(list.total or #list,
                                          unit.bytes(list.bytes))
  if (list.senders or 0) > 0 then
    text = ("%s; %d senders wait for room"):format(text, list.senders)
  end
  if #list == 0 then return text .. "\n" end
  return show.list_text(context, list, MESSAGES, function(it)
    local request = clean(it.request or it.kind)
    if it.given_up then request = request .. ", given up" end
    return {sender(it.sender, it.behaviour), request, unit.bytes(it.bytes),
            unit.seconds(it.age)}
  end) .. text .. "\n"
end

local function answer_of(event)
  if event.direction ~= "end" and event.direction ~= "reply" then return "" end
  local text = event.answer and clean(event.answer)
  local lead = event.request and " = " or "= "
  if event.how == "reply" or not event.how then return lead .. (text or "") end
  return lead .. clean(event.how) .. (text and ": " .. text or "")
end

local function peer_of(event)
  if event.peer then return "  " .. sender(event.peer, event.behaviour) end
  return event.target and "  " .. clean(event.target) or ""
end

-- What is as long as it likes comes last; a narrow screen has no room for all
-- before it.
local NARROW = 70

local function columns_text(context, time, micros, what, size, took, rest)
  local screen = context.screen or context.width
  local text = screen < NARROW and
    ("%-8s  %-5s %8s  %s"):format(time, what, took, rest) or
    ("%-15s  %-5s %9s %8s  %s"):format(time .. micros, what, size, took, rest)
  return columns.cut(text, screen)
end

--- What stands above the events of a trace.
---@param context table
---@return string
function host.events(context)
  local text = columns_text(context, "time UTC", "", "what", "size", "took",
    "request = answer  who")
  if context.colour then text = "\27[1m" .. text .. "\27[0m" end
  return text .. "\n"
end

--- One event of a trace, a line.
---@param context table
---@param event table
---@return string
function host.event(context, event)
  if event.direction == "lost" then
    return ("... %d events were lost\n"):format(event.count)
  end
  local seconds = math.floor(event.time or 0)
  local span = event.took or event.queued
  local bytes = event.bytes ~= 0 and event.bytes
  local micros = ((event.time or 0) - seconds) * 1000000 // 1 | 0
  return columns_text(context, os.date("!%H:%M:%S", seconds),
    (".%06d"):format(micros), clean(event.direction),
    bytes and unit.bytes(bytes) or "", span and unit.seconds(span) or "",
    clean(event.request or "") .. answer_of(event) .. peer_of(event)) .. "\n"
end

-- --- waits -------------------------------------------------------------------

local WAITS = {{"actor", cut = 12}, {"waits for", cut = 20},
               {"since", right = true}, {"circle"}}

-- The lists stop at so many.
local function rest(list, total, what)
  if not total or total <= #list then return "" end
  return ("%d of %d %s; limit=N for more\n"):format(#list, total, what)
end

function host.waits(context, list, total)
  if #list == 0 then return "nobody waits\n" end
  return show.list_text(context, list, WAITS, function(it)
    return {sender(it.pid, it.behaviour), clean(it.waits),
            unit.seconds(it.since), it.circle and unit.count(it.circle) or ""}
  end) .. rest(list, total, "that wait")
end

-- --- registry, modules -------------------------------------------------------

local KEYS = {{"key", cut = 12}, {"actor", cut = 12}}
local GROUPS = {{"group", cut = 12}, {"members", right = true}}

local function more(list)
  if not list.more then return "" end
  return ("and %d more; limit=N\n"):format(list.more)
end

function host.registry(context, registry)
  local keys, groups = registry.keys, registry.groups
  if #keys == 0 and #groups == 0 then return "nothing is registered\n" end
  local text = ""
  if #keys > 0 then
    text = show.list_text(context, keys, KEYS, function(it)
      return {it.key and word.of_key(it.key) or clean(it.text),
              sender(it.pid, it.behaviour)}
    end) .. more(keys)
  end
  if #groups > 0 then
    text = text .. show.list_text(context, groups, GROUPS, function(it)
      return {word.of_key(it.key), unit.count(it.size)}
    end) .. more(groups)
  end
  return text
end

local MODULES = {{"module", cut = 12}, {"version", right = true},
                 {"actors", right = true}, {"code", right = true},
                 {"file", cut = 12}}

function host.modules(context, list)
  if #list == 0 then return "no modules\n" end
  return show.list_text(context, list, MODULES, function(it)
    local version = clean(it.version)
    if it.closed then version = "reloading" end
    return {clean(it.name), version, unit.count(it.actors),
            unit.bytes(it.size), clean(it.file)}
  end)
end

function host.reload(_, result, why)
  if not result then return clean(why) .. "\n" end
  return ("%s is version %s in %s actors, after %s\n"):format(
    clean(result.module), clean(result.version), unit.count(result.actors),
    unit.seconds(result.seconds))
end

function host.log(_, before, level)
  if level then return ("%s, was %s\n"):format(level, before) end
  return before .. "\n"
end

-- --- tree --------------------------------------------------------------------

function host.tree(_, text)
  if text == "" then return "there are no actors\n" end
  return show.with_line_end(quote.clean(text, "lines"))
end

return host
