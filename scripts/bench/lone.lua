--[[
Work for one core, and the seconds of it that it took: arithmetic, tables,
strings, calls. For any Lua 5.4.

  lua5.4 lone.lua 30000000
--]]
local STEPS = math.tointeger(tonumber(arg[1])) or 30000000

local function sum(steps)
  local total = 0
  for i = 1, steps do total = (total + i * 7) % 1000003 end
  return total
end

local function sieve(limit)
  local composite, count = {}, 0
  for i = 2, limit do
    if not composite[i] then
      count = count + 1
      for j = i * i, limit, i do composite[j] = true end
    end
  end
  return count
end

local function fibonacci(n)
  return n < 2 and n or fibonacci(n - 1) + fibonacci(n - 2)
end

local function words(count)
  local seen = {}
  for i = 1, count do
    local key = "word" .. i % 1000
    seen[key] = (seen[key] or 0) + 1
  end
  return seen
end

local start = os.clock()
sum(STEPS)
sieve(STEPS // 40)
words(STEPS // 40)
for _ = 1, STEPS // 1500000 do fibonacci(22) end
print(os.clock() - start)
