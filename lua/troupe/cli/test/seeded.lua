--- `troupe test` under a schedule (host/core/schedule.h): that is C's to read
--- (host/command/seeded.h), and leaves --seed=N for busted's own --shuffle.

local core = require "troupe.core"

local seeded = {}

--- What tells two runs apart: on standard error, as the output may be for a
--- program.
function seeded.tell()
  local schedule = core.schedule()
  if not schedule then return end
  io.stdout:flush() -- what busted has said comes first
  io.stderr:write(("seed %d: %d turns, %d choices, hash %s\n"):format(
    schedule.seed, schedule.turns, schedule.choices, schedule.hash))
end

--- It is told whichever way the runner ends.
---@param run fun()
function seeded.run(run)
  local exit = os.exit
  rawset(os, "exit", function(...)
    seeded.tell()
    exit(...)
  end)
  run()
  rawset(os, "exit", exit)
  seeded.tell()
end

return seeded
