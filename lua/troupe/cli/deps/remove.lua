--- troupe deps remove

local near = require "troupe.console.near"
local rockspec = require "troupe.cli.deps.rockspec"
local session = require "troupe.cli.deps.session"
local shell = require "troupe.cli.shell"
local state = require "troupe.cli.deps.state"

-- Takes it out of the list.
local function unwant(self, key, word)
  local name, names, list = word:lower():match "[^/]*$", {}, self.wants[key]
  for index, wanted in ipairs(list) do
    if wanted.name == name then
      table.remove(list, index)
      return name
    end
    names[index] = wanted.name
  end
  local meant = near.of(name, names)
  return nil, ("%s: %s has no %s%s"):format(self.project.file, key, word,
    meant and "; did you mean " .. meant .. "?" or "")
end

-- Another rock may need it. What is wanted but not there is none's business.
local function check_needed(self, name)
  local found, why = self.tree:walk(self:roots(), self.project.file)
  if not found then return nil, why end
  for _, want in ipairs(found.wants[name] or {}) do
    if want.by ~= self.project.file then
      return nil, ("cannot remove %s: %s needs it"):format(name, want.by)
    end
  end
  return found
end

local function remove(self, key, word)
  local name, why = unwant(self, key, word)
  if not name then return nil, why end
  local good, found, text
  if self.lock then
    good, why = self:follow(nil, self.tested)
    if not good then return nil, why end
  end
  found, why = check_needed(self, name)
  if not found then return nil, why end
  text, why = shell.read(self.project.file)
  if not text then return nil, why end
  text, why = rockspec.drop(self.project, text, key, name)
  if not text then return nil, why end
  -- Who has never installed anything has no lock to keep true.
  if not self.lock and next(found.lacking) then return self:commit(text) end
  return self:finish(found, text)
end

return {
  name = "remove",
  summary = "take a dependency out of the rockspec",
  choices = state.names,
  usage = "NAME",
  help = [[
It is removed from lua_modules/ and the lock file, with what nobody else
needs. Nothing is changed if another rock needs it.]],
  options = {
    { name = "server", value = "FOLDER",
      help = "get what is missing only from there; or a URL" },
    { name = "test", help = "from test_dependencies" },
  },
  run = function(arguments, context)
    local self <close>, why = session.open(context, arguments)
    if not self then return nil, why end
    local good
    good, why = remove(self, arguments.test and "test_dependencies" or
      "dependencies", arguments[1])
    if not good then return nil, why end
  end,
}
