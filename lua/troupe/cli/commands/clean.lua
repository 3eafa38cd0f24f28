--- troupe clean

local shell = require "troupe.cli.shell"

-- What the commands make, and can make again without a network.
local MADE = { "build", "luacov.stats.out", "luacov.report.out" }

-- Where a command was killed at work, its scratch folder stays.
local function left_over()
  return (shell.lines("find . \\( -name lua_modules -o -name .git \\) " ..
    "-prune -o -type d -name '.troupe.??????' -print -prune | " ..
    "LC_ALL=C sort"))
end

return {
  summary = "remove what commands have made",
  help = [[
Removes build/ with all that is in it, the reports of coverage, and what a
command that was killed has left. It leaves lua_modules/ alone.]],
  project = true,
  settings = false,
  run = function()
    local paths = table.move(MADE, 1, #MADE, 1, {})
    for _, folder in ipairs(left_over()) do
      paths[#paths + 1] = folder:gsub("^%./", "")
    end
    for _, path in ipairs(paths) do
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
