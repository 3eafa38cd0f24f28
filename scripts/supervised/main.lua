-- A server that crashes, and is back for the next who calls.

local supervisor = require "troupe.supervisor"
local task = require "troupe.task"
local troupe = require "troupe"

local shop = supervisor.start {
  strategy = "one_for_one", intensity = 3, period = 5,
  { "rates", { USD = 1.08, JPY = 162 }, name = "rates" },
  supervisor.child { name = "branches", strategy = "rest_for_one",
    { "rates", { SEK = 11.3 }, name = "north" },
    { "rates", { CHF = 0.94 }, name = "south" } },
}

print(troupe.call("rates", "get", "USD"))       -- expect: 1.08

local ok, why = pcall(troupe.call, "rates", "get", "dollars")
print(ok, why.message)       -- expect: false	no such currency: dollars

-- The name is free, then the new one's; who calls at once may be too early.
while not pcall(troupe.call, "rates", "get", "USD") do troupe.sleep(0.01) end
print(troupe.call("rates", "get", "JPY"))       -- expect: 162

supervisor.add("branches", { "rates", {}, name = "east", grace = 1 })
supervisor.remove("branches", "south")

local text = supervisor.tree(shop):gsub("<[%d.]+>", "<pid>")
print(text)
-- expect: <pid> supervisor one_for_one
-- expect:   "rates" <pid> rates permanent, restarted 1 time
-- expect:   "branches" <pid> supervisor rest_for_one permanent
-- expect:     "north" <pid> rates permanent
-- expect:     "east" <pid> rates permanent

-- Work that has an end is a task: each in an actor of its own, four at a time.
local cents = task.map("rates", "cents", { 1.5, 2.25, 10 }, { limit = 4 })
print(table.concat(cents, " "))                 -- expect: 150 225 1000

troupe.stop(shop)                               -- in reverse order
