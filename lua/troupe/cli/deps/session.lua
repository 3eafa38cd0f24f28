--- One change of the rocks of a project: on a copy of its tree, which then
--- takes the tree's place, with the lock file and the rockspec. Not for
--- scripts: see `troupe deps`.

local dependency = require "troupe.cli.deps.dependency"
local lock = require "troupe.cli.deps.lock"
local luarocks = require "troupe.cli.deps.luarocks"
local scratch = require "troupe.cli.deps.scratch"
local shell = require "troupe.cli.shell"
local tree = require "troupe.cli.deps.tree"
local wanted_lists = require "troupe.cli.deps.wanted"

local session = {}
session.__index = session

-- How often what is learned about a clash is tried.
local ROUNDS = 10

--- Begins: reads what is wanted, locked and installed.
---@param context table the command's
---@param arguments table its options: `server`, `test`
---@return table|nil self, string|nil why
function session.open(context, arguments)
  local project = context.project
  local wants, why = wanted_lists.read(project)
  if not wants then return nil, why end
  local lists
  lists, why = lock.read()
  if why then return nil, why end
  local server
  server, why = luarocks.server(arguments.server, context.from)
  if why then return nil, why end
  local found
  found, why = tree.read(tree.FOLDER)
  if not found then return nil, why end
  local tested = arguments.test or lists and lists.test_dependencies ~= nil
  return setmetatable({ project = project, wants = wants, lock = lists,
    server = server, tree = found, former = found, tested = tested },
    session)
end

--- Ends it; what has not been finished has not been.
session.__close = function(self)
  local _ <close> = self.scratch
end

--- All dependencies that count, the tests' with them if they do.
---@return table[]
function session:roots()
  local roots = table.move(self.wants.dependencies, 1,
    #self.wants.dependencies, 1, {})
  if not self.tested then return roots end
  local tests = self.wants.test_dependencies
  return table.move(tests, 1, #tests, #roots + 1, roots)
end

--- Makes the copy to work on, and LuaRocks ready; does nothing if they are.
---@param empty boolean|nil nothing is copied
---@return boolean|nil done, string|nil why
function session:begin(empty)
  if self.scratch then return true end
  local why
  self.scratch, why = scratch.open()
  if not self.scratch then return nil, why end
  self.luarocks, why = luarocks.open(self.scratch, self.server)
  if not self.luarocks then return nil, why end
  if not empty then
    local good
    good, why = self.scratch:fill()
    if not good then return nil, why end
  end
  return self:look()
end

function session:look()
  local found, why = tree.read(self.scratch.tree)
  self.tree = found or self.tree
  return found ~= nil, why
end

local function see_log(why)
  return ("%s (see %s)"):format(why, luarocks.LOG)
end

-- Those that `keeps` does not want.
function session:prune(keeps)
  for _, rock in ipairs(self.tree:all()) do
    if not keeps(rock[1], rock[2]) then
      local good, why = self:begin()
      if not good then return nil, why end
      local said
      good, said = self.luarocks:remove(rock[1], rock[2])
      if not good then return nil, see_log(luarocks.explain(said)) end
    end
  end
  return not self.scratch or self:look()
end

-- --- As the lock says --------------------------------------------------------

-- All that it names but Lua itself, by name: what to ask for, and the version.
local function locked(lists, tested)
  local all = {}
  for key, map in pairs(lists) do
    for name, version in pairs(map) do
      local bare = name:match "[^/]+$"
      if not dependency.PROVIDED[bare] and
         (tested or key ~= "test_dependencies") then
        all[bare] = { name, version }
      end
    end
  end
  return all
end

-- What is missing of these, those last that the rockspec itself wants: they
-- need others, and would get the newest of them. (LuaRocks follows a lock file
-- by itself, but the commands that it installs then find no modules.)
function session:exactly(wanted)
  local first, last, direct = {}, {}, {}
  for _, one in ipairs(self:roots()) do direct[one.name] = true end
  for _, name in ipairs(lock.names(wanted)) do
    local key, version = table.unpack(wanted[name])
    if not self.tree:has(name, version) then
      table.insert(direct[name] and last or first, key .. " == " .. version)
    end
  end
  return table.move(last, 1, #last, #first + 1, first)
end

-- Exactly: none but these, and these.
local function is_kept(kept)
  return function(name, version)
    return kept[name] ~= nil and kept[name][2] == version
  end
end

--- Brings the tree to what the lock says, but for the rocks in `but`.
---@param but table|nil names
---@param tested boolean|nil the rocks of the tests are wanted
---@return boolean|nil done, string|nil why
function session:follow(but, tested)
  local kept, wanted = locked(self.lock, true), locked(self.lock, tested)
  for _, name in ipairs(lock.names(but or {})) do
    kept[name], wanted[name] = nil, nil
  end
  local good, why = self:prune(is_kept(kept))
  if not good then return nil, why end
  local missing = self:exactly(wanted)
  if #missing == 0 then return true end
  good, why = self:begin()
  if not good then return nil, why end
  local said
  good, said = self.luarocks:install(missing)
  if not good then return nil, see_log(luarocks.explain(said)) end
  good, why = self:look()
  if not good then return nil, why end
  return self:prune(is_kept(kept))
end

-- --- As is wanted ------------------------------------------------------------

local function clash_line(wants)
  local parts = {}
  for index, want in ipairs(wants) do
    parts[index] = ("%s wants %s"):format(want.by, want.wanted.text)
  end
  return table.concat(parts, ", ")
end

-- The first of a walk's names that something is wrong with.
local function first_lacking(found)
  return lock.names(found.lacking)[1]
end

-- What all who want it want of it.
local function joined(wants)
  local all = {}
  for index, want in ipairs(wants) do all[index] = want.wanted end
  return dependency.join(all)
end

-- LuaRocks takes the newest for the first who wants a rock, and another for
-- who cannot do with that. So what all want of it together is asked for first.
function session:settle_clash(found, name, learned)
  if not self.tree:versions(name) then return true end
  local wants = found.wants[name]
  local all = joined(wants)
  if learned[name] and learned[name].all.text == all.text then return nil end
  learned[name] = { all = all, wants = wants }
  return self:prune(function(other) return other ~= name end)
end

local function learned_first(learned, roots)
  local texts = {}
  for index, name in ipairs(lock.names(learned)) do
    texts[index] = learned[name].all.text
  end
  for _, wanted in ipairs(roots) do texts[#texts + 1] = wanted.text end
  return texts
end

local NONE_FITS = ": no version is good for all"

-- Nothing was found, perhaps because of what several want together.
local function explain(said, learned)
  local why = luarocks.explain(said)
  local name = why:match "^cannot find (%S+) .*: no rocks server"
  if name and learned[name] then
    return clash_line(learned[name].wants) .. NONE_FITS
  end
  return see_log(why)
end

--- Installs what is missing, the newest that fits; what is there and fits
--- stays. Returns the walk from these roots.
---@param roots table[]
---@return table|nil found, string|nil why
function session:resolve(roots)
  local learned, found = {}, nil
  for _ = 1, ROUNDS do
    local good, why, said
    found, why = self.tree:walk(roots, self.project.file)
    if not found then return nil, why end
    local name = first_lacking(found)
    if not name then return found end
    if dependency.PROVIDED[name] then
      return nil, clash_line(found.wants[name]) .. ", but this is Lua 5.4"
    end
    good, why = self:begin()
    if not good then return nil, why end
    good, why = self:settle_clash(found, name, learned)
    if not good then
      return nil, why or clash_line(found.wants[name]) .. NONE_FITS
    end
    good, said = self.luarocks:install(learned_first(learned, roots))
    if not good then return nil, explain(said, learned) end
    good, why = self:look()
    if not good then return nil, why end
  end
  return nil, clash_line(found.wants[first_lacking(found)]) ..
    ": no choice was found that is good for all"
end

-- --- The end -----------------------------------------------------------------

-- What the lock says of the rocks that these need.
local function locked_map(found)
  local map = {}
  for name, version in pairs(found.chosen) do
    map[joined(found.wants[name]).key] = version
  end
  return map
end

-- Each key has all that it needs, as LuaRocks installs them one by one.
function session:lists()
  local lists = {}
  for key, map in pairs(self.lock or {}) do lists[key] = map end
  for _, key in ipairs { "dependencies", "test_dependencies" } do
    if key == "dependencies" or self.tested then
      local found, why = self.tree:walk(self.wants[key], self.project.file)
      if not found then return nil, why end
      lists[key] = locked_map(found)
    end
  end
  return lists
end

--- Removes what nobody needs, and makes it true: the tree, the text of the
--- rockspec if there is a new one, the lock.
---@param found table the walk from all roots
---@param text string|nil
---@return boolean|nil done, string|nil why
function session:finish(found, text)
  local good, why = self:prune(function(name, version)
    return found.chosen[name] == version
  end)
  if not good then return nil, why end
  local lists
  lists, why = self:lists()
  if not lists then return nil, why end
  good, why = self:commit(text)
  if not good then return nil, why end
  local former = shell.read(lock.FILE)
  good, why = lock.write(lists)
  if not good then return nil, why end
  if shell.read(lock.FILE) ~= former then print("wrote " .. lock.FILE) end
  return true
end

function session:tell_removed()
  for _, rock in ipairs(self.former:all()) do
    local name, version = rock[1], rock[2]
    if not self.tree:has(name, version) then
      print(("removed %s %s"):format(name, version))
    end
  end
end

--- The tree and the rockspec of that, without the lock.
---@param text string|nil
---@return boolean|nil done, string|nil why
function session:commit(text)
  if self.scratch then
    local good, why = self.scratch:finish()
    if not good then return nil, why end
    self:tell_removed()
  end
  if not text then return true end
  local good, why = shell.replace(self.project.file, text)
  if good then print("wrote " .. self.project.file) end
  return good, why
end

return session
