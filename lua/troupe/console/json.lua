--- Any value as JSON, for programs that read what the console answers. Not for
-- scripts: it writes what has no place in JSON as text, and reads nothing.
--
--     json.encode {1, "a", {x = 1.5}, pid}  --> [1,"a",{"x":1.5},"<0.17.3>"]
--
-- Rules. Integers keep all their digits, floats are the shortest text that is
-- read as the same number; "nan", "inf" and "-inf" are strings. A table whose
-- keys are 1 to n is a list, and so is an empty one; any other is an object,
-- sorted: a key that is no string is its text ("17", "true", "<0.17.3>"), in
-- brackets if there is such a string, too; what is still the same text gets
-- a "'". A byte that is not UTF-8 is the
-- character of that number. A table inside itself, one more than 100 deep, a
-- function and the like are text, as troupe.console.pretty has it. Metatables
-- do not matter. What takes more than 32 MiB raises.

local core = require "troupe.core"
local pretty = require "troupe.console.pretty"
local quote = require "troupe.console.quote"

local json = {}

local LARGEST = 32 * 1024 * 1024 -- bytes
local DEEPEST = 100

local ESCAPES = {["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r",
                 ["\\"] = "\\\\", ["\""] = "\\\""}

local function escape(character)
  return ESCAPES[character] or ("\\u%04x"):format(character:byte())
end

local function stray(run)
  if utf8.len(run) then return run end
  local out, at = {}, 1
  while at <= #run do
    local _, bad = utf8.len(run, at)
    if not bad then bad = #run + 1 end
    out[#out + 1] = run:sub(at, bad - 1)
    if bad <= #run then out[#out + 1] = escape(run:sub(bad, bad)) end
    at = bad + 1
  end
  return table.concat(out)
end

local function text(value)
  value = value:gsub('[%c\\"\x7F]', escape)
  if value:find "[\x80-\xFF]" then value = value:gsub("[\x80-\xFF]+", stray) end
  return '"' .. value .. '"'
end

local function number(value)
  if value ~= value or value == 1 / 0 or value == -1 / 0 then
    return '"' .. quote.number(value) .. '"'
  end
  return quote.number(value)
end

local function count(out, size)
  out.size = out.size + size
  if out.size > LARGEST then
    core.misuse "expected a value that takes up to 32 MiB as JSON"
  end
end

local function emit(out, piece)
  count(out, #piece)
  out[#out + 1] = piece
end

-- One that is too long is not looked at.
local function emit_text(out, value)
  count(out, #value)
  out.size = out.size - #value
  emit(out, text(value))
end

local function is_list(value)
  local length, number_of = rawlen(value), 0
  for key in next, value do
    number_of = number_of + 1
    if number_of > length or math.type(key) ~= "integer" then return false end
  end
  return number_of == length
end

local function key_text(value, key)
  if type(key) == "string" then return key end
  local name = type(key) == "number" and quote.number(key) or
    type(key) == "userdata" and tostring(key) or pretty.text(key)
  return rawget(value, name) ~= nil and "[" .. name .. "]" or name
end

local encode

local function list(out, value)
  emit(out, "[")
  for index = 1, rawlen(value) do
    if index > 1 then emit(out, ",") end
    encode(out, rawget(value, index))
  end
  emit(out, "]")
end

local function object(out, value)
  local names, fields = {}, {}
  for key, field in next, value do
    local name = key_text(value, key)
    while fields[name] ~= nil do name = name .. "'" end
    names[#names + 1], fields[name] = name, field
  end
  table.sort(names)
  emit(out, "{")
  for index, name in ipairs(names) do
    if index > 1 then emit(out, ",") end
    emit_text(out, name)
    emit(out, ":")
    encode(out, fields[name])
  end
  emit(out, "}")
end

local function encode_table(out, value)
  if out.inside[value] or out.depth == DEEPEST then
    return emit(out, text(pretty.text(value, {depth = 0})))
  end
  out.inside[value], out.depth = true, out.depth + 1
  if is_list(value) then list(out, value) else object(out, value) end
  out.inside[value], out.depth = nil, out.depth - 1
end

function encode(out, value)
  local kind = type(value)
  if kind == "table" then
    encode_table(out, value)
  elseif kind == "string" then
    emit_text(out, value)
  elseif kind == "number" then
    emit(out, number(value))
  elseif kind == "nil" then
    emit(out, "null")
  elseif kind == "boolean" then
    emit(out, value and "true" or "false") -- they may have a __tostring
  else
    emit(out, text(pretty.text(value)))
  end
end

--- A value as JSON, on one line; raises if it is too large.
---@param value any
---@return string
function json.encode(value)
  local out = {size = 0, depth = 0, inside = {}}
  encode(out, value)
  return table.concat(out)
end

--- Several values as a list, nil among them as null.
---@param values table with n, as table.pack makes it
---@return string
function json.values(values)
  local out = {size = 0, depth = 0, inside = {}}
  emit(out, "[")
  for index = 1, values.n do
    if index > 1 then emit(out, ",") end
    encode(out, values[index])
  end
  emit(out, "]")
  return table.concat(out)
end

return json
