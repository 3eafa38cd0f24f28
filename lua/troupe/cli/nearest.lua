--- The word that somebody may have meant. Not for scripts.
--
--     nearest("tset", {"run", "test"})   --> test

-- How many letters have to be put in, dropped or changed, or two neighbours
-- exchanged.
local function distance(a, b)
  local former, row = {}, {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local next_row = { [0] = i }
    for j = 1, #b do
      local same = a:byte(i) == b:byte(j)
      next_row[j] = math.min(row[j] + 1, next_row[j - 1] + 1,
        row[j - 1] + (same and 0 or 1))
      if i > 1 and j > 1 and a:byte(i) == b:byte(j - 1) and
         a:byte(i - 1) == b:byte(j) then
        next_row[j] = math.min(next_row[j], former[j - 2] + 1)
      end
    end
    former, row = row, next_row
  end
  return row[#b]
end

--- nil: none is near.
---@param word string
---@param words string[]
---@return string|nil
return function(word, words)
  local best, least = nil, math.min(3, #word)
  for _, candidate in ipairs(words) do
    local far = distance(word, candidate)
    if #word > 1 and candidate:sub(1, #word) == word then far = 1 end
    if far < least then best, least = candidate, far end
  end
  return best
end
