-- Runs the hostile scripts and prints how each ended:
--
--   build/test/troupe run --log off spec/hostile.lua [FILE ...]

local hostile = require "support.hostile"

local LIMITS = { cpu = 0.5, memory = 32 * 1024 * 1024 }
local ROW = "%-44s %-9s %7s %7s  %s"

io.stdout:setvbuf "line"
local chosen = #arg > 0 and { table.unpack(arg) } or hostile.files
local wrong = 0

print(ROW:format("script", "ended by", "after s", "calls", "reason"))
for _, file in ipairs(chosen) do
  for _, case in ipairs(hostile.cases(file)) do
    local result = hostile.run(case, LIMITS)
    local right = hostile.expected(case, result)
    if not right then wrong = wrong + 1 end
    print(ROW:format(case[1], result.ended, ("%.2f"):format(result.after),
      result.calls, (right and "" or "UNEXPECTED ") ..
      result.reason:gsub("\n.*", ""):sub(1, 60)))
  end
end
print(("%d unexpected"):format(wrong))
os.exit(wrong == 0)
