--- What the commands have found, as text. Not for scripts.
--
-- Each takes the context (width; screen, if rows may be wider; colour) and what
-- troupe.inspect returned, and returns lines with their ends. A name that a
-- script has given may hold anything: it is cleaned. What is of the whole host:
-- troupe.console.show_host.

local columns = require "troupe.console.table"
local core = require "troupe.core"
local pretty = require "troupe.console.pretty"
local quote = require "troupe.console.quote"
local unit = require "troupe.console.unit"
local word = require "troupe.console.word"

local show = {}

local function clean(text)
  if text == nil then return "-" end
  return quote.clean(tostring(text))
end

local function value_text(context, value)
  return pretty.text(value, {width = math.max(20, context.width - 12),
                             colour = context.colour,
                             behaviour = core.behaviour})
end

local function with_line_end(text)
  if text == "" or text:sub(-1) == "\n" then return text end
  return text .. "\n"
end

-- A pid with its behaviour, as far as that is known.
local function who(pid)
  local behaviour = core.behaviour(pid)
  return tostring(pid) .. (behaviour and " " .. clean(behaviour) or "")
end

-- The same of what has been told already.
local function sender(pid, behaviour)
  if not pid then return "-" end
  return tostring(pid) .. (behaviour and " " .. clean(behaviour) or "")
end

local function list_text(context, list, titles, cells)
  local rows = {}
  for index, item in ipairs(list) do rows[index] = cells(item) end
  return columns.text(titles, rows, {width = context.screen or context.width,
                                     colour = context.colour})
end

-- --- actors ------------------------------------------------------------------

local ACTORS = {
  {"pid"}, {"behaviour", cut = 12}, {"queue", right = true, spare = 1},
  {"in", right = true, spare = 3}, {"p99", right = true, spare = 5},
  {"memory", right = true, spare = 2}, {"cpu", right = true, spare = 4},
  {"doing, waits for", cut = 10},
}

local NAME = {"name", cut = 8}
local VERSION = {"version", right = true}

-- As long as nothing has been reloaded, and nothing says which it is, all are
-- the first.
local function has_versions(list)
  for _, it in ipairs(list) do
    if (it.version or 1) ~= 1 then return true end
  end
  return false
end

local function doing(it)
  if not it.waits then return clean(it.doing) end
  local waits = clean(it.waits):gsub("^the end of ", "")
  return ("%s, %s"):format(waits, unit.seconds(it.since))
end

-- A key that it has, as it is typed, unless it is long or nobody's to type.
local function name_of(pid)
  local text = core.name(pid)
  local items = text and word.read(text)
  local key = items and #items == 1 and word.key(items[1])
  return key and word.of_key(key) or text and clean(text)
end

local function nobody(list)
  if not list.behaviour then return "there are no actors\n" end
  return ("no actor has the behaviour %s\n"):format(clean(list.behaviour))
end

function show.actors(context, list)
  if #list == 0 then return nobody(list) end
  local titles, names = {table.unpack(ACTORS)}, {}
  for _, it in ipairs(list) do names[it] = name_of(it.pid) end
  local versions = has_versions(list)
  if versions then table.insert(titles, 3, VERSION) end
  if next(names) then table.insert(titles, 2, NAME) end
  local text = list_text(context, list, titles, function(it)
    local row = {tostring(it.pid), clean(it.behaviour or "script"),
                 unit.count(it.queue),
                 unit.count(it.messages_in), unit.seconds(it.handling_p99),
                 unit.bytes(it.memory), unit.seconds(it.cpu), doing(it)}
    if versions then table.insert(row, 3, clean(it.version)) end
    if titles[2] == NAME then table.insert(row, 2, names[it] or "-") end
    return row
  end)
  if list.cut then
    text = ("%sthe first %d; limit=N or --all for more\n"):format(text, #list)
  end
  return text
end

-- --- One actor ---------------------------------------------------------------

local function pids_text(list)
  local parts = {}
  for index, pid in ipairs(list) do parts[index] = who(pid) end
  if list.more then parts[#parts + 1] = ("%d more"):format(list.more) end
  return table.concat(parts, ", ")
end

local function keys_text(list)
  local parts = {}
  for index, key in ipairs(list) do parts[index] = word.of_key(key) end
  if list.more then parts[#parts + 1] = ("%d more"):format(list.more) end
  return table.concat(parts, " ")
end

local function of(used, limit)
  return limit and used .. " of " .. limit or used .. ", no limit"
end

local function limit_fields(limits)
  local fields = {}
  local memory, cpu, mailbox = limits.memory, limits.cpu, limits.mailbox
  if type(memory) == "table" then
    fields[1] = {"memory", of(unit.bytes(memory.used),
                              memory.limit and unit.bytes(memory.limit))}
  end
  if type(cpu) == "table" then
    fields[#fields + 1] = {"cpu", of(unit.seconds(cpu.used) ..
      " in the message in hand", cpu.limit and unit.seconds(cpu.limit))}
  end
  if type(mailbox) == "table" and mailbox.count then
    local text = ("%s, %s"):format(of(unit.count(mailbox.count),
      mailbox.size and unit.count(mailbox.size)), of(unit.bytes(mailbox.bytes),
      mailbox.limit and unit.bytes(mailbox.limit)))
    if mailbox.full then text = text .. "; full: " .. mailbox.full end
    fields[#fields + 1] = {"mailbox", text}
  end
  if limits.libraries then
    fields[#fields + 1] = {"libraries", table.concat(limits.libraries, " ")}
  end
  return fields
end

-- Of an actor whose start options do not say.
local function default_fields(limits)
  local function text(value, of_unit)
    return value and of_unit(value) or "no limit"
  end
  local mailbox = limits.mailbox or {}
  return {
    {"memory", text(limits.memory, unit.bytes)},
    {"cpu", text(limits.cpu, unit.seconds) .. " for a message"},
    {"mailbox", ("%s messages, %s; full: %s"):format(text(mailbox.size,
      unit.count), text(mailbox.bytes, unit.bytes), clean(mailbox.full))},
  }
end

function show.limits(_, limits)
  local fields = limit_fields(limits)
  if #fields == 0 then fields = default_fields(limits) end
  return columns.fields(fields)
end

local COUNTERS = {
  {"messages_in", unit.count}, {"messages_out", unit.count},
  {"waiting_p50", unit.seconds}, {"waiting_p99", unit.seconds},
  {"handling_p50", unit.seconds}, {"handling_p99", unit.seconds},
  {"restarts", unit.count}, {"version", clean}, {"cpu", unit.seconds},
}

local PIDS = {"links", "monitors", "watched_by", "owes"}
local KEYS = {"keys", "groups"}
local OTHERS = {"serves", "timers", "sockets", "listeners", "pools",
                "borrowed", "handlers", "idle"}

local function doing_text(info)
  local text = clean(info.doing)
  if info.request then text = text .. " in " .. clean(info.request) end
  if info.where then text = text .. " (" .. clean(info.where) .. ")" end
  if info.waits then
    text = ("%s, for %s, since %s"):format(text, clean(info.waits),
                                           unit.seconds(info.since))
  end
  if info.silent then text = text .. ": " .. clean(info.silent) end
  return text
end

local function add_lists(context, fields, info)
  for _, name in ipairs(PIDS) do
    local list = info[name]
    if list and list[1] then fields[#fields + 1] = {name, pids_text(list)} end
  end
  for _, name in ipairs(KEYS) do
    local list = info[name]
    if list and list[1] then fields[#fields + 1] = {name, keys_text(list)} end
  end
  for _, name in ipairs(OTHERS) do
    local value = info[name]
    if value ~= nil and (type(value) ~= "table" or next(value) ~= nil) then
      fields[#fields + 1] = {name, value_text(context, value)}
    end
  end
end

function show.info(context, info)
  local fields = {
    {"pid", tostring(info.pid)}, {"behaviour", clean(info.behaviour)},
    {"doing", doing_text(info)},
  }
  if info.caller then fields[#fields + 1] = {"caller", who(info.caller)} end
  if info.starter then
    local text = who(info.starter)
    if info.bond then text = ("%s, its %s"):format(text, info.bond) end
    fields[#fields + 1] = {"starter", text}
  end
  for _, counter in ipairs(COUNTERS) do
    local name, text = counter[1], counter[2]
    if info[name] ~= nil then
      fields[#fields + 1] = {name, text(info[name])}
    end
  end
  for _, field in ipairs(limit_fields(info.limits or {})) do
    if field[1] == "cpu" then field[1] = "cpu limit" end
    fields[#fields + 1] = field
  end
  add_lists(context, fields, info)
  return columns.fields(fields)
end

function show.stack(context, stack)
  local text = type(stack) == "table" and stack.text or stack
  if type(text) ~= "string" then text = value_text(context, stack) end
  return with_line_end(quote.clean(text, "lines"))
end

function show.gc(context, before, after)
  if type(before) == "table" then
    before, after = before.before, before.after
  end
  if type(before) ~= "number" then return "collected\n" end
  if type(after) ~= "number" then return unit.bytes(before) .. "\n" end
  return ("%s before, %s now\n"):format(unit.bytes(before), unit.bytes(after))
end

-- For troupe.console.show_host.
show.who, show.sender, show.clean = who, sender, clean
show.value_text = value_text
show.list_text, show.with_line_end = list_text, with_line_end

return show
