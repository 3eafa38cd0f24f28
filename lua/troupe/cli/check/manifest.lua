--- Whether a rockspec is one of format 3.0, and fits the files that there are.
--- Not for scripts: see troupe check.

local core = require "troupe.core"
local modules = require "troupe.cli.check.modules"
local near = require "troupe.console.near"
local shell = require "troupe.cli.shell"

local manifest = {}

-- What a field is: a type, "list" of strings, or fields of its own.
local FIELDS = {
  rockspec_format = "string", package = "string", version = "string",
  description = { summary = "string", detailed = "string", license = "string",
    homepage = "string", issues_url = "string", maintainer = "string",
    labels = "list" },
  supported_platforms = "list", dependencies = "list",
  build_dependencies = "list", test_dependencies = "list",
  external_dependencies = "table", source = "table", build = "table",
  test = "table", hooks = "table", deploy = "table",
}

-- Where a text first is, for who looks for it.
local function place(project, needle)
  local at = project.text:find(needle, 1, true)
  if not at then return project.file end
  local _, lines = project.text:sub(1, at):gsub("\n", "")
  return ("%s:%d"):format(project.file, lines + 1)
end

local function place_of(project, field)
  local text = "\n" .. project.text
  local at = text:find("\n[ \t]*" .. field .. "[ \t]*=") or
    text:find("%f[%w_]" .. field .. "[ \t]*=")
  if not at then return project.file end
  local _, lines = text:sub(1, at):gsub("\n", "")
  return ("%s:%d"):format(project.file, math.max(lines, 1))
end

-- --- Fields ------------------------------------------------------------------

local function is_list(value)
  if type(value) ~= "table" then return false end
  for key, one in pairs(value) do
    -- Others for each platform may be there.
    if key ~= "platforms" and
       (math.type(key) ~= "integer" or type(one) ~= "string") then
      return false
    end
  end
  return true
end

local function check_field(add, project, name, value, wanted)
  local good = wanted == "list" and is_list(value) or type(value) == wanted
  if good then return end
  add("%s: expected %s to be a %s, got %s", place_of(project, name), name,
    wanted == "list" and "list of strings" or wanted, core.describe(value))
end

local function sorted_keys(fields)
  local keys = {}
  for key in pairs(fields) do keys[#keys + 1] = tostring(key) end
  table.sort(keys)
  return keys
end

local function check_fields(add, project, fields, known)
  for _, name in ipairs(sorted_keys(fields)) do
    local wanted, value = known[name], fields[name]
    if type(wanted) == "table" and type(value) == "table" then
      check_fields(add, project, value, wanted)
    elseif wanted then
      check_field(add, project, name, value,
        type(wanted) == "table" and "table" or wanted)
    else
      local meant = near.of(name, sorted_keys(known))
      add("%s: unknown field %s%s", place_of(project, name), name,
        meant and "; did you mean " .. meant .. "?" or "")
    end
  end
end

local function check_source(add, project)
  local source = project.fields.source
  if source == nil then
    add("%s: expected a field source", project.file)
  elseif type(source) == "table" and type(source.url) ~= "string" then
    add("%s: expected source.url to be a string, got %s",
      place_of(project, "source"), core.describe(source.url))
  end
end

-- --- Names -------------------------------------------------------------------

local function check_names(add, project)
  local format = project.fields.rockspec_format
  if format ~= "3.0" then
    add('%s: expected rockspec_format to be "3.0", got %s',
      place_of(project, "rockspec_format"), core.describe(format))
  end
  if not project.version:find "^[%w.]+%-%d+$" then
    add('%s: expected version to be like "1.0-1", got "%s"',
      place_of(project, "version"), project.version)
  end
  local name = ("%s-%s.rockspec"):format(project.package:lower(),
    project.version)
  if project.file ~= name then
    add("%s: expected it to be named %s, as package and version say",
      project.file, name)
  end
end

-- --- Modules -----------------------------------------------------------------

local function check_module(add, project, name, file)
  if not shell.exists(file) then
    add("%s: there is no %s, which is to be %s", place(project, file), file,
      name)
  elseif modules.name(file) and modules.name(file) ~= name then
    add("%s: expected %s to be listed as %s, as the file is named, got %s",
      place(project, file), file, modules.name(file), name)
  end
end

-- All files that are named, as keys.
local function listed(add, project, build)
  local files = {}
  for _, name in ipairs(sorted_keys(build.modules)) do
    local file = build.modules[name]
    if type(file) == "string" then
      files[file] = true
      check_module(add, project, name, file)
    end
  end
  local install = type(build.install) == "table" and build.install or {}
  for _, kind in ipairs { "lua", "lib", "bin", "conf" } do
    local named = type(install[kind]) == "table" and install[kind] or {}
    for _, key in ipairs(sorted_keys(named)) do
      local file = named[key] or named[tonumber(key)]
      files[file] = true
      if not shell.exists(file) then
        add("%s: there is no %s, which is to be installed",
          place(project, file), file)
      end
    end
  end
  return files
end

-- Where none is listed, LuaRocks takes all.
local function check_build(add, project, files)
  local build = project.fields.build
  if type(build) ~= "table" or type(build.modules) ~= "table" then return end
  if build.type ~= nil and build.type ~= "builtin" then return end
  local named = listed(add, project, build)
  for _, file in ipairs(files) do
    if modules.name(file) and not named[file] then
      add("%s: %s does not list it in build.modules", file, project.file)
    end
  end
end

---@param add fun(format: string, ...)
---@param project table
---@param files string[] of the project
function manifest.check(add, project, files)
  local looked = setmetatable({ text = shell.read(project.file) or "" },
    { __index = project })
  check_names(add, looked)
  check_fields(add, looked, project.fields, FIELDS)
  check_source(add, looked)
  check_build(add, looked, files)
end

return manifest
