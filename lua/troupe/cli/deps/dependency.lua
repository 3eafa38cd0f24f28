--- A dependency as rockspecs write it: "hello >= 1.2, < 2". Not for scripts:
--- see `troupe deps`.

local version = require "troupe.cli.deps.version"

local dependency = {}

--- What Lua itself is, for LuaRocks: nobody installs it.
dependency.PROVIDED = { lua = "5.4-1", utf8 = "5.4-1" }

-- A list of {operator's function, version}; nil and what is wrong.
local function read_constraints(text)
  local constraints, rest = {}, text
  while rest ~= "" do
    local operator, wanted, behind =
      rest:match "^@?([<>=~!]*)%s*([%w._-]+)[%s,]*(.*)$"
    local test = version.operators[operator]
    local parts = wanted and version.read(wanted)
    if not test then
      return nil, "expected an operator (== ~= < > <= >= ~>) and a version"
    end
    if not parts then return nil, wanted .. " is no version" end
    constraints[#constraints + 1] = { test, parts }
    rest = behind
  end
  return constraints
end

--- Reads one: `name` and `constraint` as text, `key` with the namespace if
--- there is one (user/name), `text` of all; nil and what is wrong with it.
---@param text string
---@return table|nil found, string|nil why
function dependency.read(text)
  local key, constraint = text:match "^%s*([%w._/-]+)%s*(.-)%s*$"
  local name = key and (key:match "^[%w._-]+/(.+)$" or key)
  if not name or not name:find "^%w[%w._-]*$" then
    return nil, ("cannot read the dependency %q: expected the name of a rock")
      :format(text)
  end
  local constraints, why = read_constraints(constraint)
  if not constraints then
    return nil, ("cannot read the dependency %q: %s"):format(text, why)
  end
  key = key:lower()
  local whole = constraint == "" and key or key .. " " .. constraint
  return { key = key, name = name:lower(), constraint = constraint,
    constraints = constraints, text = whole }
end

--- Does this version do?
---@param wanted table
---@param text string a version
---@return boolean
function dependency.fits(wanted, text)
  local parts = version.read(text)
  if not parts then return false end
  for _, constraint in ipairs(wanted.constraints) do
    if not constraint[1](parts, constraint[2]) then return false end
  end
  return true
end

--- One that wants what all of these want, which have one name.
---@param all table[]
---@return table
function dependency.join(all)
  local constraints, seen, key = {}, {}, all[1].key
  for _, one in ipairs(all) do
    if one.key:find "/" then key = one.key end
    if one.constraint ~= "" and not seen[one.constraint] then
      seen[one.constraint] = true
      constraints[#constraints + 1] = one.constraint
    end
  end
  return assert(dependency.read(key .. " " .. table.concat(constraints, ", ")))
end

--- What to ask for who has found this version good: it, and what is newer and
--- promises to be compatible.
---@param text string a version
---@return string constraint
function dependency.compatible(text)
  local major, minor = text:match "^v?(%d+)%.?(%d*)"
  if not major then return "== " .. text end
  if major ~= "0" or minor == "" then return "~> " .. major end
  return ("~> %s.%s"):format(major, minor)
end

-- LuaRocks lays the lists of a platform over the general one.
local function items_of(list)
  local items = table.move(list, 1, #list, 1, {})
  local platforms = list.platforms
  for _, platform in ipairs { "unix", "linux" } do
    local own = type(platforms) == "table" and platforms[platform] or {}
    for index, item in ipairs(own) do items[index] = item end
  end
  return items
end

--- What a rockspec wants; nil and what is wrong with it.
---@param fields table of the rockspec
---@param key string "dependencies" or "test_dependencies"
---@return table[]|nil wanted, string|nil why, string|nil culprit
function dependency.list(fields, key)
  local list, found = fields[key], {}
  if list == nil then return found end
  if type(list) ~= "table" then
    return nil, ("expected %s to be a list"):format(key)
  end
  for index, item in ipairs(items_of(list)) do
    if type(item) ~= "string" then
      return nil, ("expected %s to be a list of strings"):format(key)
    end
    local wanted, why = dependency.read(item)
    if not wanted then return nil, why, item end
    local provided = dependency.PROVIDED[wanted.name]
    if provided and not dependency.fits(wanted, provided) then
      return nil, ("%s is wanted, but this is Lua 5.4"):format(wanted.text),
        item
    end
    found[index] = wanted
  end
  return found
end

return dependency
