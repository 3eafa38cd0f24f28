--- troupe clean

local shell = require "troupe.cli.shell"

-- What the commands make, and can make again without a network.
local MADE = { "build", "luacov.stats.out", "luacov.report.out" }

return {
  summary = "remove what commands have made",
  help = [[
Removes build/, and the reports of coverage. It leaves lua_modules/ alone.]],
  project = true,
  settings = false,
  run = function()
    for _, path in ipairs(MADE) do
      if shell.exists(path) then
        local good, why = shell.remove(path)
        if not good then
          return nil, ("cannot remove %s: %s"):format(path, why)
        end
        print("removed " .. path)
      end
    end
  end,
}
