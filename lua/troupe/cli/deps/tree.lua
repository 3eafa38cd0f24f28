--- A tree of rocks, as LuaRocks installs them: which there are, and what they
--- need. Not for scripts: see `troupe deps`.

local dependency = require "troupe.cli.deps.dependency"
local project = require "troupe.cli.project"
local shell = require "troupe.cli.shell"
local version = require "troupe.cli.deps.version"

local tree = {}
tree.__index = tree

--- The project's, in its folder.
tree.FOLDER = "lua_modules"

local ROCKS = "/lib/luarocks/rocks-5.4/"

--- Reads which rocks are in it: none if it is not there.
---@param folder string
---@return table|nil found, string|nil why
function tree.read(folder)
  local self = setmetatable({ folder = folder, rocks = {}, known = {} }, tree)
  local file = folder .. ROCKS .. "manifest"
  if not shell.exists(file) then return self end
  local manifest, why = project.load(file)
  if not manifest then return nil, why end
  if type(manifest.repository) ~= "table" then
    return nil, file .. ": expected repository to be a table"
  end
  for name, versions in pairs(manifest.repository) do
    local found = {}
    for text in pairs(versions) do found[#found + 1] = text end
    table.sort(found, function(a, b)
      return version.compare(version.read(a), version.read(b)) > 0
    end)
    if found[1] then self.rocks[name] = found end
  end
  return self
end

--- The versions of a rock in it, newest first; nil: there is none.
---@param name string
---@return string[]|nil
function tree:versions(name) return self.rocks[name] end

---@param name string
---@param text string a version
---@return boolean
function tree:has(name, text)
  for _, one in ipairs(self.rocks[name] or {}) do
    if one == text then return true end
  end
  return false
end

--- What a rock in it needs.
---@param name string
---@param text string a version
---@return table[]|nil needed, string|nil why
function tree:needs(name, text)
  local rock = ("%s/%s/%s-%s.rockspec"):format(name, text, name, text)
  if not self.known[rock] then
    local file = self.folder .. ROCKS .. rock
    local fields, why = project.load(file)
    if not fields then return nil, why end
    local needed
    needed, why = dependency.list(fields, "dependencies")
    if not needed then return nil, ("%s: %s"):format(file, why) end
    self.known[rock] = needed
  end
  return self.known[rock]
end

--- All that is in it: {name, version} each, by name.
---@return table[]
function tree:all()
  local all = {}
  for name, versions in pairs(self.rocks) do
    for _, text in ipairs(versions) do all[#all + 1] = { name, text } end
  end
  table.sort(all, function(a, b)
    if a[1] ~= b[1] then return a[1] < b[1] end
    return a[2] < b[2]
  end)
  return all
end

-- --- What is needed of it ----------------------------------------------------

-- The newest that does for all who want it.
local function choose(self, name, wants)
  for _, text in ipairs(self.rocks[name] or {}) do
    local good = true
    for _, want in ipairs(wants) do
      good = good and dependency.fits(want.wanted, text)
    end
    if good then return text end
  end
end

local function add(list, found, by)
  for _, wanted in ipairs(found) do
    list[#list + 1] = { wanted = wanted, by = by }
  end
end

--- Follows what is wanted through the tree. The result: `chosen`, a version for
--- each name; `wants`, by name a list of {wanted, by}, who wants it and how;
--- `lacking`, the names that no version in the tree can do for.
---@param roots table[] dependencies
---@param by string who wants those
---@return table|nil found, string|nil why
function tree:walk(roots, by)
  local chosen, wants, lacking, queue = {}, {}, {}, {}
  add(queue, roots, by)
  for _, want in ipairs(queue) do
    local name = want.wanted.name
    wants[name] = wants[name] or {}
    table.insert(wants[name], want)
    local text = dependency.PROVIDED[name]
    if text then
      text = dependency.fits(want.wanted, text) and text or nil
    else
      text = choose(self, name, wants[name])
    end
    if text and text ~= chosen[name] and not dependency.PROVIDED[name] then
      local needed, why = self:needs(name, text)
      if not needed then return nil, why end
      add(queue, needed, name .. " " .. text)
    end
    chosen[name] = text
    lacking[name] = not text or nil
  end
  return { chosen = chosen, wants = wants, lacking = lacking }
end

return tree
