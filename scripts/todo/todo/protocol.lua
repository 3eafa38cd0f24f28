--[[
The line protocol: one request a line, as pure text work.

  protocol.parse "add bob 2018-12-19 Dentist"
    --> { name = "add", list = "bob", date = "2018-12-19", title = "Dentist" }
  protocol.parse "dance"   --> nil, 'expected one of add, ..., got "dance"'

Answers are whole lines too: `protocol.entries`, `protocol.failure`.
--]]
local file_name = require "todo.file_name"

local protocol = {}

protocol.HELP = [[
add LIST DATE TITLE   put an entry on a list    add bob 2018-12-19 Dentist
entries LIST DATE     the entries of one day    entries bob 2018-12-19
help                  this text
quit                  good-bye
end
]]

local function quoted(text)
  if #text > 40 then text = text:sub(1, 37) .. "..." end
  return '"' .. text:gsub("%c", "?") .. '"'
end

local MONTH_DAYS = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function is_leap(year)
  return year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
end

--- Is this a day that the calendar has, written as YYYY-MM-DD?
---@param text string
---@return boolean
function protocol.is_date(text)
  local year, month, day = text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)$")
  if not year then return false end
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  local last = MONTH_DAYS[month]
  if month == 2 and not is_leap(year) then last = 28 end
  return last ~= nil and day >= 1 and day <= last
end

local function check_list_and_date(list, date)
  if #list > file_name.LONGEST then
    return nil, ("expected a list name of at most %d bytes, got %s")
      :format(file_name.LONGEST, quoted(list))
  end
  if not protocol.is_date(date) then
    return nil, "expected a date like 2018-12-19, got " .. quoted(date)
  end
  return true
end

local parsers = {}

function parsers.add(rest)
  local list, date, title = rest:match("^(%S+)%s+(%S+)%s+(.-)%s*$")
  if not list or title == "" then
    return nil, "expected add LIST DATE TITLE"
  end
  local good, reason = check_list_and_date(list, date)
  if not good then return nil, reason end
  return { name = "add", list = list, date = date, title = title }
end

function parsers.entries(rest)
  local list, date = rest:match("^(%S+)%s+(%S+)%s*$")
  if not list then return nil, "expected entries LIST DATE" end
  local good, reason = check_list_and_date(list, date)
  if not good then return nil, reason end
  return { name = "entries", list = list, date = date }
end

function parsers.help() return { name = "help" } end

function parsers.quit() return { name = "quit" } end

---@param line string without its line end
---@return table? command, string? reason what was expected, in one line
function protocol.parse(line)
  local word, rest = line:match("^%s*(%S*)%s*(.-)%s*$")
  local parser = parsers[word]
  if parser then return parser(rest) end
  return nil, "expected one of add, entries, help, quit, got " .. quoted(word)
end

---@param entries todo.entry[]
---@return string one line an entry, then "end"
function protocol.entries(entries)
  local lines = {}
  for _, entry in ipairs(entries) do
    lines[#lines + 1] = entry.date .. " " .. entry.title
  end
  lines[#lines + 1] = "end\n"
  return table.concat(lines, "\n")
end

---@param reason any an error object or text; its first line is shown
---@return string
function protocol.failure(reason)
  local text = type(reason) == "table" and reason.message or reason
  return "error: " .. tostring(text):match("^[^\n]*") .. "\n"
end

return protocol
