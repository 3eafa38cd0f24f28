--[[
One measurement: a process of its own, and the figures that it printed.

  process.run("build/troupe run scripts/bench/ring.lua")
    --> { ring = { value = 5e6, unit = "hops/s" } }
--]]
local troupe = require "troupe"

local process = {}

-- Far beyond any work here; a benchmark that hangs must not hang the rest.
local LONGEST_RUN = 300

---@param text string
---@return string that a shell takes for one word
function process.quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local function complaint(lines, how, code)
  if how == "exit" and code == 124 then
    return ("not done after %d s"):format(LONGEST_RUN)
  end
  return lines[1] or ("ended by %s %s"):format(how, code)
end

---@param command string for the shell
---@return table<string, { value: number, unit: string }>? figures
---@return string? reason the first line it said that is no figure
function process.run(command)
  -- In the foreground, so that Ctrl-C ends it too.
  local pipe = assert(io.popen(("timeout --foreground %d %s 2>&1"):format(
    LONGEST_RUN, command)))
  local figures, others = {}, {}
  for line in pipe:lines() do
    local name, value, unit = line:match("^(%S+) (%-?[%d.]+) (%S+)$")
    if name then
      figures[name] = { value = tonumber(value), unit = unit }
    else
      others[#others + 1] = line
    end
  end
  local done, how, code = pipe:close()
  -- That ends this script too, where it waits: reading is not waiting.
  troupe.sleep(0)
  if done then return figures end
  return nil, complaint(others, how, code)
end

return process
