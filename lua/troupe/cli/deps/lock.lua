--- The lock file, luarocks.lock: which version of each rock is meant, those
--- too that rocks need. LuaRocks' own format, which it reads and writes as
--- well; sorted, so that the same rocks are the same bytes. Not for scripts:
--- see `troupe deps`.

local dependency = require "troupe.cli.deps.dependency"
local shell = require "troupe.cli.shell"

local lock = {}

lock.FILE = "luarocks.lock"

local function is_map_of_texts(map)
  if type(map) ~= "table" then return false end
  for name, version in pairs(map) do
    if type(name) ~= "string" or type(version) ~= "string" then return false end
  end
  return true
end

--- What it says, by the rockspec's key ("dependencies", ...), each a table of
--- names and versions; nil if there is none, or nil and what is wrong with it.
---@return table|nil lists, string|nil why
function lock.read()
  local text = shell.read(lock.FILE)
  if not text then return nil end
  local chunk, why = load(text, "@" .. lock.FILE, "t", {})
  if not chunk then return nil, why end
  local good, lists = pcall(chunk)
  if not good then return nil, tostring(lists) end
  if type(lists) ~= "table" then
    return nil, lock.FILE .. ": expected it to return a table"
  end
  for key, map in pairs(lists) do
    if not is_map_of_texts(map) then
      return nil, ("%s: expected %s to be a table of names and versions")
        :format(lock.FILE, tostring(key))
    end
  end
  return lists
end

--- The names of a table, sorted.
---@param map table
---@return string[]
function lock.names(map)
  local names = {}
  for name in pairs(map) do names[#names + 1] = name end
  table.sort(names)
  return names
end

-- No name of a rock is a word of Lua's that could not stand so; LuaRocks
-- quotes those as well.
local function show_name(name)
  local plain = name:find "^[%a_][%w_]*$" and load("local " .. name)
  return plain and name or ("[%q]"):format(name)
end

local function show_map(map)
  local lines = {}
  for index, name in ipairs(lock.names(map)) do
    lines[index] = ("      %s = %q"):format(show_name(name), map[name])
  end
  if #lines == 0 then return "{}" end
  return "{\n" .. table.concat(lines, ",\n") .. "\n   }"
end

--- The text of the file.
---@param lists table
---@return string
function lock.text(lists)
  local parts = { "return {\n" }
  for _, key in ipairs(lock.names(lists)) do
    parts[#parts + 1] = ("   %s = %s,\n"):format(show_name(key),
      show_map(lists[key]))
  end
  parts[#parts + 1] = "}\n"
  return table.concat(parts)
end

--- Writes it, whole or not at all; true too if it says that already.
---@param lists table
---@return boolean|nil done, string|nil why
function lock.write(lists)
  local text = lock.text(lists)
  if shell.read(lock.FILE) == text then return true end
  return shell.replace(lock.FILE, text)
end

--- Where it departs from what the rockspec wants: a line each, that says what
--- to run.
---@param lists table
---@param wants table of lists of dependencies, by key
---@param file string the rockspec
---@return string[]
function lock.departures(lists, wants, file)
  local lines = {}
  for _, key in ipairs(lock.names(wants)) do
    local map = lists[key]
    for _, wanted in ipairs(map and wants[key] or {}) do
      local version = map[wanted.key] or map[wanted.name]
      if not version and not dependency.PROVIDED[wanted.name] then
        lines[#lines + 1] = ("%s: lacks %s, which %s wants (run troupe deps " ..
          "update %s)"):format(lock.FILE, wanted.text, file, wanted.name)
      elseif version and not dependency.fits(wanted, version) then
        lines[#lines + 1] = ("%s: has %s %s, but %s wants %s (run troupe " ..
          "deps update %s)"):format(lock.FILE, wanted.name, version, file,
            wanted.text, wanted.name)
      end
    end
  end
  return lines
end

return lock
