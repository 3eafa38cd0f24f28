--- troupe check

local application = require "troupe.cli.application"
local command = require "troupe.cli.command"
local core = require "troupe.core"
local shell = require "troupe.cli.shell"

-- Folders of code that is found by its name.
local NAMED = { lua = true, cli = true, config = true, spec = true }

local FIND = "find . \\( -name lua_modules -o -name build -o -name '.?*' " ..
  "\\) -type d -prune -o -type f \\( -name '*.lua' -o -name '*.rockspec' " ..
  "-o -name .busted -o -name .luacheckrc \\) -print | LC_ALL=C sort"

local function files_of_lua()
  local files = shell.lines(FIND)
  for index, file in ipairs(files) do files[index] = file:gsub("^%./", "") end
  return files
end

local function add(complaints, format, ...)
  complaints[#complaints + 1] = format:format(...)
end

local function check_syntax(complaints, files)
  for _, file in ipairs(files) do
    local chunk, why = loadfile(file, "t")
    if not chunk then add(complaints, "%s", why) end
  end
end

local function is_snake_case(path)
  return ("/" .. path):gsub("/[a-z][a-z0-9_]*", "") == ""
end

local function check_names(complaints, files)
  for _, file in ipairs(files) do
    local folder, rest = file:match "^(%l+)/(.*)%.lua$"
    if NAMED[folder] and not is_snake_case(rest) then
      add(complaints, "%s: expected a name in snake_case (small letters, " ..
        "digits and _)", file)
    end
  end
end

-- A module of another top name would be taken for another package's.
local function check_top(complaints, files, project)
  for _, file in ipairs(files) do
    local top = file:match "^lua/([^/]+)"
    if top and top:gsub("%.lua$", "") ~= project.module then
      add(complaints, "%s: expected lua/%s.lua or a file in lua/%s/, as %s " ..
        "names it", file, project.module, project.module, project.file)
    end
  end
end

local function check_manifest(complaints, project)
  local format = project.fields.rockspec_format
  if format ~= "3.0" then
    add(complaints, '%s: expected rockspec_format to be "3.0", got %s',
      project.file, core.describe(format))
  end
  local name = ("%s-%s.rockspec"):format(project.package:lower(),
    project.version)
  if project.file ~= name then
    add(complaints, "%s: expected it to be named %s, as package and version " ..
      "say", project.file, name)
  end
end

local function check_settings(complaints)
  for _, file in ipairs(shell.files("config", 1)) do
    local good, settings = pcall(dofile, file)
    if not good then
      add(complaints, "%s", tostring(settings))
    elseif type(settings) ~= "table" then
      add(complaints, "%s: expected it to return a table, got %s", file,
        core.describe(settings))
    end
  end
end

local function check_application(complaints, project)
  if not require "troupe".config "application" then return end
  local name, why = application.find(project)
  if not name then add(complaints, "%s", why) end
end

local function check_commands(complaints)
  local names = command.own()
  table.move(command.FOREIGN, 1, #command.FOREIGN, #names + 1, names)
  for _, name in ipairs(names) do
    if shell.exists("cli/" .. name .. ".lua") then
      add(complaints, "cli/%s.lua: never runs: troupe has a command %s", name,
        name)
    end
  end
end

local function lint(complaints, files)
  if not select(2, shell.lines "command -v luacheck") then
    io.stderr:write "troupe: luacheck is not installed: nothing is linted\n"
    return
  end
  local words = {}
  for _, file in ipairs(files) do
    -- A rockspec stands for all the modules that it lists.
    if file:find "%.lua$" then words[#words + 1] = shell.quote(file) end
  end
  local lines, good = shell.lines("luacheck --no-color --formatter plain -- " ..
    table.concat(words, " "))
  if good then return end
  table.move(lines, 1, #lines, #complaints + 1, complaints)
end

return {
  summary = "look for mistakes, and for what departs from the layout",
  help = [[
Tells, a line each: files that are not Lua; modules that are not named in
snake_case, or not below the package's name; a rockspec that is not of format
3.0, or not named after its package and version; settings that are no table;
commands in cli/ that a command of troupe's hides; and, if it is installed,
what luacheck finds. No module is run. The exit status is 1 if there is any.]],
  project = true,
  settings = false,
  run = function(_, context)
    local project, files, complaints = context.project, files_of_lua(), {}
    check_syntax(complaints, files)
    local whole = #complaints == 0
    check_names(complaints, files)
    check_top(complaints, files, project)
    check_manifest(complaints, project)
    check_commands(complaints)
    if whole then
      check_settings(complaints)
      check_application(complaints, project)
      lint(complaints, files)
    end
    for _, complaint in ipairs(complaints) do print(complaint) end
    return #complaints == 0 and 0 or 1
  end,
}
