--- The words of a command. Not for scripts: see troupe.console.command.
--
--     word.read 'call account/7 deposit 5 {note = "cash"} limit=3'
--     --> a list of {kind =, value =, text =}, or nil, why, and whether it is
--     --> just not finished
--
-- Kinds: "word" (bare: its value is a string), "string" (quoted, as in Lua),
-- "number", "literal" (true, false, nil), "table" (a Lua table, as one would
-- write it), "pid" (<0.17.3>, 0.17.3: the value is the first), "option"
-- (name=value, or --name, which is name=true; with `name`).

local pretty = require "troupe.console.pretty"

local word = {}

local LITERALS = {["true"] = true, ["false"] = false}

-- A name would be nil, and nobody would see it.
local NAMELESS = setmetatable({}, {__index = function() error "a name" end})

-- Lua that is no more than data: it finds no names.
local function data(text)
  local chunk, problem = load("return " .. text, "=(argument)", "t", NAMELESS)
  if not chunk then return nil, problem:gsub("^%(argument%):%d+: ", "") end
  local ok, value = pcall(chunk)
  if not ok then
    return nil, "expected plain data, without names, got " .. text
  end
  return true, value
end

-- Where the string that begins there ends; nil if it does not.
local function string_end(text, at)
  local mark = text:sub(at, at)
  local index = at + 1
  while index <= #text do
    local character = text:sub(index, index)
    if character == mark then return index end
    index = index + (character == "\\" and 2 or 1)
  end
end

local function table_end(text, at)
  local depth, index = 0, at
  while index <= #text do
    local character = text:sub(index, index)
    if character == "{" then
      depth = depth + 1
    elseif character == "}" then
      depth = depth - 1
      if depth == 0 then return index end
    elseif character == '"' or character == "'" then
      index = string_end(text, index)
      if not index then return nil end
    end
    index = index + 1
  end
end

-- What is written as in Lua and ends there, or nil, why, is it not finished.
local function quoted(text, at, stop, kind)
  if not stop then return nil, "unfinished " .. kind, kind == "table" end
  local ok, value = data(text:sub(at, stop))
  if not ok then return nil, value end
  return {kind = kind, value = value, text = text:sub(at, stop)}, stop + 1
end

local function bare(text)
  local number = tonumber(text)
  if number then return {kind = "number", value = number, text = text} end
  if text == "nil" then return {kind = "literal", text = text} end
  if LITERALS[text] ~= nil then
    return {kind = "literal", value = LITERALS[text], text = text}
  end
  local pid = text:match "^<?(%d+%.%d+%.%d+)>?$"
  if pid then return {kind = "pid", value = "<" .. pid .. ">", text = text} end
  local flag = text:match "^%-%-([%a_][%w_]*)$"
  if flag then
    return {kind = "option", name = flag, value = true, text = text}
  end
  return {kind = "word", value = text, text = text}
end

--- The word that begins there, and where the next may; or nil, why, is it not
--- finished.
function word.one(text, at)
  local first = text:sub(at, at)
  if first == '"' or first == "'" then
    return quoted(text, at, string_end(text, at), "string")
  elseif first == "{" then
    return quoted(text, at, table_end(text, at), "table")
  end
  local name, next = text:match("^([%a_][%w_]*)=()", at)
  if name and not text:find("^[%s=]", next) and next <= #text then
    local value, after, open = word.one(text, next)
    if not value then return nil, after, open end
    return {kind = "option", name = name, value = value.value,
            text = name .. "=" .. value.text}, after
  end
  local stop = text:find("[%s\"'{]", at) or #text + 1
  return bare(text:sub(at, stop - 1)), stop
end

--- Reads a line.
---@param text string
---@return table[]|nil words nil: why, and whether more might make it whole
function word.read(text)
  local words, at = {}, text:find "%S"
  while at do
    local found, next, open = word.one(text, at)
    if not found then return nil, next, open end
    words[#words + 1] = found
    at = text:find("%S", next)
  end
  return words
end

--- The key that a word means: shop, "shop", 7, {"account", 7}; account/7 is
--- {"account", 7}.
---@param item table
---@return string|integer|table|nil
function word.key(item)
  if item.kind ~= "word" or not item.value:find "/" then
    local kind = math.type(item.value) or type(item.value)
    if kind == "string" or kind == "integer" or kind == "table" then
      return item.value
    end
    return nil
  end
  local key = {}
  for part in item.value:gmatch "[^/]+" do
    key[#key + 1] = math.tointeger(tonumber(part)) or part
  end
  return key
end

-- Can it be typed as it is and mean that string?
local function is_bare(part)
  return part:find "^[%a_][%w_.%-]*$" and LITERALS[part] == nil and
    part ~= "nil"
end

--- How a key is typed.
---@param key string|integer|table
---@return string
function word.of_key(key)
  local parts = {}
  for index, part in ipairs(type(key) == "table" and key or {key}) do
    if math.type(part) == "integer" then
      parts[index] = ("%d"):format(part)
    elseif type(part) == "string" and is_bare(part) then
      parts[index] = part
    else
      return pretty.text(key)
    end
  end
  if type(key) == "table" and #parts < 2 then return pretty.text(key) end
  return table.concat(parts, "/")
end

return word
