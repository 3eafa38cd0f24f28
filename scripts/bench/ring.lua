--[[ 1,000 actors in a ring, one token, handed on by cast. --]]
local harness = require "harness"
local troupe = require "troupe"

local NODES = 1000
local HOPS = harness.size(1000000)

local nodes = {}
for number = 1, NODES do nodes[number] = troupe.start("ringnode") end
for number, node in ipairs(nodes) do
  troupe.cast(node, "join", nodes[number % NODES + 1])
end

local function run(hops)
  troupe.cast(nodes[1], "token", hops, troupe.self())
  harness.await(1)
end

run(HOPS // 10)
harness.report("ring", harness.rate(HOPS, run, HOPS), "hops/s")
