-- What find, match, gmatch, gsub and rep do with patterns and subjects made at
-- random, as text: to be the same in an actor and in stock Lua.
--
--   LUA_PATH='spec/?.lua;;' lua5.4 spec/support/string_fuzz.lua 7 2000
--   local text = require "support.string_fuzz"(7, 2000)

local fuzz = require "support.fuzz"

local random -- of this run

local function pick(list) return list[random(1, #list)] end

local function repeated(low, high, make)
  local parts = {}
  for i = 1, random(low, high) do parts[i] = make() end
  return table.concat(parts)
end

-- --- Texts -------------------------------------------------------------------

-- Few bytes, so that much matches; `more` has what is seldom.
local PLAIN = { "a", "b", "a", "b", "c", "(", ")", "x", "1" }
local MORE = { "\0", "]", "-", "%", "^", "$", " ", "Z", "\255", "é", "[", "." }

local function byte() return pick(random(1, 6) > 1 and PLAIN or MORE) end

local function subject()
  return repeated(0, random(1, 8) == 1 and 40 or 14, byte)
end

local CLASSES = { "%a", "%d", "%w", "%s", "%p", "%A", "%D", "%W", "%l", "%u",
  "%x", "%c", "%g", "%S", "%P", "%z", "%q", "%.", "%%", "%]", "%-", "%U" }

local function set()
  return "[" .. pick { "", "", "^" } .. pick { "", "", "", "]", "-", "^" } ..
    repeated(1, 3, function()
      local kind = random(1, 6)
      if kind == 1 then return pick(CLASSES) end
      if kind == 2 then return byte() .. "-" .. byte() end
      return pick { "a", "b", "c", "x", "1", "-", "a-c", "0-9", "%w" }
    end) .. (random(1, 25) == 1 and "" or "]")
end

local function single()
  local kind = random(1, 10)
  if kind <= 4 then return pick { "a", "b", "c", "1" } end
  if kind <= 6 then return "." end
  if kind <= 8 then return pick(CLASSES) end
  if kind == 9 then return set() end
  return byte()
end

local pattern

local function item(depth)
  local kind = random(1, 24)
  if kind <= 15 then
    return single() .. pick { "", "", "", "*", "+", "-", "?" }
  end
  if kind <= 18 and depth < 3 then return "(" .. pattern(depth + 1) .. ")" end
  if kind == 19 then return "()" end
  if kind == 20 then return pick { "%b()", "%bab", "%baa", "%bxy" } end
  if kind == 21 then return "%f" .. set() end
  if kind == 22 then return pick { "%1", "%2", "%1", "%0" } end
  if kind == 23 then
    return pick { "^", "$", "(", ")", "%", "[", "%f", "%b" }
  end
  return ""
end

function pattern(depth)
  return repeated(depth == 0 and 0 or 1, 4, function() return item(depth) end)
end

local function whole_pattern()
  local text = pick { "", "", "", "^" } .. pattern(0)
  return text .. pick { "", "", "", "$" }
end

-- --- Calls -------------------------------------------------------------------

local function show(value)
  local kind = type(value)
  if kind == "string" then return ("%q"):format(value) end
  return kind == "function" and kind or tostring(value)
end

local function show_all(...)
  local parts = table.pack(...)
  for i = 1, parts.n do parts[i] = show(parts[i]) end
  return table.concat(parts, " ")
end

local function init()
  if random(1, 3) > 1 then return nil end
  return random(-16, 16)
end

local function by_function(...)
  local first, second = ...
  if first == "a" then return nil end
  if first == "b" then return false end
  if second then return tostring(first) .. second end
  return math.type(first) == "integer" and first or "<" .. first .. ">"
end

local function replacement()
  local kind = random(1, 6)
  if kind == 1 then return by_function end
  if kind == 2 then return { a = "A", b = false, aa = 5, [1] = "one" } end
  if kind == 3 then
    return setmetatable({ a = "A" }, { __index = pick { { b = 1, x = "X",
      ab = {} }, function(_, key) return by_function(key) end } })
  end
  return repeated(0, 3, function()
    return pick { "r", "%0", "%1", "%2", "%%", "<>", "%1", "%0" }
  end) .. (random(1, 30) == 1 and pick { "%", "%x", "%9" } or "")
end

local calls = {}

function calls.find(text, wanted)
  return string.find(text, wanted, init(), random(1, 5) == 1)
end

function calls.match(text, wanted) return string.match(text, wanted, init()) end

function calls.gmatch(text, wanted)
  local found = {}
  for a, b, c in string.gmatch(text, wanted, init()) do
    found[#found + 1] = show_all(a, b, c)
  end
  return table.concat(found, "; ")
end

function calls.gsub(text, wanted)
  local count = random(1, 4) == 1 and random(-1, 3) or nil
  return string.gsub(text, wanted, replacement(), count)
end

function calls.rep(text, wanted)
  return string.rep(text, random(-1, 9), pick { wanted, "", nil })
end

function calls.plain(text)
  local from = random(1, #text + 1)
  local part = text:sub(from, from + random(0, 5))
  return string.find(text:rep(random(1, 9)), part:rep(random(0, 2)), init(),
    true)
end

local KINDS = { "find", "match", "gmatch", "gsub", "rep", "plain", "find",
  "match", "gsub", "gsub" }

-- Where the error was, but for how the file is called.
local function outcome(ok, ...)
  if ok then return show_all(...) end
  local problem = ...
  return "raised " .. problem:gsub("^.-string_fuzz%.lua", "")
end

---@param seed integer
---@param rounds integer
---@return string # a line for each round
local function run(seed, rounds)
  local lines = {}
  random = fuzz.random(seed)
  for round = 1, rounds do
    local kind, text, wanted = pick(KINDS), subject(), whole_pattern()
    lines[round] = ("%s %q %q: %s"):format(kind, text, wanted,
      outcome(pcall(calls[kind], text, wanted)))
  end
  return table.concat(lines, "\n")
end

return fuzz.script("string_fuzz", run)
