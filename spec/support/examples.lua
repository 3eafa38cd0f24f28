-- Scripts that say what they print:
--
--   print(troupe.call(pid, "withdraw", 30)) -- expect: 70
--
-- All lines that a script prints must be expected, in that order.

local examples = {}

--- The lines that a script promises; empty if it promises nothing.
---@param source string
---@return string[]
function examples.expected(source)
  local lines = {}
  for line in (source .. "\n"):gmatch("([^\n]*)\n") do
    local text = line:match("%-%- expect: ?(.*)$")
    if text then lines[#lines + 1] = text end
  end
  return lines
end

---@param output string
---@return string[]
function examples.printed(output)
  local lines = {}
  for line in output:gmatch("([^\n]*)\n") do lines[#lines + 1] = line end
  local rest = output:match("[^\n]+$")
  if rest then lines[#lines + 1] = rest end
  return lines
end

--- Where what was printed first differs from what was promised; or nil.
---@param expected string[]
---@param printed string[]
---@return string|nil
function examples.difference(expected, printed)
  for index = 1, math.max(#expected, #printed) do
    if expected[index] ~= printed[index] then
      return ("line %d: expected %s, got %s"):format(index,
        expected[index] or "nothing more", printed[index] or "nothing more")
    end
  end
end

return examples
