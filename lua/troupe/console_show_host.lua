--- What the commands have found about the whole host, as text. Not for scripts;
-- see troupe.console_show.

local columns = require "troupe.console_table"
local show = require "troupe.console_show"
local unit = require "troupe.console_unit"

local clean, who = show.clean, show.who
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
    return {it.private and "console" or unit.count(it.index),
            unit.percent(it.load), unit.count(it.queue), unit.count(it.turns),
            unit.count(it.steals), unit.count(it.handles), running}
  end)
end

-- --- mailbox, trace ----------------------------------------------------------

local MESSAGES = {
  {"from", cut = 10}, {"message", cut = 20}, {"size", right = true},
  {"age", right = true},
}

local function sender(pid, behaviour)
  if not pid then return "-" end
  return tostring(pid) .. (behaviour and " " .. clean(behaviour) or "")
end

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

local ARROWS = {["in"] = "->", out = "<-", reply = "->", ["end"] = "<-"}

local function ending(event)
  local text = clean(event.answer or event.how or "")
  if event.how and event.how ~= "reply" and event.answer then
    text = clean(event.how) .. ": " .. text
  end
  return text
end

--- One event of a trace, a line.
---@param context table
---@param event table
---@return string
function host.event(context, event)
  if event.direction == "lost" then
    return ("... %d events were lost\n"):format(event.count)
  end
  local parts = {os.date("!%H:%M:%S", math.floor(event.time or 0)) ..
    ("%.6f"):format((event.time or 0) % 1):sub(2),
    ("%-5s %s"):format(clean(event.direction),
                       ARROWS[event.direction] or "  ")}
  local function add(text) parts[#parts + 1] = text end
  if event.peer then
    add(sender(event.peer, event.behaviour))
  elseif event.target then
    add(clean(event.target))
  end
  if event.request then add(clean(event.request)) end
  if event.direction == "end" or event.direction == "reply" then
    add("= " .. ending(event))
  end
  if event.bytes and event.bytes > 0 then add(unit.bytes(event.bytes)) end
  if event.queued and event.queued > 0 then
    add("queued " .. unit.seconds(event.queued))
  end
  if event.took then add("took " .. unit.seconds(event.took)) end
  return columns.cut(table.concat(parts, "  "), context.width) .. "\n"
end

-- --- waits -------------------------------------------------------------------

local WAITS = {{"actor", cut = 12}, {"waits for", cut = 20},
               {"since", right = true}}

function host.waits(context, list)
  if #list == 0 then return "nobody waits for anybody\n" end
  return show.list_text(context, list, WAITS, function(it)
    return {who(it.pid), clean(it.waits), unit.seconds(it.since)}
  end)
end

-- --- registry, modules -------------------------------------------------------

function host.registry(context, registry)
  return show.with_line_end(show.value_text(context, registry))
end

local MODULES = {{"module", cut = 12}, {"version", right = true},
                 {"actors", right = true}, {"file", cut = 12}}

function host.modules(context, list)
  if #list == 0 then return "no modules\n" end
  return show.list_text(context, list, MODULES, function(it)
    return {clean(it.name), clean(it.version), unit.count(it.actors),
            clean(it.file)}
  end)
end

function host.reload(context, ...)
  local values = table.pack(...)
  local parts = {}
  for index = 1, values.n do
    parts[index] = show.value_text(context, values[index])
  end
  return show.with_line_end(table.concat(parts, ", "))
end

function host.log(_, level) return level .. "\n" end

-- --- tree --------------------------------------------------------------------

function host.tree(context, text, list)
  if type(text) == "string" then return show.with_line_end(clean(text)) end
  return show.with_line_end(show.value_text(context, list or text))
end

return host
