--- troupe deps add

local dependency = require "troupe.cli.deps.dependency"
local rockspec = require "troupe.cli.deps.rockspec"
local session = require "troupe.cli.deps.session"
local shell = require "troupe.cli.shell"

local function find(list, name)
  for index, wanted in ipairs(list) do
    if wanted.name == name then return index, wanted end
  end
end

-- In the place of the one of that name, if there is one.
local function want(self, key, wanted)
  local list = self.wants[key]
  local index, former = find(list, wanted.name)
  if former and wanted.constraint == "" then
    return nil, ("%s: %s has %s already"):format(self.project.file, key,
      former.text)
  end
  list[index or #list + 1] = wanted
  return index or #list
end

-- What is there stays as it is, but for what does not fit any more.
local function prepare(self, wanted)
  if not self.lock then return true end
  local version = self.lock.dependencies and
    self.lock.dependencies[wanted.name]
  local but = version and not dependency.fits(wanted, version) and
    { [wanted.name] = true }
  return self:follow(but or nil, self.tested)
end

-- Nothing was said of versions: those that are compatible with this one.
local function with_constraint(wanted, found)
  if wanted.constraint ~= "" or not found.chosen[wanted.name] then
    return wanted
  end
  return assert(dependency.read(wanted.key .. " " ..
    dependency.compatible(found.chosen[wanted.name])))
end

local function add(self, key, wanted)
  local index, why = want(self, key, wanted)
  if not index then return nil, why end
  local good, found, text
  good, why = prepare(self, wanted)
  if not good then return nil, why end
  found, why = self:resolve(self:roots())
  if not found then return nil, why end
  wanted = with_constraint(wanted, found)
  self.wants[key][index] = wanted
  text, why = shell.read(self.project.file)
  if not text then return nil, why end
  text, why = rockspec.put(self.project, text, key, wanted)
  if not text then return nil, why end
  return self:finish(found, text)
end

return {
  name = "add",
  summary = "add a dependency to the rockspec, and install it",
  usage = "NAME [CONSTRAINT...]",
  help = [[
The newest version that fits is installed and locked, with what it needs. A
CONSTRAINT is as in rockspecs, ">= 1.2, < 2"; without one later versions will
do as long as the first number is the same (below 1.0, the first two). For a
NAME that is in the list already the CONSTRAINT is changed. If no rock can be
found, nothing is changed.]],
  options = {
    { name = "server", value = "FOLDER",
      help = "only from there: it has a manifest; or it is a URL" },
    { name = "test", help = "to test_dependencies" },
  },
  run = function(arguments, context)
    local self <close>, why = session.open(context, arguments)
    if not self then return nil, why end
    local wanted, good
    wanted, why = dependency.read(table.concat(arguments, " "))
    if not wanted then return nil, why end
    good, why = add(self, arguments.test and "test_dependencies" or
      "dependencies", wanted)
    if not good then return nil, why end
  end,
}
