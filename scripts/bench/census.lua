--[[
A hundred thousand actors, and who asks for all of them: the first 20 in the
order of their queues, as the console shows them, and then every one as a table.
And the latency of sequential calls between two other actors meanwhile: the
worst of many, and the worst of as many while nobody asks; each the median of
some rounds, as a busy machine has its own worst.
--]]
local core = require "troupe.core"
local harness = require "harness"
local sample = require "sample"
local troupe = require "troupe"

local ACTORS = harness.size(100000)
local CALLS = harness.size(50000)
local ROUNDS = 9
local SHOWN = 20
local MILLISECOND = 1e-3

-- Best of some: what it takes, not what the machine was doing.
local function seconds(rounds, options)
  local best = math.huge
  for _ = 1, rounds do
    local start = troupe.now()
    local list = core.actors(options)
    best = math.min(best, troupe.now() - start)
    assert(#list == math.min(options.limit or math.huge, #list) and #list > 0)
  end
  return best / MILLISECOND
end

local client = troupe.start("worst")

local function round(meanwhile)
  troupe.cast(client, "run", CALLS, troupe.self())
  local told, spent
  repeat
    meanwhile()
    told, spent = pcall(troupe.timeout, 0.001, troupe.receive)
  until told
  return spent / MILLISECOND
end

local function worst(meanwhile)
  local list = {}
  for index = 1, ROUNDS do list[index] = round(meanwhile) end
  return sample.median(list)
end

for _ = 1, ACTORS do troupe.start("idle") end
seconds(1, { limit = SHOWN }) -- warms up

harness.report("census", seconds(5, { sort = "queue", limit = SHOWN }), "ms")
harness.report("census.all", seconds(3, { sort = "queue" }), "ms")
harness.report("census.rest", worst(function() end), "ms")
harness.report("census.call", worst(function()
  core.actors { sort = "queue", limit = SHOWN }
end), "ms")
harness.report("census.all.call", worst(function()
  core.actors { sort = "queue" }
end), "ms")
