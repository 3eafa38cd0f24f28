--[[
16 senders cast to one counter as fast as they can: casts handled a second,
and how far the process grew meanwhile.
--]]
local harness = require "harness"
local troupe = require "troupe"

local SENDERS = 16
local CASTS = harness.size(100000)
local MEBIBYTE = 1048576

local senders = {}
for number = 1, SENDERS do senders[number] = troupe.start("caster") end

local function run(count)
  local counter = troupe.start("counter", {
    total = SENDERS * count, report = troupe.self(),
  })
  for _, sender in ipairs(senders) do
    troupe.cast(sender, "run", counter, count)
  end
  harness.await(1)
end

-- Small enough to leave the memory as it was, so that the growth is seen.
run(math.max(1, CASTS // 1000))
harness.forget_peak()
local before = harness.resident()
local rate = harness.rate(SENDERS * CASTS, run, CASTS)
harness.report("fanin", rate, "casts/s")
harness.report("fanin.peak", (harness.peak() - before) / MEBIBYTE, "MiB")
