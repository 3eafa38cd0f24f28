-- What busted says of a run, for specs about `troupe test`: each failure and
-- error, by the name of its element.
--
--   local report = reports.of(shop:troupe("test").stdout)
--   report.counts                    --> "2 / 1 / 0 / 0"
--   report["a till fails"]           --> "spec/till_spec.lua:9: ..."

local reports = {}

local function names_of(report, wanted)
  local names = {}
  for name in pairs(report) do
    if (name:find("red:", 1, true) ~= nil) == wanted and name ~= "counts" then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return table.concat(names, "\n")
end

--- Those that were to fail and are said to, a line each; and those that were
--- not to.
---@param report table
---@return string red, string green
function reports.sorted(report)
  return names_of(report, true), names_of(report, false)
end

---@param text string of the handler plainTerminal
---@return table
function reports.of(text)
  local report, at, lines = {}, "", {}
  report.counts = ("%s / %s / %s / %s"):format(text:match(
    "(%d+) success%a* / (%d+) failure%a* / (%d+) errors? / (%d+) pending"))
  for line in (text .. "\nFailure -> end @ 1\n"):gmatch "([^\n]*)\n" do
    if line:find "^%u%a+ %-> .+ @ %d+$" then
      local message = table.concat(lines, "\n"):gsub("\n*$", "")
      if at ~= "" then report[at] = message end
      at, lines = nil, {}
    elseif not at then
      at = line
    else
      lines[#lines + 1] = line
    end
  end
  return report
end

return reports
