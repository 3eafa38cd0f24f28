--- How a benchmark is measured, and what is told of it. Not for scripts: see
--- `troupe bench`.

local troupe = require "troupe"

local sampling = {}

local SAMPLE = 0.002 -- seconds that one should take, to be seen by the clock
local FEWEST = 5 -- samples
local WARM = 0.1 -- of the whole time

local function ask(...)
  local result, why = troupe.call(...)
  if why then error(why, 0) end
  return result
end

-- How many runs a sample has: it is found by trying, which also warms up.
local function calibrate(pid, seconds)
  local count, finish = 1, troupe.now() + seconds * WARM
  while true do
    local took = ask(pid, "time", count)
    if took >= SAMPLE and (troupe.now() >= finish or took >= seconds / FEWEST)
    then return count end
    if took < SAMPLE then
      local wanted = count * SAMPLE * 1.2 / math.max(took, 1e-9)
      count = math.ceil(math.max(count + 1, math.min(wanted, count * 10)))
    end
  end
end

-- Between two of them, if there is none just there.
local function quantile(sorted, part)
  local place = 1 + part * (#sorted - 1)
  local below = math.floor(place)
  local above = math.min(below + 1, #sorted)
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below)
end

local function collect(pid, count, seconds)
  local times, finish = {}, troupe.now() + seconds
  while #times < FEWEST or troupe.now() < finish do
    times[#times + 1] = ask(pid, "time", count) / count
  end
  table.sort(times)
  return times
end

-- A few runs say it, as it is the same each time; many would fill the memory.
local function bytes(pid, count)
  local runs = math.min(count, 100)
  return ask(pid, "bytes", runs) // runs
end

local function all(pid, seconds)
  local count = calibrate(pid, seconds)
  local times = collect(pid, count, seconds)
  local result = { median = quantile(times, 0.5), low = quantile(times, 0.25),
    high = quantile(times, 0.75), bytes = bytes(pid, count) }
  ask(pid, "finish")
  return result
end

--- Measures one: seconds for a run in the `median`, where the middle half of
--- the samples begins and ends (`low`, `high`), `bytes` that it allocates. nil
--- and why not.
---@param file string
---@param name string
---@param seconds number
---@return table|nil result, string|nil why
function sampling.run(file, name, seconds)
  local good, result, why = pcall(troupe.timeout, math.huge, function()
    local pid, reason = troupe.start("troupe.cli.bench.measure",
      { file = file, name = name })
    if not pid then return nil, reason end
    local _ <close> = setmetatable({}, {
      __close = function() troupe.kill(pid) end })
    return all(pid, seconds)
  end)
  if good and result then return result end
  why = tostring(good and why or result)
  return nil, (why:gsub("\n.*", ""):gsub("^exit: ", ""))
end

-- --- In words ----------------------------------------------------------------

local function digits(number)
  if number >= 100 then return ("%.0f"):format(number) end
  return (number >= 10 and "%.1f" or "%.2f"):format(number)
end

local function duration(seconds)
  for _, unit in ipairs { { "s", 1 }, { "ms", 1e-3 }, { "us", 1e-6 } } do
    if seconds >= unit[2] then return digits(seconds / unit[2]) .. " " ..
      unit[1] end
  end
  return digits(seconds * 1e9) .. " ns"
end

local function amount(number)
  if number < 10 and number % 1 > 0 then return digits(number) end
  local text = ("%.0f"):format(number):reverse():gsub("(%d%d%d)", "%1,")
  return (text:reverse():gsub("^,", ""))
end

--- How it differs from a former result: only what the middle halves of both do
--- not explain is a difference.
---@param result table
---@param former table|nil
---@return string
function sampling.compare(result, former)
  if not former then return "new" end
  if result.low <= former.high and former.low <= result.high then
    return "no change"
  end
  local ratio = result.median / former.median
  if ratio >= 1 then return digits(ratio) .. " x slower" end
  return digits(1 / ratio) .. " x faster"
end

--- The cells of its line: name, median, spread, runs a second, bytes.
---@param name string
---@param result table
---@return string[]
function sampling.cells(name, result)
  local spread = (result.high - result.low) / 2 / result.median * 100
  return { name, duration(result.median), ("+-%.0f %%"):format(spread),
    amount(1 / result.median) .. " /s", amount(result.bytes) .. " B" }
end

return sampling
