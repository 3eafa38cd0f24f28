--- Which of several names somebody may have meant. Not for scripts.
--
--     near.of("tlil", {"shop", "till"})  --> till

local near = {}

local LONGEST = 40 -- bytes of a name that is looked at

-- How many letters have to change; two that have changed places are one.
local function distance(a, b)
  local former, row = {}, {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local last = row
    row = {[0] = i}
    for j = 1, #b do
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      row[j] = math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost)
      if i > 1 and j > 1 and a:byte(i) == b:byte(j - 1) and
        a:byte(i - 1) == b:byte(j) then
        row[j] = math.min(row[j], former[j - 2] + 1)
      end
    end
    former = last
  end
  return row[#b]
end

-- So many letters differ at most: none of one, one of up to four, or two.
local function allowed(text)
  return #text > 4 and 2 or #text > 1 and 1 or 0
end

--- The name that is nearest to what was typed. If that is the beginning of one,
--- it is near, too.
---@param text string
---@param names string[]
---@return string|nil
function near.of(text, names)
  if #text > LONGEST then return nil end
  text = text:lower()
  local best, least = nil, allowed(text) + 1
  for _, name in ipairs(names) do
    if #name <= LONGEST then
      local far = distance(text, name:lower())
      if name:sub(1, #text):lower() == text and #text > 1 then
        far = math.min(far, 1)
      end
      if far < least then best, least = name, far end
    end
  end
  return best
end

return near
