--- Versions of rocks, in the order that LuaRocks gives them. Not for scripts:
--- see `troupe deps`.
--
--     version.compare(version.read "2.1rc1-3", version.read "2.1-1")   --> -1
--
-- A version is numbers and words, between which . - and _ may stand; at its
-- end is the revision of its rockspec, which counts only where both have one.

local version = {}

-- In development is newer than any number, before a release older than none.
local RANKS = { dev = 3e15, scm = 2e15, cvs = 1e15,
  rc = -1, pre = -2, beta = -3, alpha = -4 }

--- The parts of it, in a list; nil if it is none.
---@param text string
---@return table|nil parts
function version.read(text)
  local parts = { text = text }
  local rest, revision = text:match "^(.*)%-(%d+)$"
  parts.revision = tonumber(revision)
  rest = rest or text
  while rest ~= "" do
    local number, behind = rest:match "^(%d+)[._-]*(.*)$"
    if number then
      parts[#parts + 1] = tonumber(number)
    else
      local word
      word, behind = rest:match "^(%a+)[._-]*(.*)$"
      if not word then return nil end
      parts[#parts + 1] = RANKS[word] or word:byte() / 1000
    end
    rest = behind
  end
  return parts[1] and parts or nil
end

--- Below 0, 0 or above it, as `a` is older than, as old as or newer than `b`.
---@param a table
---@param b table
---@return integer
function version.compare(a, b)
  for index = 1, math.max(#a, #b) do
    local one, other = a[index] or 0, b[index] or 0
    if one ~= other then return one < other and -1 or 1 end
  end
  if not (a.revision and b.revision) or a.revision == b.revision then
    return 0
  end
  return a.revision < b.revision and -1 or 1
end

-- 1 is not 1.0 there.
local function is_same(a, b)
  return #a == #b and version.compare(a, b) == 0
end

-- As far as `wanted` goes.
local function begins_with(a, wanted)
  for index, part in ipairs(wanted) do
    if (a[index] or 0) ~= part then return false end
  end
  return not wanted.revision or wanted.revision == a.revision
end

--- What the operators of a constraint ask: a version, and the one named.
version.operators = {
  ["=="] = is_same,
  ["~="] = function(a, b) return not is_same(a, b) end,
  ["<"] = function(a, b) return version.compare(a, b) < 0 end,
  [">"] = function(a, b) return version.compare(a, b) > 0 end,
  ["<="] = function(a, b) return version.compare(a, b) <= 0 end,
  [">="] = function(a, b) return version.compare(a, b) >= 0 end,
  ["~>"] = begins_with,
}
version.operators[""] = is_same
version.operators["="] = is_same
version.operators["!="] = version.operators["~="]

return version
