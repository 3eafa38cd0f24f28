--- Which commands there are. Not for scripts: see troupe.cli.

local core = require "troupe.core"
local nearest = require "troupe.cli.nearest"
local shell = require "troupe.cli.shell"

local command = {}

-- In the order in which they are listed.
local OWN = { "new", "test", "check", "clean", "stubs", "completion",
  "help" }

-- C's, and those that are C's unless they are given no file: their words are
-- in its own usage.
command.FOREIGN = { "run", "repl", "attach" }

-- run and repl without a file.
local APPLICATION = { run = true, repl = true }

local folder -- of the project's commands

local function is_name(text)
  return type(text) == "string" and text:find "^[a-z][a-z0-9_]*$" ~= nil
end

--- The project has commands of its own in this folder.
---@param path string
function command.look_in(path)
  folder = path
end

-- --- One ---------------------------------------------------------------------

local function check_options(options, where)
  for _, option in ipairs(options) do
    if type(option) ~= "table" or type(option.name) ~= "string" or
       not option.name:find "^[%w][%w-]*$" then
      return nil, where .. ": expected options to be a list of {name = ...}"
    end
  end
  return true
end

-- The same with what it need not say.
local function complete(found, name, where)
  if type(found) ~= "table" or type(found.run) ~= "function" then
    return nil, ("%s: expected a table with a function `run`, got %s"):format(
      where, core.describe(found))
  end
  local options = found.options or {}
  local good, why = check_options(options, where)
  if not good then return nil, why end
  return { name = name, run = found.run, summary = found.summary or "",
    usage = found.usage or "", help = found.help, options = options,
    project = found.project, raw = found.raw }
end

local function is_own(name)
  for _, own in ipairs(OWN) do if own == name then return true end end
  return false
end

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
  if is_own(name) or APPLICATION[name] then
    local module = "troupe.cli.commands." .. name
    return complete(require(module), name, module)
  end
  if folder then return load_file(name) end
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
function command.near(name) return nearest(name, command.all()) end

-- --- Help --------------------------------------------------------------------

--- Lines of two columns.
---@param rows table[] of two texts each
---@return string
function command.columns(rows)
  local width, lines = 10, {}
  for _, row in ipairs(rows) do width = math.max(width, #row[1]) end
  for index, row in ipairs(rows) do
    lines[index] = ("  %-" .. width .. "s  %s"):format(row[1], row[2])
      :gsub("%s+$", "") .. "\n"
  end
  return table.concat(lines)
end

local function option_rows(found)
  local rows = {}
  for index, option in ipairs(found.options) do
    local value = option.value and " " .. option.value or ""
    rows[index] = { "--" .. option.name .. value, option.help or "" }
  end
  return rows
end

---@param found table
---@return string
function command.help(found)
  local usage = { "usage: troupe", found.name }
  if #found.options > 0 then usage[#usage + 1] = "[options]" end
  if found.usage ~= "" then usage[#usage + 1] = found.usage end
  local parts = { table.concat(usage, " ") .. "\n" }
  if found.summary ~= "" then parts[2] = "  " .. found.summary .. "\n" end
  if found.help then
    parts[#parts + 1] = "\n" .. found.help:gsub("\n*$", "\n")
  end
  if #found.options > 0 then
    parts[#parts + 1] = "\n" .. command.columns(option_rows(found))
  end
  return table.concat(parts)
end

return command
