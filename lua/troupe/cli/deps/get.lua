--- troupe deps get

local lock = require "troupe.cli.deps.lock"
local session = require "troupe.cli.deps.session"
local tree = require "troupe.cli.deps.tree"

local function tell(self)
  local count = #self.tree:all()
  print(("%s has %d rock%s, as %s says"):format(tree.FOLDER, count,
    count == 1 and "" or "s", lock.FILE))
end

local function resolve(self)
  local found, why = self:resolve(self:roots())
  if not found then return nil, why end
  local good
  good, why = self:finish(found)
  if not good then return nil, why end
  return tell(self)
end

-- What rocks want that the lock does not have.
local function check_whole(self, wanted)
  local found, why = self.tree:walk(wanted, self.project.file)
  if not found then return nil, why end
  local name = lock.names(found.lacking)[1]
  if not name then return true end
  local want = found.wants[name][#found.wants[name]]
  return nil, ("%s: has nothing for %s, which %s wants (run troupe deps " ..
    "update %s)"):format(lock.FILE, want.wanted.text, want.by, name)
end

local function follow(self, tested)
  local line = lock.departures(self.lock, self.wants, self.project.file)[1]
  if line then return nil, line end
  local good, why = self:follow(nil, tested)
  if not good then return nil, why end
  self.tested = tested
  good, why = check_whole(self, self:roots())
  if not good then return nil, why end
  good, why = self:commit()
  if not good then return nil, why end
  return tell(self)
end

return {
  name = "get",
  summary = "install what the rockspec asks for into lua_modules/",
  help = [[
With a lock file, luarocks.lock, exactly the versions that it names, and no
other rock stays; without one the newest that fit, and the lock is written: it
belongs to the project's sources, so that all who work on it have the same.]],
  options = {
    { name = "server", value = "FOLDER",
      help = "only from there: it has a manifest; or it is a URL" },
    { name = "test", help = "test_dependencies too" },
    { name = "locked", help = "fail if there is no lock file" },
  },
  run = function(arguments, context)
    local self <close>, why = session.open(context, arguments)
    if not self then return nil, why end
    local lists = self.lock
    local unlocked = not lists and lock.FILE or arguments.test and
      not lists.test_dependencies and "test_dependencies in " .. lock.FILE
    if not unlocked then return follow(self, arguments.test) end
    if arguments.locked then
      return nil, ("no %s here (run troupe deps get without --locked)")
        :format(unlocked)
    end
    if lists then
      local good
      good, why = self:follow()
      if not good then return nil, why end
    end
    return resolve(self)
  end,
}
