--- troupe build
--
-- What goes in, by the name under which the host looks for it:
--
--   release              the facts: host/command/release.c reads them
--   lua/...              the project's modules, as bytecode with line numbers
--   lua_modules/...      those of others, as bytecode; C ones as they are
--   config/ENV.lua       the settings, as bytecode: they run at each start
--   assets/...           as they are
--
-- Names are those in the project, so errors read the same in both.

local application = require "troupe.cli.application"
local archive = require "troupe.archive"
local deps = require "troupe.cli.deps.state"
local elf = require "troupe.cli.build.elf"
local rocks = require "troupe.cli.build.rocks"
local settings = require "troupe.cli.settings"
local shell = require "troupe.cli.shell"

-- What is on every machine that the executable itself can run on.
local EVERYWHERE = "^lib[cm]%.so|^libdl%.so|^libpthread%.so|^librt%.so|^ld%-"

-- All files of a folder, links followed; a link to nothing is one, too.
local function files_in(folder, pattern)
  local word = shell.quote(folder)
  local lines, good = shell.lines(("test ! -d %s || find -L %s " ..
    "\\( -type f -o -type l \\) -name %s -print | LC_ALL=C sort"):format(
    word, word, shell.quote(pattern)))
  if not good then return nil, lines[#lines] end
  for _, line in ipairs(lines) do
    if not line:find(folder .. "/", 1, true) then return nil, line end
  end
  return lines
end

-- --- Parts -------------------------------------------------------------------

local function compile(file)
  local chunk, why = loadfile(file, "t")
  if not chunk then return nil, why end
  return string.dump(chunk)
end

-- Its bytes never come into this actor, which they may be too many for.
local function take(file)
  local handle <close>, why = io.open(file, "rb")
  if not handle then return nil, why end
  return true
end

local function add(files, folder, pattern, read, unneeded)
  local names, why = files_in(folder, pattern)
  if not names then return nil, why end
  for _, name in ipairs(names) do
    local bytes = false
    if not unneeded[name] then bytes, why = read(name) end
    if bytes == nil then return nil, why end
    files[name] = bytes or nil
  end
  return true
end

-- A rock may bring a file for another Lua, that nobody requires: false.
local function compile_other(file)
  local code, why = compile(file)
  if code then return code end
  io.stderr:write("troupe: left out: ", why, "\n")
  return false
end

local function add_settings(files, environment)
  local file = ("config/%s.lua"):format(environment)
  if not shell.exists(file) then return true end
  local why
  files[file], why = compile(file)
  return files[file] and true, why
end

-- What starts on this machine may be a module that does not come with it.
-- Settings that cannot be had here, as they ask the machine that it will run
-- on, name no other.
local function check_application(files, project, environment)
  local _, setting = settings.look(("config/%s.lua"):format(environment))
  local name, file = application.find(project, setting or nil)
  if not name then return nil, file end
  if files[file] then return true end
  return nil, ("no application here: %s is %s, which is not the project's")
    :format(name, file)
end

local function facts(project, environment)
  return table.concat({ project.package, project.version, project.module,
    environment, "" }, "\n")
end

local PARTS = {
  { "lua", "*.lua", compile }, { rocks.MODULES, "*.lua", compile_other },
  { rocks.NATIVES, "*.so", take }, { "assets", "*", take },
}

local function collect(project, environment, unneeded)
  local files, good, why = {}
  for _, part in ipairs(PARTS) do
    good, why = add(files, part[1], part[2], part[3], unneeded)
    if not good then return nil, why end
  end
  good, why = add_settings(files, environment)
  if not good then return nil, why end
  good, why = check_application(files, project, environment)
  if not good then return nil, why end
  files.release = facts(project, environment)
  return files
end

-- --- What is told ------------------------------------------------------------

-- A library that may not be where the executable will run.
local function needs(bytes)
  local found = {}
  for _, library in ipairs(elf.needed(bytes)) do
    local known = false
    for pattern in EVERYWHERE:gmatch "[^|]+" do
      known = known or library:find(pattern) ~= nil
    end
    if not known then found[#found + 1] = library end
  end
  return table.concat(found, ", ")
end

local function tell_needs(files)
  local names = {}
  for name in pairs(files) do
    if name:find(rocks.NATIVES, 1, true) == 1 then names[#names + 1] = name end
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local libraries = needs(shell.read(name) or "")
    if libraries ~= "" then
      print(("  needs %s, for %s"):format(libraries, name))
    end
  end
end

local function tell(output, size, files, unneeded)
  print(("%s  %.1f MB"):format(output, size / 1e6))
  if #unneeded > 0 then
    print(("  without %s: the rockspec's dependencies do not need %s"):format(
      table.concat(unneeded, ", "), #unneeded == 1 and "it" or "them"))
  end
  tell_needs(files)
end

-- --- Where it goes ----------------------------------------------------------

local FOLDER = "build"

-- A folder that somebody names is there already: a name that is misspelt makes
-- none. The default one may have to be made, and is not left behind empty.
local function write(output, files)
  local parent, made = shell.parent(output), false
  if not shell.is_folder(parent) then
    if parent ~= FOLDER then return nil, "no folder " .. parent end
    local good, why = shell.make_folder(parent)
    if not good then return nil, why end
    made = true
  end
  local size, why = archive.write(output, files)
  if not size and made then os.remove(parent) end
  return size, why
end

-- --- The command -------------------------------------------------------------

local function output_of(arguments, context)
  if arguments.output then
    return shell.place(arguments.output, context.from)
  end
  return FOLDER .. "/" .. context.project.package
end

return {
  summary = "make one file of the project, which runs without Troupe",
  help = [[
The file is an executable that needs libc and libm only: the host, the
project's modules, those in lua_modules/ (of rocks that the rockspec depends
on, C modules as they are here), the files in assets/ (see troupe.asset), and
the settings of config/prod.lua, or of the environment that --env names, which
are read at each start of it, where it runs. It starts the application; its
--help tells the rest. The same project gives the same bytes.

What a C module needs beside, and which rocks it does without, is told.]],
  options = {
    { name = "output", value = "FILE",
      help = "in a folder that is there (default: build/NAME)" },
  },
  project = true,
  settings = false,
  run = function(arguments, context)
    local installed, lack = deps.check()
    if not installed then return nil, lack end
    local unneeded, names = rocks.unneeded(context.project)
    local files, why = collect(context.project, os.getenv "TROUPE_ENV",
      unneeded)
    if not files then return nil, why end
    local output = output_of(arguments, context)
    local size
    size, why = write(output, files)
    if not size then
      return nil, ("cannot make %s: %s"):format(output, why)
    end
    tell(output, size, files, names)
  end,
}
