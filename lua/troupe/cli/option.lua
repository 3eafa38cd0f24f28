--- Reads the words behind a command. Not for scripts: see troupe.cli.
--
--     option.read(found, {"--times=2", "--loud", "--", "--bob"})
--       --> {"--bob", times = "2", loud = true}

local near = require "troupe.console.near"

local option = {}

-- -x, or --name.
local function named(command, hyphens, name)
  for _, candidate in ipairs(command.options) do
    if candidate.name == name and (#name == 1) == (hyphens == "-") then
      return candidate
    end
  end
end

local function unknown(command, word)
  local names = {}
  for _, known in ipairs(command.options) do names[#names + 1] = known.name end
  local meant = near.of(word:match "^%-%-?([^=]*)", names)
  return nil, "unknown option " .. word ..
    (meant and ("; did you mean %s%s?"):format(#meant == 1 and "-" or "--",
      meant) or "")
end

-- The option at `at`, and where the next word is; nil and what is wrong.
local function read_option(command, words, at, arguments)
  local word = words[at]
  local name, value = word:match "^%-%-([^=]+)=(.*)$"
  local found = named(command, word:match "^(%-%-?)([^=]+)")
  if not found then return unknown(command, word) end
  if not found.value then
    if value then return nil, ("expected no value for --%s"):format(name) end
    arguments[found.name] = true
    return at + 1
  end
  if not value then
    at = at + 1
    value = words[at]
    if not value then return nil, "expected a value after " .. word end
  end
  arguments[found.name] = value
  return at + 1
end

-- What a usage says: how many words there must be, and may be.
local function bounds(usage)
  local least, most = 0, 0
  for word in usage:gmatch "%S+" do
    if not word:find "^%[" then least = least + 1 end
    most = word:find("...", 1, true) and math.huge or most + 1
  end
  return least, most
end

local function check_count(command, arguments)
  local least, most = bounds(command.usage)
  if #arguments < least then
    local wanted = {}
    for word in command.usage:gmatch "%S+" do wanted[#wanted + 1] = word end
    return nil, "expected " .. wanted[#arguments + 1]
  end
  if #arguments > most then
    return nil, ("expected %s, got also %s"):format(
      most == 0 and "no argument" or "no more than " .. command.usage,
      arguments[most + 1])
  end
  return arguments
end

--- Does somebody want to know rather than to do?
---@param words string[]
---@param raw boolean|nil only the first word is ours
---@return boolean
function option.asks_help(words, raw)
  for at, word in ipairs(words) do
    if word == "--" or raw and at > 1 then return false end
    if word == "--help" then return true end
  end
  return false
end

--- The words of a command: the options by name, the rest in a list; nil and
--- what is wrong with them.
---@param command table
---@param words string[]
---@return table|nil arguments, string|nil why
function option.read(command, words)
  if command.raw then return table.move(words, 1, #words, 1, {}) end
  local arguments, at = {}, 1
  while at <= #words do
    local word = words[at]
    if word == "--" then
      table.move(words, at + 1, #words, #arguments + 1, arguments)
      break
    elseif word:find "^%-." then
      local following, why = read_option(command, words, at, arguments)
      if not following then return nil, why end
      at = following
    else
      arguments[#arguments + 1] = word
      at = at + 1
    end
  end
  return check_count(command, arguments)
end

return option
