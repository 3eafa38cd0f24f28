--- Values as text, for people.
--
--     local pretty = require "troupe.console.pretty"
--     print(pretty.text {name = "north", {1, 2}, till = pid})
--     --> {{1, 2}, name = "north", till = <0.17.3> shop.till}
--
-- It calls nothing of the script's (no __tostring, no __index, no __pairs), so
-- any value may be shown in any state, and it shows a part of what is large:
-- it looks at 10,000 entries of a table at most, and prints 3,000 values.
-- A table that is met twice is marked: &1 {parent = *1}.
--
-- Not for what a program reads: that is troupe.encode, or JSON.

local core = require "troupe.core"
local layout = require "troupe.console.layout"
local quote = require "troupe.console.quote"

local pretty = {}

local next, rawget, rawlen = next, rawget, rawlen
local type, tostring, pcall = type, tostring, pcall

local WALK = 10000  -- entries of a table that are looked at
local NODES = 3000  -- values that are shown, of all

-- --- Scalars -----------------------------------------------------------------

local function leaf(text, style)
  return {text = text, style = style, width = quote.width(text)}
end

-- "account.lua:8", or nil for C and where `debug` is not to be had.
local function place(fn)
  local info = debug and debug.getinfo and debug.getinfo(fn, "S")
  if not info or info.what == "C" then return nil end
  return quote.clean(info.short_src) .. ":" .. info.linedefined
end

local function of_function(fn)
  local where = place(fn)
  return leaf(where and "function <" .. where .. ">" or "function", "code")
end

local function of_thread(thread)
  local ok, status = pcall(function() return coroutine.status(thread) end)
  return leaf(ok and "coroutine, " .. status or "coroutine", "code")
end

-- The host's own, or a foreign C module's: its __tostring is C.
local function of_userdata(context, value)
  local ok, text = pcall(tostring, value)
  text = quote.clean(ok and text or "userdata")
  if not core.is_pid(value) then return leaf(text, "code") end
  local behaviour = context.behaviour and context.behaviour(value)
  if behaviour then text = text .. " " .. quote.clean(behaviour) end
  return leaf(text, "pid")
end

local function of_scalar(context, value)
  local kind = type(value)
  if kind == "string" then
    return leaf(quote.string(value, context.depth == 0 and context.characters
      or context.inner), "string")
  elseif kind == "number" then
    return leaf(quote.number(value), "number")
  elseif kind == "function" then
    return of_function(value)
  elseif kind == "thread" then
    return of_thread(value)
  elseif kind == "userdata" then
    return of_userdata(context, value)
  end
  -- They, too, may have a __tostring.
  return leaf(value and "true" or value == nil and "nil" or "false", "word")
end

-- --- Tables ------------------------------------------------------------------

local RANK = {number = 1, string = 2, boolean = 3}

local function before(a, b)
  local first, second = RANK[type(a)], RANK[type(b)]
  if first ~= second then return first < second end
  if first == 3 then return b and not a end
  return a < b
end

local function is_item(key, length)
  return type(key) == "number" and key >= 1 and key <= length and
    key // 1 == key
end

-- Its keys but those of the list's part, sorted as far as keys can be, the
-- others behind; and whether these are all.
local function keys_of(value, length)
  local keys, others = {}, {}
  local key = length > WALK and length or nil
  local whole = key == nil
  for _ = 1, WALK + 1 do
    key = next(value, key)
    if key == nil then break end
    if RANK[type(key)] then
      if not is_item(key, length) then keys[#keys + 1] = key end
    else
      others[#others + 1] = key
    end
  end
  if table and table.sort then table.sort(keys, before) end
  for index = 1, #others do keys[#keys + 1] = others[index] end
  return keys, whole and key == nil
end

-- What its metatable calls it.
local function name_of(value)
  local find = debug and debug.getmetatable or getmetatable
  local meta = find(value)
  if type(meta) ~= "table" then return "" end
  local name = rawget(meta, "__module") or rawget(meta, "__name")
  if type(name) ~= "string" then return "" end
  return quote.clean(name) .. " "
end

local node_of

local function key_of(context, key)
  if type(key) == "string" and not quote.RESERVED[key] and
    quote.is_name(key) then
    return leaf(key, "key")
  end
  local node = node_of(context, key)
  return {open = "[", close = "]", {value = node}}
end

local function cut(shown, length, keys, whole)
  local left = length + #keys - shown
  if left <= 0 and whole then return nil end
  return ("... %s%d more"):format(whole and "" or "at least ",
                                  left > 0 and left or 1)
end

local function fill(context, group, value)
  local length = rawlen(value)
  local keys, whole = keys_of(value, length)
  local limit = context.items[context.depth] or context.items[#context.items]
  local shown = 0
  group.list = #keys == 0
  for index = 1, length + #keys do
    if shown == limit or context.left <= 0 then break end
    local key = keys[index - length]
    local field = index
    if index > length then field = key end
    group[index] = {key = index > length and key_of(context, key) or nil,
                    value = node_of(context, rawget(value, field))}
    shown = index
  end
  group.more = cut(shown, length, keys, whole)
end

local function of_table(context, value)
  local known = context.seen[value]
  if known then
    known.shared = true
    return {same = known, style = "more"}
  end
  local name = name_of(value)
  if next(value) == nil then return leaf(name .. "{}") end
  if context.depth >= context.deepest or context.left <= 0 then
    return leaf(name .. "{...}", "more")
  end
  local group = {open = name .. "{", close = "}"}
  context.seen[value] = group
  context.depth = context.depth + 1
  fill(context, group, value)
  context.depth = context.depth - 1
  return group
end

function node_of(context, value)
  context.left = context.left - 1
  if type(value) == "table" then return of_table(context, value) end
  return of_scalar(context, value)
end

-- Numbers those that are met twice, in the order in which they are met, and
-- measures all.
local function finish(context, node)
  if node.same then
    node.text = "*" .. node.same.number
    node.width = #node.text
  elseif node.open then
    if node.shared then
      context.marks = context.marks + 1
      node.number = context.marks
      node.open = "&" .. node.number .. " " .. node.open
    end
    for index = 1, #node do
      if node[index].key then finish(context, node[index].key) end
      finish(context, node[index].value)
    end
    node.width = layout.width(node)
  end
end

-- --- From outside ------------------------------------------------------------

local function new_context(options)
  options = options or {}
  return {
    items = options.items and {options.items} or {100, 30, 10},
    deepest = options.depth or 6, left = options.nodes or NODES,
    characters = options.characters or 2000,
    inner = options.characters or 200,
    behaviour = options.behaviour, depth = 0, seen = {}, marks = 0,
  }
end

--- Several values: on one line if they fit, else each on its own.
---@param values table with n, as table.pack makes it
---@param options table|nil width (80), colour (false), depth (6), items: how
---  many of one table, nodes (3000): how many values in all, characters of a
---  string, behaviour: a function that gives a pid's
---@return string
function pretty.values(values, options)
  local context, nodes = new_context(options), {}
  for index = 1, values.n or #values do
    nodes[index] = node_of(context, values[index])
    finish(context, nodes[index])
  end
  return layout.text(nodes, options and options.width or 80,
                     options and options.colour)
end

--- One value.
---@param value any
---@param options table|nil those of pretty.values
---@return string
function pretty.text(value, options)
  return pretty.values({n = 1, value}, options)
end

-- Without the libraries that it takes, values are told in short.
if quote.bare then
  function pretty.values(values)
    local text = ""
    for index = 1, values.n or #values do
      text = text .. (index > 1 and ", " or "") .. core.describe(values[index])
    end
    return text
  end
end

return pretty
