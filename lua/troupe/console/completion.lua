--- What may come next where the cursor is. Not for scripts.
--
--     completion.of(context, "str")        --> 3, {"string"}
--     completion.of(context, "stack <0.1") --> 4, {"<0.17.3>"}
--
-- It runs nothing of the script's: fields are found as rawget finds them, and
-- behind an __index that is a table.

local argument = require "troupe.console.argument"
local command = require "troupe.console.command"
local core = require "troupe.core"
local inside = require "troupe.console.inside"
local inspect = require "troupe.inspect"
local registry = require "troupe.registry"
local quote = require "troupe.console.quote"
local word = require "troupe.console.word"

local completion = {}

local MOST = 500   -- candidates
local WALK = 10000 -- names that are looked at

-- Candidates that begin with what is there already.
local function collector(beginning)
  local list, seen = {}, {}
  return list, function(text)
    if #list < MOST and not seen[text] and text:sub(1, #beginning) == beginning
      and not text:find "%c" then
      list[#list + 1] = text
      seen[text] = true
    end
  end
end

local function sorted(beginning, list)
  table.sort(list)
  return #beginning, list
end

-- --- Fields ------------------------------------------------------------------

local function index_of(value)
  local meta = debug.getmetatable(value)
  local index = type(meta) == "table" and rawget(meta, "__index")
  return type(index) == "table" and index or nil
end

-- A lazy library is filled by who asks for a field.
local function field_of(value, name)
  for _ = 1, 10 do
    if type(value) == "table" then
      local found = rawget(value, name)
      if found ~= nil then return found end
    end
    value = index_of(value)
    if not value then return nil end
  end
end

-- The value of "a.b.c", by tables only.
local function value_of(context, path)
  local value
  for name in path:gmatch "[%a_][%w_]*" do
    if value == nil then
      value = rawget(context.env, name)
      if value == nil then value = rawget(_G, name) end
    else
      value = field_of(value, name)
    end
    if value == nil then return nil end
  end
  return value
end

local function add_fields(value, add, functions)
  local left = WALK
  for _ = 1, 10 do
    if type(value) == "table" then
      for name, field in next, value do
        left = left - 1
        if left < 0 then return end
        if type(name) == "string" and quote.is_name(name) and
          (not functions or type(field) == "function") then
          add(name)
        end
      end
    end
    value = index_of(value)
    if not value then return end
  end
end

-- Inside an actor it is asked.
local function add_inside(context, path, add)
  for _, name in ipairs(inside.names(context, path)) do
    if quote.is_name(name) then add(name) end
  end
end

local function fields(context, path, mark, beginning)
  local list, add = collector(beginning)
  if context.entered then
    if path ~= "" then add_inside(context, path, add) end
    return sorted(beginning, list)
  end
  local value = path == "" and "" or value_of(context, path)
  if value ~= nil then add_fields(value, add, mark == ":") end
  return sorted(beginning, list)
end

-- Who has typed nothing yet wants to see what there is, not Lua's words.
local function names(context, beginning, first)
  local list, add = collector(beginning)
  if first and not context.once then
    for _, found in ipairs(command.list) do add(found.name) end
    if beginning == "" and not context.entered then
      return sorted(beginning, list)
    end
  end
  if context.entered then
    add "state"
    add_inside(context, "", add)
  else
    add_fields(context.env, add)
    add_fields(_G, add)
  end
  for keyword in next, quote.RESERVED do add(keyword) end
  return sorted(beginning, list)
end

-- --- Actors, keys, modules ---------------------------------------------------

local function pids(beginning)
  local list, add = collector(beginning)
  for _, it in ipairs(core.actors {limit = MOST}) do add(tostring(it.pid)) end
  return sorted(beginning, list)
end

local function add_keys(add)
  for _, key in ipairs(registry.keys()) do add(word.of_key(key)) end
end

local function modules(beginning)
  local list, add = collector(beginning)
  for name in next, package.loaded do
    if type(name) == "string" then add(name) end
  end
  for _, module in ipairs(inspect.modules()) do
    if module.name then add(module.name) end
  end
  return sorted(beginning, list)
end

-- Of those that may be reloaded.
local function add_modules(add)
  for _, module in ipairs(inspect.modules()) do
    if not module.embedded then add(module.name or module.file) end
  end
end

-- --- Commands ----------------------------------------------------------------

local function add_behaviours(add)
  for _, it in ipairs(core.actors {limit = 1000}) do
    if it.behaviour then add("behaviour=" .. it.behaviour) end
  end
end

local function add_options(found, beginning, add)
  local chosen = beginning:match "^([%a_]+)="
  for name, kind in next, found.options or {} do
    if name ~= chosen then
      add(kind == "flag" and "--" .. name or name .. "=")
    elseif type(kind) == "table" then
      for _, text in ipairs(kind) do add(name .. "=" .. text) end
    elseif name == "behaviour" then
      add_behaviours(add)
    end
  end
end

local function add_words(kind, add)
  if type(kind) == "table" then
    for _, text in ipairs(kind) do add(text) end
  elseif kind == "target" then
    add_keys(add)
  end
end

-- Whom the first word after the command means.
local function target_of(before)
  local items = word.read(before)
  return items and items[2] and argument.target(items[2])
end

local function add_requests(found, before, add)
  local target = target_of(before)
  for _, name in ipairs(target and inside.requests(target, found.name) or {}) do
    if quote.is_name(name) then add(name) end
  end
end

local function add_word(found, expected, before, add)
  add_words(expected[2], add)
  if expected[1] == "module" then
    add_modules(add)
  elseif expected[1] == "request" then
    add_requests(found, before, add)
  elseif expected[1] == "command" then
    for _, other in ipairs(command.list) do add(other.name) end
  end
end

-- Lua that is to run inside an actor.
local function of_source(context, before, text)
  local target = target_of(before)
  if not target then return 0, {} end
  return completion.of(setmetatable({entered = {pid = target}, once = true},
                                    {__index = context}), text)
end

-- Of which word of the command is this the beginning? Options count for none.
local function arguments(context, found, before, beginning)
  if beginning:sub(1, 1) == "<" then return pids(beginning) end
  local _, count = before:gsub("%S+", "")
  local _, options = before:gsub("%f[%S]%-%-%a+", "")
  count = count - options
  local expected = found.words and found.words[count]
  if found.source and not expected and beginning:sub(1, 1) ~= "-" then
    return of_source(context, before:gsub("%-%-%a+", ""), beginning)
  end
  local list, add = collector(beginning)
  if expected then add_word(found, expected, before, add) end
  add_options(found, beginning, add)
  return sorted(beginning, list)
end

-- A command's name, then blanks: that it is no Lua may not be clear yet.
local function command_of(context, line, name, last)
  if not name then return nil end
  if last:find "^%-%-?$" and not context.entered then line = name end
  return command.find(context, line) and command.named(name)
end

--- What may replace the end of a text.
---@param context table
---@param text string up to the cursor
---@return integer replaced bytes before the cursor
---@return string[] candidates sorted
function completion.of(context, text)
  local line = text:match "[^\n]*$"
  local name, before, last = line:match "^%s*([%a_][%w_]*)(%s.-)(%S*)$"
  local found = command_of(context, line, name, last)
  if found and line == text then
    return arguments(context, found, name .. before, last)
  end
  local module = line:match "require%s*%(?%s*[\"']([%w_.%-]*)$"
  if module then return modules(module) end
  local pid = line:match "<[%d.]*$"
  if pid and (#pid > 1 or name and command.named(name)) then
    return pids(pid)
  end
  local path, mark, beginning = line:match "([%a_][%w_.]*)([.:])([%w_]*)$"
  if path then return fields(context, path, mark, beginning) end
  beginning = line:match "[%a_][%w_]*$" or ""
  local first = text:match "^%s*([%w_]*)$" == beginning
  return names(context, beginning, first)
end

return completion
