--[[
What the bench scripts share: the size of the work, the clock, the memory of
this process, and the one line they print for each figure.

  local calls = harness.size(300000)
  harness.report("pingpong", harness.rate(calls, run, calls), "calls/s")

A script's first argument scales its work: `troupe run pingpong.lua 0.01`.
Each warms up its own code before it measures.
--]]
local troupe = require "troupe"

local harness = {}

local scale = tonumber(arg and arg[1]) or 1

--- `full`, scaled, but never less than one.
---@param full integer
---@return integer
function harness.size(full) return math.max(1, math.floor(full * scale)) end

--- Units a second of `fn(...)`, which does `count` of them.
---@param count integer
---@return number
function harness.rate(count, fn, ...)
  local start = troupe.now()
  fn(...)
  return count / (troupe.now() - start)
end

---@param name string
---@param value number
---@param unit string
function harness.report(name, value, unit)
  print(("%s %.1f %s"):format(name, value, unit))
end

--- Waits for `count` infos: the way in which actors tell that they are done.
---@param count integer
function harness.await(count)
  for _ = 1, count do troupe.timeout(math.huge, troupe.receive) end
end

local function status(field)
  for line in io.lines("/proc/self/status") do
    local kilobytes = line:match("^" .. field .. ":%s+(%d+) kB")
    if kilobytes then return tonumber(kilobytes) * 1024 end
  end
  error("expected " .. field .. " in /proc/self/status")
end

--- Resident bytes of this process.
---@return number
function harness.resident() return status("VmRSS") end

--- The most that were resident since the last `forget_peak`.
---@return number
function harness.peak() return status("VmHWM") end

function harness.forget_peak()
  local file = assert(io.open("/proc/self/clear_refs", "w"))
  file:write("5")
  file:close()
end

return harness
