--[[ 64 clients, each with its own server, all at once. --]]
local harness = require "harness"
local troupe = require "troupe"

local PAIRS = 64
local CALLS = harness.size(10000)

local clients = {}
for number = 1, PAIRS do
  clients[number] = {
    pid = troupe.start("caller"), server = troupe.start("echo"),
  }
end

local function run(count)
  for _, client in ipairs(clients) do
    troupe.cast(client.pid, "run", client.server, count, troupe.self())
  end
  harness.await(PAIRS)
end

run(CALLS // 10)
harness.report("pairs", harness.rate(PAIRS * CALLS, run, CALLS), "calls/s")
