--[[
Casts as fast as possible, for five seconds, to an actor that takes 100 us for
each: its queue, the memory, whether anything is lost, how much faster the
sender is than it, and what the calls of a third actor see.
--]]
local core = require "troupe.core"
local harness = require "harness"
local sample = require "sample"
local troupe = require "troupe"

local SPAN = harness.size(5000) / 1000 -- seconds
local CALLS = 10                       -- of the third actor, meanwhile
local LOOK = SPAN / 200                -- how often the queue is looked at
local MEBIBYTE = 1048576

-- The longest that the queue was until `last`.
local function watch(slow, last)
  local longest = 0
  while troupe.now() < last do
    troupe.sleep(LOOK)
    longest = math.max(longest, core.actor(slow).queue)
  end
  return longest
end

-- What both tell at their end.
local function collect(count)
  local told = {}
  for _ = 1, count do
    local what, value, more = troupe.timeout(math.huge, troupe.receive)
    told[what] = { value, more }
  end
  return told
end

harness.forget_peak()
local before = harness.resident()
local last = troupe.now() + SPAN
local slow = troupe.start("slow", last)
local flood, asker = troupe.start("flood"), troupe.start("asker")
troupe.cast(flood, "run", slow, last, troupe.self())
troupe.cast(asker, "run", slow, last, SPAN / CALLS, troupe.self())

local longest = watch(slow, last)
local handled = troupe.timeout(math.huge, troupe.call, slow, "in_time")
local told = collect(2)
local sent, spent = table.unpack(told.sent)
-- It was sent behind all casts: they have been handled, or are lost.
local lost = sent - troupe.timeout(math.huge, troupe.call, slow, "handled")
local waits = told.waited[1]

harness.report("overload.queue", longest, "casts")
harness.report("overload.growth", (harness.peak() - before) / MEBIBYTE, "MiB")
harness.report("overload.lost", lost, "casts")
harness.report("overload.sent", sent / spent, "casts/s")
harness.report("overload.handled", handled / SPAN, "casts/s")
harness.report("overload.call", sample.median(waits) * 1000, "ms")
harness.report("overload.call.max", math.max(table.unpack(waits)) * 1000, "ms")
