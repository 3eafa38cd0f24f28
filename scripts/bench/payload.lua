--[[
Sequential calls with a table there and back: 100 integers and 10 keys with
strings of 20 bytes.
--]]
local harness = require "harness"
local troupe = require "troupe"

local CALLS = harness.size(50000)

local function make_payload()
  local payload = {}
  for number = 1, 100 do payload[number] = number * math.random(1000) end
  for number = 1, 10 do
    payload["key" .. number] = string.char(96 + number):rep(20)
  end
  return payload
end

local server = troupe.start("echo")
local payload = make_payload()

local function run(count)
  for _ = 1, count do
    local answer = troupe.call(server, "echo", payload)
    if answer[100] ~= payload[100] then error("the echo is wrong") end
  end
end

run(CALLS // 10)
harness.report("payload", harness.rate(CALLS, run, CALLS), "calls/s")
