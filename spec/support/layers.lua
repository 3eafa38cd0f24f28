-- The architecture as checks over a tree of sources: a table from a path
-- ("host/core/mailbox.h") to its text. Each check returns a list of
-- complaints, empty if all is well. spec/layers_spec.lua runs them over the
-- repository, and over small trees with one thing wrong.

local c_source = require "support.c_source"
local cycles = require "support.cycles"
local layer_of = require "support.layer_of"

local layers = {}

local LARGEST = 600 -- lines in a file of C
local FACE = "host/troupe.h" -- one header, for all that an engine may want
local FACE_LARGEST = 1200

local TOP_LEVEL = { host = true, lua = true, scripts = true, spec = true,
  Makefile = true, LICENSE = true, ["README.md"] = true }

-- Ground up. A file may include its own layer and those below it; or just what
-- `sees` lists: the command is a user of the embedding face like any other, and
-- the codec has a part of that face to give.
-- `face` is what of a layer above it a layer is there to fulfil.
local LAYERS = {
  { name = "base", pattern = "^host/base/" },
  { name = "core", pattern = "^host/core/" },
  { name = "codec", pattern = "^host/codec/",
    sees = { "^host/base/", "^host/core/", "^host/troupe%.h$" } },
  { name = "io", pattern = "^host/io/" },
  { name = "script", pattern = "^host/script/" },
  { name = "embed", pattern = "^host/embed/", face = "^host/troupe%.h$" },
  { name = "host", pattern = "^host/[%w_]+%.[ch]$" },
  { name = "terminal", pattern = "^host/terminal/", sees = { "^host/base/" } },
  { name = "command", pattern = "^host/command/",
    sees = { "^host/base/", "^host/terminal/", "^host/troupe%.h$" } },
  { name = "main", pattern = "^host/main%.c$",
    sees = { "^host/command/", "^host/troupe%.h$" } },
}

-- Who may see the headers of a library that we stand on.
local FOREIGN = {
  { headers = { ["lua.h"] = true, ["lauxlib.h"] = true, ["lualib.h"] = true,
      ["luaconf.h"] = true },
    allowed = { "^host/script/", "^host/[%w_]+%.[ch]$" } },
  { headers = { ["uv.h"] = true },
    allowed = { "^host/io/", "^host/base/thread%." } },
  { headers = { ["histedit.h"] = true }, allowed = { "^host/terminal/" } },
}

-- Modules of several files: a part, and the module whose face it shares. The
-- header of a part is private to that module.
local PARTS = {
  ["host/core/worker"] = "host/core/scheduler",
  ["host/core/inbox"] = "host/core/scheduler",
  ["host/core/deadline"] = "host/core/scheduler",
  ["host/core/slice"] = "host/core/scheduler",
  ["host/core/gauge"] = "host/core/scheduler",
  ["host/core/hold"] = "host/core/scheduler",
  ["host/core/engine"] = "host/core/scheduler",
  ["host/core/step"] = "host/core/scheduler",
  ["host/core/quiet"] = "host/core/scheduler",
  ["host/core/meter"] = "host/core/scheduler",
  ["host/core/pin"] = "host/core/scheduler",
  ["host/core/room"] = "host/core/scheduler",
  ["host/core/scheduled"] = "host/core/scheduler",
  ["host/core/registration"] = "host/core/registry",
  ["host/core/registry_groups"] = "host/core/registry",
  ["host/core/registry_look"] = "host/core/registry",
  ["host/script/reload_parts"] = "host/script/reload",
  ["host/script/reload_chain"] = "host/script/reload",
}

-- File-scope variables that had to be, each with its reason.
local HEAP = "the heap that it counts belongs to the process"
local STREAM = "the library's stand for the process's own"
local FATAL = "a thread that fails may belong to no host"
local QUIET = "a spec asks after quiet in the process, not in one host"
local VARIABLES = {
  ["host/base/memory.c:live"] = HEAP,
  ["host/base/memory.c:source"] = HEAP,
  ["host/base/memory.c:source_context"] = HEAP,
  ["host/base/memory.c:settled"] = HEAP,
  ["host/base/check.c:hook"] = FATAL,
  ["host/base/check.c:told"] = FATAL,
  ["host/base/memory.c:left"] = HEAP,
  ["host/base/memory.c:failure_rate"] = HEAP,
  ["host/base/memory.c:failure_draws"] = HEAP,
  ["host/base/shim.c:shim_stdin"] = STREAM,
  ["host/base/shim.c:shim_stdout"] = STREAM,
  ["host/base/shim.c:shim_stderr"] = STREAM,
  ["host/base/shim.h:shim_stdin"] = STREAM,
  ["host/base/shim.h:shim_stdout"] = STREAM,
  ["host/base/shim.h:shim_stderr"] = STREAM,
  ["host/io/stream.c:alive"] = QUIET,
}

local function sorted_sources(tree)
  local paths = {}
  for path in pairs(tree) do
    if path:find("^host/.*%.[ch]$") then paths[#paths + 1] = path end
  end
  table.sort(paths)
  return paths
end

-- Collects what inspect(path, text, complain) has to say on each file of C.
local function complaints(tree, inspect)
  local found = {}
  local function complain(format, ...)
    found[#found + 1] = format:format(...)
  end
  for _, path in ipairs(sorted_sources(tree)) do
    inspect(path, tree[path], complain)
  end
  return found
end

--- Nothing lies at the top but what the design names.
function layers.top_level(tree)
  local found, seen = {}, {}
  for path in pairs(tree) do
    local top = path:match("^[^/]+")
    if not (TOP_LEVEL[top] or seen[top] or top:sub(1, 1) == ".") then
      seen[top] = true
      found[#found + 1] = top .. ": not expected at the top level"
    end
  end
  table.sort(found)
  return found
end

--- Every file of C belongs to a layer, and includes no higher one.
function layers.order(tree)
  return complaints(tree, function(path, text, complain)
    local own = layer_of(LAYERS, path)
    if not own then
      return complain("%s: belongs to no layer", path)
    end
    for _, include in ipairs(c_source.includes(text)) do
      local target = include.own and "host/" .. include.name
      local layer = target and layer_of(LAYERS, target)
      if target and not tree[target] then
        complain("%s:%d: no %s (paths are rooted at host/)", path,
          include.line, target)
      elseif layer and layer > own and not LAYERS[own].sees and
        not target:find(LAYERS[own].face or "^$") then
        complain("%s:%d: %s includes %s, a higher layer", path, include.line,
          LAYERS[own].name, target)
      end
    end
  end)
end

local function matches_one(path, patterns)
  for _, pattern in ipairs(patterns) do
    if path:find(pattern) then return true end
  end
  return false
end

--- A layer that stands beside others sees what it is allowed only.
function layers.face(tree)
  return complaints(tree, function(path, text, complain)
    local own = LAYERS[layer_of(LAYERS, path) or 1]
    for _, include in ipairs(c_source.includes(text)) do
      local target = "host/" .. include.name
      if include.own and own.sees and not target:find(own.pattern) and
        not matches_one(target, own.sees) then
        complain("%s:%d: %s may not see %s", path, include.line, own.name,
          target)
      end
    end
  end)
end

--- The headers of libraries stay where they belong.
function layers.foreign(tree)
  return complaints(tree, function(path, text, complain)
    for _, include in ipairs(c_source.includes(text)) do
      for _, library in ipairs(FOREIGN) do
        if library.headers[include.name] and
          not matches_one(path, library.allowed) then
          complain("%s:%d: may not see %s", path, include.line, include.name)
        end
      end
    end
  end)
end

local function module_of(path)
  local stem = path:gsub("%.[ch]$", "")
  return PARTS[stem] or stem
end

--- A private header is seen by its own module only.
function layers.parts(tree)
  return complaints(tree, function(path, text, complain)
    for _, include in ipairs(c_source.includes(text)) do
      local target = "host/" .. include.name
      local part = include.own and PARTS[target:gsub("%.h$", "")]
      if part and module_of(path) ~= part then
        complain("%s:%d: %s is private to %s", path, include.line, target,
          part)
      end
    end
  end)
end

-- A module is a .h, a .c and its parts; its edges are what they include.
local function module_graph(tree)
  local graph, names = {}, {}
  for _, path in ipairs(sorted_sources(tree)) do
    local module = module_of(path)
    if not graph[module] then
      graph[module] = {}
      names[#names + 1] = module
    end
    for _, include in ipairs(c_source.includes(tree[path])) do
      local target = module_of("host/" .. include.name)
      local known = graph[module][target]
      if include.own and target ~= module and not known then
        graph[module][target] = true
        table.insert(graph[module], target)
      end
    end
  end
  return graph, names
end

--- No two modules need each other, directly or by a detour.
function layers.cycles(tree)
  return cycles.find(module_graph(tree))
end

function layers.size(tree)
  return complaints(tree, function(path, text, complain)
    local _, lines = text:gsub("\n", "")
    local largest = path == FACE and FACE_LARGEST or LARGEST
    if lines > largest then
      complain("%s: %d lines, %d at most", path, lines, largest)
    end
  end)
end

--- Everything hangs off a struct, so that two hosts fit in one process.
function layers.variables(tree)
  return complaints(tree, function(path, text, complain)
    if path == "host/main.c" then return end
    for _, variable in ipairs(c_source.variables(text)) do
      if not VARIABLES[path .. ":" .. variable.name] then
        complain("%s:%d: variable %s outlives its function", path,
          variable.line, variable.name)
      end
    end
  end)
end

return layers
