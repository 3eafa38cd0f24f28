--- What the words after a command mean. Not for scripts: see
-- troupe.console.command.
--
-- A command's `words` is a list of {NAME, KIND, optional =, rest =, default =};
-- its `options` a table of names to kinds. An optional word may also be given
-- by its name. With `source` the rest of the line, behind the words, is Lua.
-- Kinds: "target", "text", "integer", "number", "value", "flag", or a list of
-- the texts that it may be.

local core = require "troupe.core"
local registry = require "troupe.registry"
local word = require "troupe.console.word"

local argument = {}

local readers = {}

-- One short number may be a pid's, or a key.
local function of_number(number)
  local pid = core.occupant(number)
  local keyed = registry.whereis(number)
  if pid and keyed and pid ~= keyed then
    return nil, ("17 may be the actor %s, or the key %d of %s: write one " ..
      "of the pids"):gsub("^17", tostring(number)):format(pid, number, keyed)
  end
  if keyed then return number end
  if not pid then
    return nil, ("there is no actor <0.%d.?>, and no key %d"):format(number,
                                                                    number)
  end
  return pid
end

--- An actor: <0.17.3>, 0.17.3, 17, a key.
function readers.target(item)
  if item.kind == "pid" then
    local pid = core.pid(item.value)
    if not pid then return nil, "there never was an actor " .. item.text end
    return pid
  elseif math.type(item.value) == "integer" then
    return of_number(item.value)
  end
  local is_key = item.kind ~= "option" and
    not (item.kind == "word" and item.value:find "^<")
  local key = is_key and word.key(item)
  if not key or not core.key(key) then
    return nil, ("expected a pid or a key, got %s"):format(item.text)
  end
  return key
end

function readers.text(item)
  if item.kind == "word" or item.kind == "string" then return item.value end
  return item.text
end

function readers.integer(item)
  local value = math.tointeger(item.value)
  if value and value > 0 and math.type(item.value) then return value end
  return nil, ("expected a whole number above 0, got %s"):format(item.text)
end

function readers.number(item)
  local value = item.value
  if math.type(value) and value >= 0 then return value end
  return nil, ("expected a number from 0, got %s"):format(item.text)
end

function readers.flag(item)
  if type(item.value) == "boolean" then return item.value end
  return nil, ("expected true or false, got %s"):format(item.text)
end

--- Any: a bare word is a string, a pid is a pid. Then also whether it is good.
function readers.value(item)
  if item.kind == "pid" then return readers.target(item) end
  if item.kind == "option" then return item.text end
  return item.value
end

local function choice(list, item)
  local text = readers.text(item)
  for _, allowed in ipairs(list) do
    if text == allowed then return text end
  end
  return nil, ("expected %s, got %s"):format(table.concat(list, ", "):gsub(
    ", ([^,]*)$", " or %1"), item.text)
end

local function read(kind, item)
  if type(kind) == "table" then return choice(kind, item) end
  return readers[kind](item)
end

-- The kind of what is given by its name: an option, or a word that may lack.
local function kind_named(found, name)
  if found.options and found.options[name] then return found.options[name] end
  for _, expected in ipairs(found.words or {}) do
    if expected[1] == name and expected.optional then return expected[2] end
  end
end

-- A named option; its own name is in the message.
local function option(found, args, item)
  local kind = kind_named(found, item.name)
  if not kind then return ("no option %s"):format(item.name) end
  local value, why = read(kind, {kind = math.type(item.value) and "number" or
    type(item.value) == "string" and "word" or "literal",
    value = item.value, text = item.text:match "=(.*)$" or item.text})
  if value == nil then return ("%s: %s"):format(item.name, why) end
  args[item.name] = value
end

local function rest(expected, args, item)
  local list = args[expected[1]]
  if not list then
    list = {n = 0}
    args[expected[1]] = list
  end
  local value, why = read(expected[2], item)
  if why then return why end
  list.n = list.n + 1
  list[list.n] = value
end

local function kind_text(kind)
  if type(kind) == "table" then return table.concat(kind, "|") end
  return ({integer = "N", number = "SECONDS", text = "NAME", flag = "true",
           value = "VALUE", target = "PID"})[kind]
end

local function name_text(expected)
  local kind = expected[2]
  if kind == "target" or type(kind) == "table" then return kind_text(kind) end
  return expected[1]:upper()
end

argument.target = readers.target

--- Is it one? Among the values of a call, and of Lua, x=1 is none.
function argument.is_option(found, item)
  return item.kind == "option" and
    (kind_named(found, item.name) ~= nil or not (found.rest or found.source))
end

--- The arguments by their names; nil, and why.
---@param found table the command
---@param items table[] of word.read, without the command's own name
---@return table|nil
function argument.read(found, items)
  local args, at = {}, 1
  for _, item in ipairs(items) do
    local expected, why = found.words and found.words[at]
    if argument.is_option(found, item) then
      why = option(found, args, item)
    elseif not expected then
      why = "one word too many: " .. item.text
    elseif expected.rest then
      why = rest(expected, args, item)
    else
      args[expected[1]], why = read(expected[2], item)
      at = at + 1
    end
    if why then return nil, why end
  end
  local missing = found.words and found.words[at]
  if missing and not missing.optional and not missing.rest then
    return nil, ("%s is missing"):format(name_text(missing))
  end
  return args
end

--- How a command is written.
---@param found table
---@return string
function argument.usage(found)
  local parts = {found.name}
  for _, expected in ipairs(found.words or {}) do
    local name = name_text(expected)
    if expected.rest then name = name .. "..." end
    if expected.optional or expected.rest then name = "[" .. name .. "]" end
    parts[#parts + 1] = name
  end
  if found.source then parts[#parts + 1] = "[LUA]" end
  local names = {}
  for name in pairs(found.options or {}) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local kind = found.options[name]
    parts[#parts + 1] = kind == "flag" and "[--" .. name .. "]" or
      ("[%s=%s]"):format(name, kind_text(kind))
  end
  return table.concat(parts, " ")
end

return argument
