--- What a shell offers where the cursor is: the words of troupe that may stand
--- there. Not for scripts: see `troupe completion offer`.
--
--     offer.words(context, {"test", "--tags"})
--       --> {{"--tags", "only those with these #tags"}}, "none"
--
-- The shell's script only asks: what a command takes is said in its table.

local command = require "troupe.cli.command"
local shell = require "troupe.cli.shell"

local offer = {}

-- --- What a word may be ------------------------------------------------------

-- The binary is the parent of the shell that asks it.
local function hosts()
  local names, good = shell.lines '"/proc/$PPID/exe" attach --list 2>/dev/null'
  return good and names or {}
end

local function environments()
  local names = {}
  for index, file in ipairs(shell.files("config", 1)) do
    names[index] = file:match "([^/]+)%.lua$"
  end
  return names
end

-- Words that stand for something in a usage, or as the value of an option.
local MEANING = {
  FILE = "files",
  FOLDER = "folders",
  COMMAND = function() return command.rows(command.all()) end,
  HOST = hosts,
  LEVEL = { "debug", "info", "warn", "error", "off" },
}

local function rows_of(list)
  local rows = {}
  for index, one in ipairs(list) do
    rows[index] = type(one) == "table" and one or { tostring(one), "" }
  end
  return rows
end

-- Rows, and what else: "files", "folders" or "none".
local function meaning(word, choices, words)
  if choices == nil and word then
    choices = MEANING[word]
    if word:find("|", 1, true) then
      choices = {}
      for one in word:gmatch "[^|]+" do choices[#choices + 1] = one end
    end
  end
  if type(choices) == "string" then return {}, choices end
  if type(choices) == "function" then
    local good, list = pcall(choices, words)
    choices = good and type(list) == "table" and list or {}
  end
  return rows_of(choices or {}), "none"
end

-- --- What has been typed -----------------------------------------------------

-- `troupe` itself: what may stand before any command.
local function top()
  local options = command.host_options(true)
  table.move({
    { name = "e", value = "CODE", help = "run a line of Lua" },
    { name = "version", help = "tell which version this is" },
  }, 1, 2, #options + 1, options)
  return { options = options, usage = "COMMAND", first = true }
end

local function option_named(found, word)
  for _, option in ipairs(found.all) do
    if command.flag(option) == word then return option end
  end
end

-- With all options that may stand there.
local function widen(found)
  local all = table.move(found.options, 1, #found.options, 1, {})
  if not found.foreign and not found.first then
    local of_host = command.host_options()
    table.move(of_host, 1, #of_host, #all + 1, all)
  end
  all[#all + 1] = { name = "help", help = "tell about it" }
  found.all = all
  return found
end

-- The command that a word names, where one may stand.
local function enter(found, word)
  if not found.first then
    local below = command.below(found, word)
    return below and widen(below)
  end
  local named = command.described(word)
  return named and widen(named)
end

local function is_option(word) return word:find "^%-." ~= nil end

-- A word that is no option; false: what follows is none of ours.
local function take(at, word)
  local found = #at.words == 0 and not at.over and enter(at.found, word)
  if found then
    at.found = found
  else
    at.words[#at.words + 1] = word
  end
  return found or not (at.found.first or at.found.script)
end

-- Follows the words before the last: the command, its words, the option whose
-- value comes next, and whether no option may come any more. nil: what comes
-- next is a script's.
local function follow(words)
  local at = { found = widen(top()), words = {} }
  for index = 1, #words - 1 do
    local word = words[index]
    if at.option then
      if at.found.first and at.option.name == "e" then return nil end
      at.option = nil
    elseif at.over or not is_option(word) then
      if not take(at, word) then return nil end
    elseif word == "--" then
      at.over = true
    else
      local option = option_named(at.found, word)
      at.option = option and option.value and option or nil
    end
  end
  return at
end

-- --- What is offered ---------------------------------------------------------

local function nth(usage, number)
  local at, last = 0, nil
  for word in usage:gmatch "%S+" do
    at, last = at + 1, word
    if at == number then break end
  end
  local several = last and last:find("...", 1, true)
  if at < number and not several then return nil end
  return (last:gsub("[%[%]]", ""):gsub("%.%.%.", ""))
end

local function positional(at)
  local found, rows = at.found, {}
  if #at.words == 0 and found.commands then
    for index, below in ipairs(found.commands) do
      rows[index] = { below.name, below.summary }
    end
    return rows, "none"
  end
  local word = nth(found.usage, #at.words + 1)
  if not word then return {}, "none" end
  return meaning(word, found.choices, at.words)
end

local function value_of(option)
  local choices = option.choices
  if option.name == "env" then choices = environments end
  return meaning(option.value, choices)
end

local function flags(found)
  local rows = {}
  for index, option in ipairs(found.all) do
    rows[index] = { command.flag(option), option.help or "" }
  end
  return rows
end

local function all(words)
  local last, at = words[#words], follow(words)
  if not at then return {}, "files" end
  if at.option then return value_of(at.option) end
  if at.over or not is_option(last) and last ~= "-" then
    return positional(at)
  end
  local flag = last:match "^(%-%-[^=]+)="
  if not flag then return flags(at.found), "none" end
  local option = option_named(at.found, flag)
  local rows, other = {}, "none"
  if option and option.value then rows, other = value_of(option) end
  for index, row in ipairs(rows) do
    rows[index] = { flag .. "=" .. row[1], row[2] }
  end
  return rows, other
end

-- A shell that splits at `=` has three words of --env=prod.
local function join(words)
  local joined = {}
  for index, word in ipairs(words) do
    local former = joined[#joined]
    if word == "=" and former and former:find "^%-%-" then
      if index == #words then joined[#joined + 1] = "" end
    else
      joined[#joined + 1] = word
    end
  end
  return joined
end

--- What may stand for the last of these words: rows of a word and what it is,
--- and whether files or folders may as well.
---@param words string[]
---@return table[] rows, string other "files", "folders" or "none"
function offer.words(words)
  words = join(words)
  if #words == 0 then words = { "" } end
  local rows, other = all(words)
  local last, fitting = words[#words], {}
  for _, row in ipairs(rows) do
    if row[1]:sub(1, #last) == last then fitting[#fitting + 1] = row end
  end
  return fitting, other
end

return offer
