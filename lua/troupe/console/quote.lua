--- Scalars as text that a terminal can be shown. Not for scripts: see
-- troupe.console.pretty.
--
--     quote.string "tab\there"   --> "tab\there", in quotes
--     quote.number(0.1)          --> 0.1
--     quote.clean "\27[2J"       --> \x1B[2J
--
-- What a script has named or raised may hold anything; what comes out of here
-- is valid UTF-8 without a control character.

local core = require "troupe.core"
local string, table = string, table

local quote = {}

--- Words that Lua keeps for itself.
quote.RESERVED = {}
for _, name in next, {"and", "break", "do", "else", "elseif", "end", "false",
    "for", "function", "goto", "if", "in", "local", "nil", "not", "or",
    "repeat", "return", "then", "true", "until", "while"} do
  quote.RESERVED[name] = true
end

-- An actor may lack a library. Then this module does as well as it can.
quote.bare = not (string and table)

if quote.bare then
  function quote.string(text) return core.describe(text) end
  function quote.number(value) return core.describe(value) end
  function quote.clean(text) return text end
  function quote.width() return 1 end
  return quote
end

local byte, find, format, sub = string.byte, string.find, string.format,
  string.sub
local gsub, match, concat = string.gsub, string.match, table.concat

local NAMED = {["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r",
               ["\\"] = "\\\\", ["\""] = "\\\"", ["\27"] = "\\x1B"}

local function control(character)
  return NAMED[character] or format("\\x%02X", byte(character))
end

-- The number of bytes of the UTF-8 character that begins there, and its code;
-- nil if none does.
local function character_at(text, at)
  local first = byte(text, at)
  local size, code, least
  if first >= 0xC2 and first < 0xE0 then
    size, code, least = 2, first & 0x1F, 0x80
  elseif first >= 0xE0 and first < 0xF0 then
    size, code, least = 3, first & 0x0F, 0x800
  elseif first >= 0xF0 and first < 0xF5 then
    size, code, least = 4, first & 0x07, 0x10000
  else
    return nil
  end
  for index = at + 1, at + size - 1 do
    local next = byte(text, index)
    if not next or next & 0xC0 ~= 0x80 then return nil end
    code = code << 6 | next & 0x3F
  end
  if code < least or code > 0x10FFFF or code >= 0xD800 and code < 0xE000 then
    return nil
  end
  return size, code
end

-- Those that a terminal obeys, or that turn the direction of what follows.
local function is_unsafe(code)
  return code < 0xA0 or code >= 0x200B and code <= 0x200F or
    code >= 0x2028 and code <= 0x202E or code >= 0x2066 and code <= 0x2069 or
    code == 0xFEFF
end

local function high(run)
  local out, at = {}, 1
  while at <= #run do
    local size, code = character_at(run, at)
    if not size then
      out[#out + 1] = format("\\x%02X", byte(run, at))
      size = 1
    elseif is_unsafe(code) then
      out[#out + 1] = format("\\u{%X}", code)
    else
      out[#out + 1] = sub(run, at, at + size - 1)
    end
    at = at + size
  end
  return concat(out)
end

local function escape(text, pattern)
  text = gsub(text, pattern, control)
  if find(text, "[\x80-\xFF]") then
    text = gsub(text, "[\x80-\xFF]+", high)
  end
  return text
end

--- In quotes; at most so many bytes of it, and then how many more there are.
---@param text string
---@param limit integer|nil
---@return string
function quote.string(text, limit)
  limit = limit or 1000
  if #text <= limit then
    return '"' .. escape(text, '[%c\\"\x7F]') .. '"'
  end
  while limit > 1 and (byte(text, limit + 1) or 0) & 0xC0 == 0x80 do
    limit = limit - 1 -- not in the middle of a character
  end
  return format('"%s"... %d bytes more',
    escape(sub(text, 1, limit), '[%c\\"\x7F]'), #text - limit)
end

--- Without quotes, for where it is clear that it is text.
---@param text string
---@param keep string|nil "lines" to leave line ends and tabs as they are
---@return string
function quote.clean(text, keep)
  if keep then return escape(text, "[\0-\8\11-\31\x7F]") end
  return escape(text, "[%c\x7F]")
end

--- The shortest text that is read as the same number.
---@param value number
---@return string
function quote.number(value)
  if value ~= value then return "nan" end
  if value == 1 / 0 then return "inf" end
  if value == -1 / 0 then return "-inf" end
  local text = value .. ""
  if match(text, "^-?%d+$") then return text end -- an integer
  for digits = 14, 17 do
    text = format("%." .. digits .. "g", value)
    if text + 0 == value then break end
  end
  if not find(text, "[.eE]") then text = text .. ".0" end
  return text
end

--- Could it be a variable's name, but for reserved words?
---@param text string
---@return boolean
function quote.is_name(text)
  return #text <= 100 and find(text, "^[%a_][%w_]*$") ~= nil
end

--- How many characters it has.
---@param text string
---@return integer
function quote.width(text)
  local _, count = gsub(text, "[^\x80-\xBF]", "")
  return count
end

return quote
