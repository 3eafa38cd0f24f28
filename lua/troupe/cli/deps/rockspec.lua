--- Changes the lists of dependencies in a rockspec, and nothing else in it:
--- comments and layout stay as they are. Not for scripts: see `troupe deps`.
--
--     rockspec.add(text, "dependencies", "hello ~> 2")

local dependency = require "troupe.cli.deps.dependency"
local project = require "troupe.cli.project"

local rockspec = {}

-- --- Words -------------------------------------------------------------------

-- Where the string or comment that begins at `at` ends: with the long bracket
-- that is there, else as `short` says.
local function skip(text, at, short)
  local equals = text:match("^%[(=*)%[", at)
  if equals then return select(2, text:find("]" .. equals .. "]", at, true)) end
  return short()
end

local function end_of_comment(text, at)
  return skip(text, at + 2, function()
    return (text:find("\n", at, true) or #text + 1) - 1
  end)
end

local function end_of_string(text, at)
  return skip(text, at, function()
    local quote, from = text:sub(at, at), at + 1
    while from <= #text do
      local letter = text:sub(from, from)
      if letter == quote then return from end
      from = from + (letter == "\\" and 2 or 1)
    end
  end)
end

-- The next word from `at` on: its kind, where it begins and where it ends.
local function next_word(text, at)
  while true do
    at = text:find("%S", at)
    if not at then return nil end
    if text:sub(at, at + 1) ~= "--" then break end
    at = (end_of_comment(text, at) or #text) + 1
  end
  if text:find("^[\"']", at) or text:find("^%[=*%[", at) then
    return "string", at, end_of_string(text, at) or #text
  end
  local last = select(2, text:find("^[%a_][%w_]*", at))
  if last then return "name", at, last end
  return text:sub(at, at), at, at
end

local function words_of(text)
  local at = 1
  return function()
    local kind, first, last = next_word(text, at)
    if kind then at = last + 1 end
    return kind, first, last
  end
end

-- --- The list ----------------------------------------------------------------

local DEEPER = { ["{"] = 1, ["("] = 1, ["["] = 1, ["}"] = -1, [")"] = -1,
  ["]"] = -1 }

-- The items of the list that opens at `list.open`; words come from `following`.
local function read_items(text, following, list)
  local depth, item = 0, nil
  for kind, first, last in following do
    if depth == 0 and kind == "}" then
      list.close = first
      return list
    elseif depth == 0 and (kind == "," or kind == ";") then
      if item then item.separator = first end
      item = nil
    else
      if not item then
        item = { first = first, kind = kind }
        table.insert(list, item)
      elseif depth == 0 then
        item.kind = "several words"
      end
      item.last = last
      depth = depth + (DEEPER[kind] or 0)
    end
  end
end

-- The list that is assigned to `key`: its items, each with where it begins and
-- ends, and its value if it is a string; nil: there is none.
local function find_list(text, key)
  local depth, state, following = 0, nil, words_of(text)
  for kind, first, last in following do
    if depth == 0 and kind == "name" and text:sub(first, last) == key then
      state = "name"
    elseif state == "name" and kind == "=" then
      state = "assigned"
    elseif state == "assigned" and kind == "{" then
      return read_items(text, following, { open = first })
    else
      state = nil
      depth = depth + (DEEPER[kind] or 0)
    end
  end
end

-- Those of its items that are strings.
local function strings_of(text, list)
  local strings = {}
  for index, item in ipairs(list) do
    if item.kind == "string" then
      item.index = index
      item.value = load("return " .. text:sub(item.first, item.last), "=", "t",
        {})()
      strings[#strings + 1] = item
    end
  end
  return strings
end

local function find_item(text, list, name)
  for _, item in ipairs(strings_of(text, list)) do
    local found = dependency.read(item.value)
    if found and found.name == name then return item end
  end
end

--- The line that a dependency is written in; nil: it is written otherwise.
---@param text string
---@param key string
---@param value string
---@return integer|nil
function rockspec.line_of(text, key, value)
  local list = find_list(text, key)
  for _, item in ipairs(list and strings_of(text, list) or {}) do
    if item.value == value then
      return select(2, text:sub(1, item.first):gsub("\n", "")) + 1
    end
  end
end

-- --- Changes -----------------------------------------------------------------

local function splice(text, first, last, by)
  return text:sub(1, first - 1) .. by .. text:sub(last + 1)
end

-- What is in front of it in its line, if that is nothing but space.
local function indent_of(text, at)
  return text:sub(1, at - 1):match "\n([ \t]*)$"
end

local function quote_like(text, item, value)
  local quote = item and text:sub(item.first, item.first) or '"'
  if quote == "[" then quote = '"' end
  return quote .. value .. quote
end

local function add_to_empty(text, list, value)
  local word = quote_like(text, nil, value)
  local inside = text:sub(list.open + 1, list.close - 1)
  if not inside:find "\n" then
    return splice(text, list.open + 1, list.close - 1, " " .. word .. " ")
  end
  local indent = indent_of(text, list.close) or ""
  local at = list.close - #indent
  return splice(text, at, at - 1, ("%s  %s,\n"):format(indent, word))
end

-- In a line of its own, behind that of the last item.
local function add_line(text, last, indent, word)
  local comma = last.separator and "," or ""
  if not last.separator then
    text = splice(text, last.last + 1, last.last, ",")
  end
  local line_end = text:find("\n", last.last, true) or #text
  return splice(text, line_end + 1, line_end, indent .. word .. comma .. "\n")
end

-- nil: none of the items can be followed.
local function add_item(text, list, value)
  if #list == 0 then return add_to_empty(text, list, value) end
  local strings = strings_of(text, list)
  local last = strings[#strings]
  local word = quote_like(text, last, value)
  if not last then
    return splice(text, list.open + 1, list.open, " " .. word .. ",")
  end
  local indent = indent_of(text, last.first)
  if not indent then
    return splice(text, last.last + 1, last.last, ", " .. word)
  end
  local rest = text:sub(last.last + 1):match "^[^\n]*"
  if last.last + #rest >= list.close then
    return splice(text, last.last + 1, last.last, ",\n" .. indent .. word)
  end
  return add_line(text, last, indent, word)
end

local function remove_item(text, list, item)
  local behind = (item.separator or item.last) + 1
  local rest = text:match("^[ \t]*\n", behind) or
    text:match("^[ \t]*%-%-[^\n]*\n", behind)
  local indent = indent_of(text, item.first)
  if indent and rest then
    return splice(text, item.first - #indent, behind + #rest - 1, "")
  end
  local before = list[item.index - 1]
  if item.separator then
    local space = text:match("^[ \t]*", behind)
    return splice(text, item.first, behind + #space - 1, "")
  elseif before then
    return splice(text, before.separator, item.last, "")
  end
  return splice(text, item.first, item.last, "")
end

-- --- Is it what was meant? ---------------------------------------------------

local function is_same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then
    return a == b or type(a) == "function" and type(b) == "function"
  end
  for key, value in pairs(a) do
    if not is_same(value, b[key]) then return false end
  end
  for key in pairs(b) do if a[key] == nil then return false end end
  return true
end

-- The new text, if it says the same as the former but for this list.
local function check(former, text, file, key, expected)
  local before = project.evaluate(former, file)
  local after = text and project.evaluate(text, file)
  if before then before[key] = expected end
  if after and is_same(before, after) then return text end
  return nil, ("%s: cannot change %s: expected a list of strings in " ..
    "braces"):format(file, key)
end

local function copy_of(fields, key)
  local copy = {}
  for name, value in pairs(fields[key] or {}) do copy[name] = value end
  return copy
end

--- The text with one more dependency, or, if the list has one of that name,
--- with this in its place; nil and why not.
---@param manifest table what project.read gives
---@param text string
---@param key string
---@param wanted table the dependency
---@return string|nil text, string|nil why
function rockspec.put(manifest, text, key, wanted)
  local list, expected = find_list(text, key), copy_of(manifest.fields, key)
  local item = list and find_item(text, list, wanted.name)
  local changed
  if item then
    for index, value in ipairs(expected) do
      if value == item.value then expected[index] = wanted.text end
    end
    changed = splice(text, item.first, item.last,
      quote_like(text, item, wanted.text))
  else
    table.insert(expected, wanted.text)
    if list then
      changed = list.close and add_item(text, list, wanted.text)
    elseif manifest.fields[key] == nil then
      changed = ('%s%s = { "%s" }\n'):format(text:gsub("([^\n])$", "%1\n"),
        key, wanted.text)
    end
  end
  return check(text, changed, manifest.file, key, expected)
end

--- The text without a dependency; nil and why not.
---@param manifest table
---@param text string
---@param key string
---@param name string
---@return string|nil text, string|nil why
function rockspec.drop(manifest, text, key, name)
  local list, expected = find_list(text, key), copy_of(manifest.fields, key)
  local item = list and find_item(text, list, name)
  local changed = item and remove_item(text, list, item)
  for index = #expected, 1, -1 do
    if item and expected[index] == item.value then
      table.remove(expected, index)
    end
  end
  return check(text, changed, manifest.file, key, expected)
end

return rockspec
