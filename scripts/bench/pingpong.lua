--[[ One client, one server, sequential calls with an integer. --]]
local harness = require "harness"
local troupe = require "troupe"

local CALLS = harness.size(300000)

local server = troupe.start("echo")

local function run(count)
  local call = troupe.call
  for number = 1, count do
    if call(server, "echo", number) ~= number then
      error("the echo is wrong")
    end
  end
end

run(CALLS // 10)
harness.report("pingpong", harness.rate(CALLS, run, CALLS), "calls/s")
