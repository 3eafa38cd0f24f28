--- troupe deps list

local dependency = require "troupe.cli.deps.dependency"
local lock = require "troupe.cli.deps.lock"
local session = require "troupe.cli.deps.session"
local state = require "troupe.cli.deps.state"

local HEAD = { "ROCK", "WANTED", "INSTALLED", "LOCKED" }

local function locked_version(self, name)
  for _, map in pairs(self.lock or {}) do
    for key, version in pairs(map) do
      if key:match "[^/]+$" == name then return version end
    end
  end
  return "-"
end

local function row(self, name, wanted)
  local there = self.tree:versions(name)
  return { name, wanted, there and table.concat(there, " ") or "-",
    locked_version(self, name) }
end

local function add_wanted(self, rows, seen, key)
  for _, wanted in ipairs(self.wants[key]) do
    local name = wanted.name
    if not dependency.PROVIDED[name] and not seen[name] then
      seen[name] = true
      local text = wanted.constraint == "" and "any" or wanted.constraint
      rows[#rows + 1] = row(self, name,
        text .. (key == "dependencies" and "" or " (test)"))
    end
  end
end

-- Who needs the others, so far as one can see.
local function add_others(self, rows, seen)
  local found, why = self.tree:walk(self:roots(), self.project.file)
  if not found then return nil, why end
  local names = {}
  for name in pairs(found.wants) do names[name] = true end
  for _, rock in ipairs(self.tree:all()) do names[rock[1]] = true end
  for _, map in pairs(self.lock or {}) do
    for key in pairs(map) do names[key:match "[^/]+$"] = true end
  end
  for _, name in ipairs(lock.names(names)) do
    local want = found.wants[name] and found.wants[name][1]
    if not seen[name] and not dependency.PROVIDED[name] then
      rows[#rows + 1] = row(self, name,
        want and "by " .. want.by or "by nobody here")
    end
  end
  return true
end

local function print_rows(rows)
  local widths = {}
  for _, one in ipairs(rows) do
    for column, text in ipairs(one) do
      widths[column] = math.max(widths[column] or 0, #text)
    end
  end
  for _, one in ipairs(rows) do
    local cells = {}
    for column, text in ipairs(one) do
      cells[column] = text .. (" "):rep(widths[column] - #text)
    end
    print((table.concat(cells, "  "):gsub("%s+$", "")))
  end
end

local function departures(self)
  local lines, why = state.lock_departures(self.project)
  if not lines then return nil, why end
  local more
  more, why = state.tree_departures()
  if not more then return nil, why end
  if not self.lock and #self:roots() > 0 and state.lacking(self.project) then
    more[1] = ("no %s here (run troupe deps get)"):format(lock.FILE)
  end
  return table.move(more, 1, #more, #lines + 1, lines)
end

return {
  name = "list",
  summary = "tell what is wanted, installed and locked",
  help = [[
A line for each rock, and below, a line each, where the rockspec, luarocks.lock
and lua_modules/ depart from each other, and what to run.]],
  options = { { name = "test", help = "test_dependencies too" } },
  run = function(arguments, context)
    local self <close>, why = session.open(context, arguments)
    if not self then return nil, why end
    local rows, seen = { HEAD }, {}
    add_wanted(self, rows, seen, "dependencies")
    if self.tested then add_wanted(self, rows, seen, "test_dependencies") end
    local good, lines
    good, why = add_others(self, rows, seen)
    if not good then return nil, why end
    lines, why = departures(self)
    if not lines then return nil, why end
    if #rows > 1 then
      print_rows(rows)
    else
      print(context.project.file .. " asks for no rocks")
    end
    for _, line in ipairs(lines) do print(line) end
  end,
}
