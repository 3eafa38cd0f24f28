--[[
50,000 keys: get-or-start of each, then random look-ups, each with a call,
by one client.
--]]
local harness = require "harness"
local registry = require "troupe.registry"
local troupe = require "troupe"

local KEYS = harness.size(50000)
local LOOKUPS = harness.size(500000)

local keys = {}
for number = 1, KEYS do keys[number] = "account-" .. number end

local function find(key) return registry.ensure(key, "holder", key) end

local function start_all()
  for _, key in ipairs(keys) do find(key) end
end

local function look_up(count)
  for _ = 1, count do
    troupe.call(find(keys[math.random(KEYS)]), "bump")
  end
end

harness.report("entity.start", harness.rate(KEYS, start_all), "starts/s")
look_up(LOOKUPS // 10)
harness.report("entity", harness.rate(LOOKUPS, look_up, LOOKUPS), "calls/s")
