--- troupe deps update

local dependency = require "troupe.cli.deps.dependency"
local lock = require "troupe.cli.deps.lock"
local near = require "troupe.console.near"
local session = require "troupe.cli.deps.session"
local state = require "troupe.cli.deps.state"

-- All names that can be given.
local function known(self)
  local names = {}
  for _, wanted in ipairs(self:roots()) do names[wanted.name] = true end
  for _, rock in ipairs(self.tree:all()) do names[rock[1]] = true end
  for _, map in pairs(self.lock or {}) do
    for name in pairs(map) do names[name:match "[^/]+$"] = true end
  end
  return names
end

local function read_names(self, words)
  local names, all = {}, known(self)
  for _, word in ipairs(words) do
    local name = word:lower():match "[^/]*$"
    if not all[name] then
      local meant = near.of(name, lock.names(all))
      return nil, ("no dependency %s%s"):format(word,
        meant and "; did you mean " .. meant .. "?" or "")
    end
    names[name] = true
  end
  return names
end

-- Those too of which the lock has what the rockspec no longer wants.
local function add_departed(self, names)
  for _, wanted in ipairs(self:roots()) do
    for _, map in pairs(self.lock) do
      local version = map[wanted.key] or map[wanted.name]
      if version and not dependency.fits(wanted, version) then
        names[wanted.name] = true
      end
    end
  end
end

local function forget(self, words)
  if #words == 0 then return self:begin(true) end
  local names, why = read_names(self, words)
  if not names then return nil, why end
  if not self.lock then
    return self:prune(function(name) return not names[name] end)
  end
  add_departed(self, names)
  return self:follow(names, self.tested)
end

return {
  name = "update",
  summary = "take the newest versions that fit, and lock them",
  choices = state.names,
  usage = "[NAME...]",
  help = [[
Without a NAME, of all rocks, which are installed afresh; else of those only:
the others stay as they are, so far as that is possible.]],
  options = {
    { name = "server", value = "FOLDER",
      help = "only from there: it has a manifest; or it is a URL" },
    { name = "test", help = "test_dependencies too" },
  },
  run = function(arguments, context)
    local self <close>, why = session.open(context, arguments)
    if not self then return nil, why end
    local good, found
    good, why = forget(self, arguments)
    if not good then return nil, why end
    found, why = self:resolve(self:roots())
    if not found then return nil, why end
    good, why = self:finish(found)
    if not good then return nil, why end
  end,
}
