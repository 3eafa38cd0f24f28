--[[ Echo of a string of 1 MiB: megabytes a second, one way. --]]
local harness = require "harness"
local troupe = require "troupe"

local CALLS = harness.size(2000)
local SIZE = 1048576

local server = troupe.start("echo")
local text = ("x"):rep(SIZE)

local function run(count)
  for _ = 1, count do
    if #troupe.call(server, "echo", text) ~= SIZE then
      error("the echo is wrong")
    end
  end
end

run(CALLS // 10)
harness.report("big", harness.rate(CALLS, run, CALLS) * SIZE / 1e6, "MB/s")
