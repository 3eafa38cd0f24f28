--[[
The works that are measured, in the order of the table: which figures a
script prints, what they should reach, and whether less of it is better.
--]]
return {
  { script = "pingpong", { name = "pingpong", goal = 3e6 } },
  { script = "pairs", { name = "pairs", goal = 4e6 } },
  {
    script = "fanin",
    { name = "fanin", goal = 5e6 },
    { name = "fanin.peak", goal = 16, less = true },
  },
  { script = "payload", { name = "payload", goal = 140e3 } },
  {
    script = "spawn",
    { name = "spawn", goal = 250e3 },
    { name = "spawn.each", goal = 8000, less = true },
    { name = "spawn.many", goal = 250e3 },
    { name = "spawn.many.each", goal = 8000, less = true },
  },
  { script = "ring", { name = "ring", goal = 5e6 } },
  {
    script = "fairness",
    { name = "fairness.lone", goal = 2, less = true },
    { name = "fairness.p50", goal = 5, less = true },
    { name = "fairness.p99", goal = 250, less = true },
    { name = "fairness.max", goal = 5000, less = true },
  },
  {
    script = "entity",
    { name = "entity.start", goal = 100e3 },
    { name = "entity", goal = 500e3 },
  },
  {
    script = "census",
    { name = "census", goal = 500, less = true },
    { name = "census.all", goal = 500, less = true },
    { name = "census.rest", less = true },
    { name = "census.call", goal = 5, less = true },
    { name = "census.all.call", less = true },
  },
  { script = "big", { name = "big", goal = 15000 } },
  {
    script = "overload",
    { name = "overload.queue", goal = 1000, less = true },
    { name = "overload.growth", goal = 16, less = true },
    { name = "overload.lost", goal = 0, less = true },
    { name = "overload.sent", goal = 10e3, less = true },
    { name = "overload.handled", goal = 10e3 },
    { name = "overload.call", goal = 150, less = true },
    { name = "overload.call.max", goal = 150, less = true },
  },
}
