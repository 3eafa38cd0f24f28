--- Whether the modules of a project are where their names say, one a file. Not
--- for scripts: see troupe check.

local effects = require "troupe.cli.check.effects"
local shell = require "troupe.cli.shell"

local modules = {}

--- The module that a file in lua/ is.
---@param file string
---@return string|nil
function modules.name(file)
  local path = file:match "^lua/(.+)%.lua$"
  if path and path:find "_spec$" then return nil end
  return path and path:gsub("/init$", ""):gsub("/", ".")
end

-- --- Line by line ------------------------------------------------------------

local QUOTED = [[["']([%w_.%-]+)["']%]?]]

local function check_name(add, file, at, line)
  local own = modules.name(file)
  if not own then return end
  local tag = line:match "^%s*%-%-+%s*@module%s+([%w_.]+)"
  if tag and tag ~= own then
    add("%s:%d: expected @module %s, as the file is named, got %s", file, at,
      own, tag)
  end
  if line:find "^%s*%-%-" then return end
  local metatable = line:match("__module%s*=%s*" .. QUOTED)
  if metatable and metatable ~= own then
    add('%s:%d: expected __module to be "%s", as the file is named, got "%s"',
      file, at, own, metatable)
  end
  local other = line:match("package%.preload%s*%[?%.?([^%s%]=]+)%]?%s*=") or
    line:match("package%.loaded%s*%[" .. QUOTED .. "%s*=%s*[^=n%s]")
  if other then
    add("%s:%d: expected one module, %s; this makes another", file, at, own)
  end
end

-- A name in the project of a module that is nowhere.
local function check_require(add, file, at, line, top)
  if line:find "^%s*%-%-" then return end
  for name in line:gmatch("%f[%w_]require%s*%(?%s*" .. QUOTED) do
    local wanted = name == top or name:sub(1, #top + 1) == top .. "."
    if wanted and not package.searchpath(name, package.path) and
       not package.searchpath(name, package.cpath) then
      add("%s:%d: no module %s", file, at, name)
    end
  end
end

local function check_lines(add, file, top)
  local at = 0
  for line in ((shell.read(file) or "") .. "\n"):gmatch "(.-)\n" do
    at = at + 1
    check_name(add, file, at, line)
    check_require(add, file, at, line, top)
  end
end

-- --- File by file ------------------------------------------------------------

local function check_place(add, file)
  if file:find "_spec%.lua$" and not file:find "^spec/" then
    add("%s: expected specs to be in spec/", file)
  end
  local other = file:match "^(lua/.+)/init%.lua$"
  if other and shell.exists(other .. ".lua") then
    add("%s: never found: %s.lua is the same module", file, other)
  end
end

-- Globals that the project wants to have, where luacheck is told of them.
local function wanted_globals()
  local fields, wanted = {}, {}
  local chunk = loadfile(".luacheckrc", "t", fields)
  if chunk then pcall(chunk) end
  local named = type(fields.globals) == "table" and fields.globals or {}
  for key, value in pairs(named) do
    wanted[type(key) == "string" and key or value] = true
  end
  return wanted
end

local function check_code(add, file, wanted)
  local found = effects.of(loadfile(file, "t"))
  if modules.name(file) and not found.returns then
    add("%s: expected it to return its module", file)
  end
  for _, global in ipairs(wanted and found.globals or {}) do
    if not wanted[global[1]] then
      add("%s:%d: sets the global %s", file, global[2], global[1])
    end
  end
end

--- Whether each is named as its place says, is one, and finds the others.
---@param add fun(format: string, ...)
---@param files string[]
---@param top string the name before all others
function modules.check(add, files, top)
  for _, file in ipairs(files) do
    if file:find "%.lua$" then
      check_place(add, file)
      check_lines(add, file, top)
    end
  end
end

--- What they do when they are loaded; all are Lua.
---@param add fun(format: string, ...)
---@param files string[]
---@param linted boolean somebody else has looked for globals
function modules.check_code(add, files, linted)
  local wanted = not linted and wanted_globals() or nil
  for _, file in ipairs(files) do
    if file:find "^lua/.*%.lua$" or file:find "^cli/.*%.lua$" then
      check_code(add, file, wanted)
    end
  end
end

return modules
