-- What the functions of `table` do with arguments made at random, as text: to
-- be the same in an actor and in stock Lua.
--
--   LUA_PATH='spec/?.lua;;' lua5.4 spec/support/table_fuzz.lua 7 2000
--   local text = require "support.table_fuzz"(7, 2000)

local fuzz = require "support.fuzz"

local random -- of this run

local function pick(list) return list[random(1, #list)] end

-- --- Values ------------------------------------------------------------------

local function show(value)
  local kind = type(value)
  if kind == "number" or kind == "string" then
    return ("%s%q"):format(math.type(value) or "", value)
  end
  if kind == "nil" or kind == "boolean" then return tostring(value) end
  return kind
end

local function content(list)
  local keys, parts = {}, {}
  for key in next, list do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    if type(a) ~= type(b) then return type(a) < type(b) end
    return a < b
  end)
  for i, key in ipairs(keys) do
    parts[i] = show(key) .. "=" .. show(rawget(list, key))
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function element()
  return pick { random(-9, 9), random(-9, 9), random(-9, 9) / 4,
    string.char(random(97, 122)), "text", "" }
end

-- Of one kind, so that any two can be compared.
local function comparable()
  local kind = random(1, 4)
  return function()
    if kind == 1 then return random(-50, 50) end
    if kind == 2 then return random(-50, 50) / 8 end
    if kind == 3 then return pick { random(-50, 50), random(-50, 50) / 8 } end
    return ("x"):rep(random(0, 9)) .. string.char(random(0, 255)) ..
      random(1, 30)
  end
end

local function filled(size, make, holes)
  local list = {}
  for i = 1, size do
    if not (holes and random(1, 6) == 1) then list[i] = make() end
  end
  return list
end

-- A table in front of another, and what it has been asked for.
local function proxy(list)
  local log = {}
  local meta = {
    __index = function(_, key)
      log[#log + 1] = "get " .. show(key)
      return list[key]
    end,
    __newindex = function(_, key, value)
      log[#log + 1] = "set " .. show(key)
      list[key] = value
    end,
    __len = function()
      log[#log + 1] = "len"
      return #list
    end,
  }
  if random(1, 8) == 1 then meta.__index = list end
  if random(1, 8) == 1 then meta.__newindex = list end
  if random(1, 12) == 1 then meta.__len = nil end
  if random(1, 12) == 1 then meta.__len = function() return pick { 2.0, 1.5,
    "3", "x", -3, false } end end
  return setmetatable({}, meta), log
end

local function subject(make, holes)
  local list = filled(random(0, 14), make, holes)
  local way = random(1, 4)
  if way == 1 then
    local front, log = proxy(list)
    return front, log, list
  elseif way == 2 then
    setmetatable(list, pick { {}, { __index = { 5, 6, 7 } },
      { __index = function(_, key) return key end } })
  end
  return list, {}, list
end

-- --- Calls -------------------------------------------------------------------

local function position()
  return pick { random(-2, 16), random(1, 8), random(1, 8), "3", 2.0, 2.5,
    math.maxinteger, math.mininteger, "x", {} }
end

local function near()
  return random(-3, 15) + pick { 0, 0, 0, 0, 0, math.maxinteger - 14 }
end

local function some(make, most)
  local values = { n = random(0, most) }
  for i = 1, values.n do values[i] = make() end
  return values
end

local makers = {}

function makers.insert()
  local rest = some(position, 2)
  return { n = rest.n, rest[1], rest[2] }
end

function makers.remove() return some(position, 1) end

function makers.move()
  local first = near()
  return { n = 3, first, first + random(-2, 8), near() }
end

function makers.concat()
  local rest = { n = pick { 0, 1, 3 }, pick { ",", "", 5, "--" } }
  rest[2] = random(-2, 5)
  rest[3] = rest[2] + random(-1, 12)
  return rest
end

function makers.unpack()
  local first = near()
  return { n = pick { 0, 1, 2 }, first, first + random(-2, 20) }
end

local function one_call(name)
  local list, log, behind = subject(element, name ~= "concat")
  local rest = makers[name]()
  local target = name == "move" and random(1, 3) == 1 and
    (subject(element, true))
  if target then
    rest.n = 4
    rest[4] = target
  elseif name == "insert" and rest.n > 0 then
    rest[rest.n] = element()
  end
  local results = table.pack(pcall(table[name], list,
    table.unpack(rest, 1, rest.n)))
  for i = 1, results.n do
    results[i] = rawequal(results[i], list) and "it" or show(results[i])
  end
  return ("%s %s %s %s %s"):format(name, table.concat(results, " "),
    content(behind), target and content(target) or "",
    table.concat(log, " "))
end

local orders = {
  function(a, b) return a < b end,
  function(a, b) return a > b end,
  function(a, b) return tostring(a) < tostring(b) end,
  nil,
}

local function one_sort()
  local make = comparable()
  local list = filled(pick { random(0, 20), random(0, 300) }, make)
  local before = #list
  local front = random(1, 5) == 1 and (proxy(list)) or list
  local order = orders[random(1, 4)]
  local ok, problem = pcall(table.sort, front, order)
  local parts = {}
  -- 1 and 1.0 are equal; which of them comes first is not said.
  for i = 1, before do
    parts[i] = type(list[i]) == "number" and ("%.3f"):format(list[i]) or
      show(list[i])
  end
  return ("sort %s %s %s"):format(ok, ok or problem, table.concat(parts, " "))
end

local names = { "concat", "insert", "move", "remove", "unpack" }

local function run(seed, rounds)
  local lines = {}
  random = fuzz.random(seed)
  for i = 1, rounds do
    lines[i] = i % 6 == 0 and one_sort() or one_call(pick(names))
  end
  return table.concat(lines, "\n")
end

return fuzz.script("table_fuzz", run)
