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
    script = "entity",
    { name = "entity.start", goal = 100e3 },
    { name = "entity", goal = 500e3 },
  },
  { script = "big", { name = "big", goal = 15000 } },
}
