--[[
Numbers that were measured several times.
--]]
local sample = {}

---@param values number[] at least one; stays as it is
---@return number
function sample.median(values)
  local sorted = table.move(values, 1, #values, 1, {})
  table.sort(sorted)
  local middle = #sorted // 2
  if #sorted % 2 == 1 then return sorted[middle + 1] end
  return (sorted[middle] + sorted[middle + 1]) / 2
end

--- How many times better `ours` is than `theirs`: the median over pairs that
--- ran one after the other, so that what disturbs the machine for a while
--- falls out.
---@param ours number[]
---@param theirs number[]
---@param less boolean? less is better
---@return number? ratio above 1 when ours is ahead
function sample.ratio(ours, theirs, less)
  local ratios = {}
  for run = 1, math.min(#ours, #theirs) do
    local better, worse = ours[run], theirs[run]
    if less then better, worse = worse, better end
    -- Memory that did not grow, or shrank, has no ratio.
    if better > 0 and worse > 0 then ratios[#ratios + 1] = better / worse end
  end
  return ratios[1] and sample.median(ratios)
end

return sample
