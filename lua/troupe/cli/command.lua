--- Which commands there are. Not for scripts: see troupe.cli.

local core = require "troupe.core"
local foreign = require "troupe.cli.foreign"
local near = require "troupe.console.near"
local shell = require "troupe.cli.shell"

local command = {}

-- In the order in which they are listed.
local OWN = { "new", "test", "deps", "check", "format", "docs", "bench",
  "build", "clean", "stubs", "completion", "help" }

-- C's, of which run and repl without a file are ours.
command.FOREIGN = foreign.NAMES

-- Options of the host that C takes wherever they stand.
command.ANYWHERE = { "workers", "log", "set", "env", "grace" }

local folder -- of the project's commands
local usage -- of troupe itself

local function is_name(text)
  return type(text) == "string" and text:find "^[a-z][a-z0-9_]*$" ~= nil
end

--- The project has commands of its own in this folder.
---@param path string
function command.look_in(path)
  folder = path
end

--- What `troupe --help` says: it tells of C's.
---@param text string
function command.know(text)
  usage = text
end

local function holds(list, wanted)
  for _, one in ipairs(list) do if one == wanted then return true end end
  return false
end

-- --- One ---------------------------------------------------------------------

local function check_options(options, where)
  for _, option in ipairs(options) do
    if type(option) ~= "table" or type(option.name) ~= "string" or
       not option.name:find "^[%w][%w-]*$" then
      return nil, where .. ": expected options to be a list of {name = ...}"
    end
    if holds(command.ANYWHERE, option.name) then
      return nil, ("%s: the option --%s is the host's"):format(where,
        option.name)
    end
  end
  return true
end

local FIELDS = { "name", "summary", "usage", "help", "options", "choices",
  "commands", "project", "raw", "settings", "run" }

-- One that is misspelt would do nothing, and nobody would know.
local function check_fields(found, where)
  for field in pairs(found) do
    if not holds(FIELDS, field) then
      local meant = type(field) == "string" and near.of(field, FIELDS)
      return nil, ("%s: unknown field %s%s"):format(where, tostring(field),
        meant and ("; did you mean %s?"):format(meant) or "")
    end
  end
  return true
end

local complete

-- Those below say only what differs from the one above.
local function complete_all(found, whole, where)
  for index, below in ipairs(found.commands or {}) do
    if type(below) ~= "table" or not is_name(below.name) then
      return nil, where .. ": expected commands to be a list of {name = ...}"
    end
    local good, why = check_fields(below, where)
    if not good then return nil, why end
    local one
    one, why = complete(setmetatable({}, { __index = function(_, key)
      local value = below[key]
      if value == nil and (key == "project" or key == "settings") then
        value = found[key]
      end
      return value
    end }), below.name, where)
    if not one then return nil, why end
    one.title = whole.title .. " " .. one.name
    whole.commands[index] = one
  end
  return whole
end

-- The same with what it need not say.
function complete(found, name, where)
  if type(found) ~= "table" or
     not (type(found.run) == "function" or type(found.commands) == "table")
  then
    return nil, ("%s: expected a table with a function `run`, got %s"):format(
      where, core.describe(found))
  end
  local options = found.options or {}
  local good, why = check_fields(found, where)
  if good then good, why = check_options(options, where) end
  if not good then return nil, why end
  return complete_all(found, { name = name, title = name, run = found.run,
    summary = found.summary or "", usage = found.usage or "",
    help = found.help, options = options, choices = found.choices,
    commands = found.commands and {}, project = found.project,
    raw = found.raw, settings = found.settings ~= false }, where)
end

local function is_own(name) return holds(OWN, name) end

local function load_file(name)
  local path = folder .. "/" .. name .. ".lua"
  if not shell.exists(path) then return nil end
  local chunk, why = loadfile(path, "t")
  if not chunk then return nil, why end
  local good, found = pcall(chunk)
  if not good then return nil, tostring(found) end
  return complete(found, name, path)
end

--- The command of that name; nil: there is none, or nil and what is wrong
--- with its file.
---@param name string
---@return table|nil found, string|nil why
function command.find(name)
  if not is_name(name) then return nil end
  if is_own(name) or name == "run" or name == "repl" then
    local module = "troupe.cli.commands." .. name
    return complete(require(module), name, module)
  end
  if folder then return load_file(name) end
end

--- What there is to say of it, be it C's or not.
---@param name string
---@return table|nil found, string|nil why
function command.described(name)
  if holds(command.FOREIGN, name) then
    local found = foreign.command(usage, name)
    found.title = name
    return found
  end
  return command.find(name)
end

--- Names and summaries of commands; a summary that cannot be read is why.
---@param names string[]
---@return table[]
function command.rows(names)
  local rows = {}
  for index, name in ipairs(names) do
    local found, why = command.described(name)
    rows[index] = { name, found and found.summary or why }
  end
  return rows
end

--- One of those below a command.
---@param found table
---@param name string|nil
---@return table|nil
function command.below(found, name)
  for _, one in ipairs(found.commands or {}) do
    if one.name == name then return one end
  end
end

local function names_of(found)
  local names = {}
  for index, one in ipairs(found.commands) do names[index] = one.name end
  return names
end

-- Does it do something itself with these words, none of which is a command?
local function takes(found, words)
  return found.run and (not found.commands or found.usage ~= "" or
    not words[1] or words[1]:find "^%-")
end

--- The command below that the first words name; they are removed. nil: there
--- is none, and it does nothing alone or takes no words, and why.
---@param found table
---@param words string[]
---@return table|nil found, string|nil why
function command.descend(found, words)
  local below = command.below(found, words[1])
  if below then
    table.remove(words, 1)
    return command.descend(below, words)
  end
  if takes(found, words) then return found end
  local names, see = names_of(found), ("(see troupe %s --help)"):format(
    found.title)
  if not words[1] then
    return nil, ("expected one of %s %s"):format(table.concat(names, ", "), see)
  end
  local meant = near.of(words[1], names)
  return nil, ("unknown command %s %s%s %s"):format(found.title, words[1],
    meant and ("; did you mean %s?"):format(meant) or "", see)
end

--- Options of the host: those that may stand among a command's, or all.
---@param all boolean|nil
---@return table[]
function command.host_options(all)
  local options = {}
  for _, option in ipairs(foreign.options(usage)) do
    if all or holds(command.ANYWHERE, option.name) then
      options[#options + 1] = option
    end
  end
  return options
end

-- --- All ---------------------------------------------------------------------

--- The names of the commands that come with Troupe and are Lua.
---@return string[]
function command.own() return table.move(OWN, 1, #OWN, 1, {}) end

--- The names of the project's own.
---@return string[]
function command.projects()
  local names = {}
  for _, file in ipairs(folder and shell.files(folder, 1) or {}) do
    local name = file:match "([^/]+)%.lua$"
    if is_name(name) and not is_own(name) then names[#names + 1] = name end
  end
  return names
end

--- Those, and C's.
---@return string[]
function command.all()
  local names = table.move(command.FOREIGN, 1, #command.FOREIGN, 1, {})
  table.move(OWN, 1, #OWN, #names + 1, names)
  local projects = command.projects()
  return table.move(projects, 1, #projects, #names + 1, names)
end

--- The one whose name is nearly this.
---@param name string
---@return string|nil
function command.near(name) return near.of(name, command.all()) end

-- --- Help --------------------------------------------------------------------

local WIDTH = 80

-- Lines that fit beside a column.
local function fold(text, width)
  local lines, line = {}, ""
  for word in text:gmatch "%S+" do
    if line ~= "" and utf8.len(line .. word) >= width then
      lines[#lines + 1] = line
      line = ""
    end
    line = line == "" and word or line .. " " .. word
  end
  lines[#lines + 1] = line
  return lines
end

--- Lines of two columns.
---@param rows table[] of two texts each
---@return string
function command.columns(rows)
  local width, lines = 10, {}
  for _, row in ipairs(rows) do width = math.max(width, #row[1]) end
  for _, row in ipairs(rows) do
    for at, text in ipairs(fold(row[2], WIDTH - width - 4)) do
      lines[#lines + 1] = ("  %-" .. width .. "s  %s"):format(
        at == 1 and row[1] or "", text):gsub("%s+$", "") .. "\n"
    end
  end
  return table.concat(lines)
end

--- How an option is written, without its value.
---@param option table
---@return string
function command.flag(option)
  return (#option.name == 1 and "-" or "--") .. option.name
end

local function option_rows(found)
  local rows = {}
  for index, option in ipairs(found.options) do
    local value = option.value and " " .. option.value or ""
    rows[index] = { command.flag(option) .. value, option.help or "" }
  end
  return rows
end

local function command_rows(found)
  local rows = {}
  for index, below in ipairs(found.commands) do
    rows[index] = { (below.name .. " " .. below.usage):gsub(" $", ""),
      below.summary }
  end
  return rows
end

--- What may stand behind it, as its usage says.
---@param found table
---@return string
function command.operands(found)
  local words = {}
  if #found.options > 0 then words[1] = "[options]" end
  if found.commands then
    words[#words + 1] = found.run and "[COMMAND ...]" or "COMMAND ..."
  end
  if found.usage ~= "" then words[#words + 1] = found.usage end
  return table.concat(words, " ")
end

local function usage_line(found)
  return (("usage: troupe %s %s"):format(found.title,
    command.operands(found)):gsub(" $", "")) .. "\n"
end

---@param found table
---@return string
function command.help(found)
  local parts = { usage_line(found) }
  if found.summary ~= "" then parts[2] = "  " .. found.summary .. "\n" end
  if found.help then
    parts[#parts + 1] = "\n" .. found.help:gsub("\n*$", "\n")
  end
  if found.commands then
    parts[#parts + 1] = "\n" .. command.columns(command_rows(found))
  end
  if #found.options > 0 then
    parts[#parts + 1] = "\n" .. command.columns(option_rows(found))
  end
  return table.concat(parts)
end

return command
