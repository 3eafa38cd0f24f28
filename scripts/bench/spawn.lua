--[[
Idle actors with a state of `{ count = 0 }`: how many start in a second, and
the resident bytes of each, for 20,000 and for 100,000.
--]]
local harness = require "harness"
local troupe = require "troupe"

local FEW = harness.size(20000)
local MANY = harness.size(100000)

local pids = {}

local function start_up_to(count)
  for number = #pids + 1, count do pids[number] = troupe.start("idle") end
end

for _ = 1, 200 do troupe.stop(troupe.start("idle")) end
collectgarbage()

local before = harness.resident()
local spent = 0

local function measure(name, count)
  local start = troupe.now()
  start_up_to(count)
  spent = spent + troupe.now() - start
  harness.report(name, count / spent, "actors/s")
  harness.report(name .. ".each", (harness.resident() - before) / count,
    "bytes")
end

measure("spawn", FEW)
measure("spawn.many", MANY)
