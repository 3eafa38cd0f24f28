--- troupe check

local application = require "troupe.cli.application"
local command = require "troupe.cli.command"
local deps = require "troupe.cli.deps.state"
local manifest = require "troupe.cli.check.manifest"
local modules = require "troupe.cli.check.modules"
local settings = require "troupe.cli.settings"
local shell = require "troupe.cli.shell"
local tool = require "troupe.cli.tool"

-- Folders of code that is found by its name.
local NAMED = { lua = true, cli = true, config = true, spec = true,
  bench = true }

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

-- What is no list of texts at all the manifest's own check has said.
local function check_dependencies(complaints, project)
  local lines, why = deps.lock_departures(project)
  if why and why:find "dependencies to be a list" then return end
  for _, line in ipairs(lines or { why }) do add(complaints, "%s", line) end
end

local function check_settings(complaints)
  for _, file in ipairs(shell.files("config", 1)) do
    for _, text in ipairs((settings.look(file))) do
      add(complaints, "%s", text)
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
  for _, name in ipairs(command.projects()) do
    local found, why = command.find(name)
    if not found then add(complaints, "%s", why) end
  end
end

-- Was there somebody to do it?
local function lint(complaints, files)
  if not tool.found "luacheck" then
    io.stderr:write "troupe: luacheck is not installed: nothing is linted\n"
    return false
  end
  local words = {}
  for _, file in ipairs(files) do
    -- A rockspec stands for all the modules that it lists.
    if file:find "%.lua$" then words[#words + 1] = shell.quote(file) end
  end
  local lines, good = shell.lines("luacheck --no-color --formatter plain -- " ..
    table.concat(words, " "))
  if not good then
    table.move(lines, 1, #lines, #complaints + 1, complaints)
  end
  return true
end

return {
  summary = "look for mistakes, and for what departs from the layout",
  help = [[
Tells, a line each: files that are not Lua; names that are not in snake_case;
modules that are not below the package's name, that call themselves otherwise,
return nothing or are two; modules of the project that are required and are
nowhere; specs outside spec/; a rockspec that is not of format 3.0, or not named
after its package and version, or that lists modules that there are not, or not
all that there are, or whose dependencies cannot be read, or do not fit
luarocks.lock; settings that are not a table of data; globals that are set;
commands in cli/ that a command of troupe's hides; and, if it is installed,
what luacheck finds. No module is run, only the settings and the commands in
cli/ are read. The exit status is 1 if there is any.]],
  project = true,
  settings = false,
  run = function(_, context)
    local project, complaints = context.project, {}
    local files = tool.files("*.lua", "*.rockspec", ".busted", ".luacheckrc")
    local function complain(...) add(complaints, ...) end
    check_syntax(complaints, files)
    local whole = #complaints == 0
    check_names(complaints, files)
    check_top(complaints, files, project)
    modules.check(complain, files, project.module)
    manifest.check(complain, project, files)
    check_dependencies(complaints, project)
    if whole then
      check_commands(complaints)
      check_settings(complaints)
      check_application(complaints, project)
      modules.check_code(complain, files, lint(complaints, files))
    end
    for _, complaint in ipairs(complaints) do print(complaint) end
    return #complaints == 0 and 0 or 1
  end,
}
