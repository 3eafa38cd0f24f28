-- The same as layers.lua for the part of the library that is Lua: checks over
-- a tree of sources, each a list of complaints, empty if all is well.

local cycles = require "support.cycles"
local layer_of = require "support.layer_of"

local lua_layers = {}

local LARGEST = 600 -- lines in a file

-- Ground up. A module may require those of its own layer and those below it.
-- What is no other is the library, which scripts see.
local LAYERS = {
  { name = "library", pattern = "^troupe" },
  { name = "console", pattern = "^troupe%.console" },
  { name = "test", pattern = "^troupe%.test%f[.\0]" },
  { name = "cli", pattern = "^troupe%.cli" },
}

-- A folder of the commands' parts is the command's own, but for what says
-- whether the rocks are there.
local SHARED = { ["troupe.cli.deps.state"] = true }
local COMMON = { commands = true }

local function name_of(path)
  local name = path:match "^lua/(troupe.*)%.lua$"
  return name and name:gsub("/init$", ""):gsub("/", ".") or nil
end

-- What it requires of ours, {module, line} each.
local function requires_of(text)
  local found, number = {}, 0
  for line in text:gmatch "([^\n]*)\n?" do
    number = number + 1
    local code = line:gsub("^%s*%-%-.*", "")
    for module in code:gmatch '%f[%w_]require[ (]*"(troupe[%w_.]*)"' do
      found[#found + 1] = { module, number }
    end
  end
  return found
end

-- Paths and names, sorted, and what each requires.
local function modules_of(tree)
  local modules = {}
  for path, text in pairs(tree) do
    local name = name_of(path)
    if name then
      modules[#modules + 1] = { path = path, name = name,
        requires = requires_of(text) }
    end
  end
  table.sort(modules, function(one, other) return one.name < other.name end)
  return modules
end

local function complaints(tree, inspect)
  local found = {}
  for _, module in ipairs(modules_of(tree)) do
    for _, required in ipairs(module.requires) do
      local text = inspect(module.name, required[1])
      if text then
        found[#found + 1] = ("%s:%d: %s"):format(module.path, required[2],
          text)
      end
    end
  end
  return found
end

--- Nothing requires what is above it.
function lua_layers.order(tree)
  return complaints(tree, function(name, required)
    local own, other = layer_of(LAYERS, name), layer_of(LAYERS, required)
    return other > own and ("%s requires %s, a higher layer"):format(
      LAYERS[own].name, required) or nil
  end)
end

--- What only one command needs is required by that, and by its own parts.
function lua_layers.parts(tree)
  return complaints(tree, function(name, required)
    local command = required:match "^troupe%.cli%.([%w_]+)%."
    local own = name == "troupe.cli.commands." .. (command or "") or
      name:find("troupe.cli." .. (command or "") .. ".", 1, true) == 1
    if not command or COMMON[command] or SHARED[required] or own then
      return nil
    end
    return ("%s is a part of troupe %s"):format(required, command)
  end)
end

--- No two modules need each other, directly or by a detour.
function lua_layers.cycles(tree)
  local graph, names = {}, {}
  for index, module in ipairs(modules_of(tree)) do
    names[index], graph[module.name] = module.name, {}
    for _, required in ipairs(module.requires) do
      table.insert(graph[module.name], required[1])
    end
  end
  return cycles.find(graph, names)
end

function lua_layers.size(tree)
  local found = {}
  for _, module in ipairs(modules_of(tree)) do
    local _, lines = tree[module.path]:gsub("\n", "")
    if lines > LARGEST then
      found[#found + 1] = ("%s: %d lines, %d at most"):format(module.path,
        lines, LARGEST)
    end
  end
  return found
end

return lua_layers
