--- Do the rocks that are there, the lock file and the rockspec agree? Cheap, as
--- every `troupe run` asks. Not for scripts: see `troupe deps`.

local dependency = require "troupe.cli.deps.dependency"
local lock = require "troupe.cli.deps.lock"
local project = require "troupe.cli.project"
local tree = require "troupe.cli.deps.tree"
local wanted_lists = require "troupe.cli.deps.wanted"

local state = {}

-- Where the tree departs from what the lock says of a list.
local function add_installed(lines, installed, map)
  for _, name in ipairs(lock.names(map)) do
    local bare, version = name:match "[^/]+$", map[name]
    local there = installed:versions(bare)
    if not there and not dependency.PROVIDED[bare] then
      lines[#lines + 1] = ("%s: lacks %s %s, which %s has (run troupe deps " ..
        "get)"):format(tree.FOLDER, bare, version, lock.FILE)
    elseif there and not installed:has(bare, version) then
      lines[#lines + 1] = ("%s: has %s %s, but %s has %s (run troupe deps " ..
        "get)"):format(tree.FOLDER, bare, there[1], lock.FILE, version)
    end
  end
end

--- Where the lock departs from the rockspec, a line each; none if there is no
--- lock; nil and what cannot be read.
---@param manifest table what project.read gives
---@return string[]|nil lines, string|nil why
function state.lock_departures(manifest)
  local wants, why = wanted_lists.read(manifest)
  if not wants then return nil, why end
  local lists
  lists, why = lock.read()
  if why then return nil, why end
  return lists and lock.departures(lists, wants, manifest.file) or {}
end

--- Where the tree departs from the lock, and does not have what it should.
---@param tested boolean|nil what tests need counts
---@return string[]|nil lines, string|nil why
function state.tree_departures(tested)
  local lists, why = lock.read()
  if not lists then return why == nil and {} or nil, why end
  local installed
  installed, why = tree.read(tree.FOLDER)
  if not installed then return nil, why end
  local lines = {}
  add_installed(lines, installed, lists.dependencies or {})
  if tested then add_installed(lines, installed, lists.test_dependencies or {})
  end
  return lines
end

--- May what needs the rocks run? nil and a line if they are not those of the
--- lock file; who has none may have installed them otherwise.
---@param tested boolean|nil
---@return boolean|nil good, string|nil why
function state.check(tested)
  local lines, why = state.tree_departures(tested)
  if not lines then return nil, why end
  if not lines[1] then return true end
  local more = #lines - 1
  return nil, more == 0 and lines[1] or
    ("%s, and %d more"):format(lines[1], more)
end

-- Whether a rock could have it: the project's own no rock has.
local function could_be_in_rock(manifest, module)
  return (module .. "."):sub(1, #manifest.module + 1) ~= manifest.module .. "."
end

local function absent_line(manifest, module, lacking)
  return ("no module %s; %s: lacks %s, which %s wants (run troupe deps get)")
    :format(module, tree.FOLDER, lacking, manifest.file)
end

--- Why a module was not found, if `failure` says that and there are rocks that
--- the rockspec wants but LuaRocks has not installed; nil: that is not it.
---@param manifest table
---@param failure any
---@return string|nil line
function state.explain(manifest, failure)
  local module = tostring(failure):match "module '([^'\n]+)' not found"
  local lacking = module and could_be_in_rock(manifest, module) and
    state.lacking(manifest)
  return lacking and absent_line(manifest, module, lacking) or nil
end

--- From now on `require` says that, in this actor.
---@param manifest table
function state.guard(manifest)
  local lacking = state.lacking(manifest)
  if not lacking then return end
  table.insert(package.searchers, function(module)
    if could_be_in_rock(manifest, module) then
      error(absent_line(manifest, module, lacking), 0)
    end
  end)
end

--- What the rockspec wants that LuaRocks has not installed, as one text; nil:
--- nothing. It may well be there, installed otherwise.
---@param manifest table
---@return string|nil
function state.lacking(manifest)
  local wants, installed = wanted_lists.read(manifest), tree.read(tree.FOLDER)
  if not wants or not installed then return nil end
  local texts = {}
  for _, wanted in ipairs(wants.dependencies) do
    if not installed:versions(wanted.name) and
       not dependency.PROVIDED[wanted.name] then
      texts[#texts + 1] = wanted.text
    end
  end
  return texts[1] and table.concat(texts, ", ")
end

--- The names of what the rockspec wants, for a shell that completes.
---@return string[]
function state.names()
  local found = project.read()
  local wants, names = found and wanted_lists.read(found) or {}, {}
  for _, list in pairs(wants) do
    for _, wanted in ipairs(list) do
      if not dependency.PROVIDED[wanted.name] then names[wanted.name] = true end
    end
  end
  return lock.names(names)
end

return state
