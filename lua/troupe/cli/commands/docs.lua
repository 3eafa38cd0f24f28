--- troupe docs

local shell = require "troupe.cli.shell"
local tool = require "troupe.cli.tool"

local PLACE = "build/docs"

local CONFIG = [[
project = %q
title = %q
file = { "lua" }
format = "markdown"
%s]]

-- What only lua-language-server knows. LDoc has other meanings for some.
local OTHERS = {}
for tag in ([[alias as async cast class deprecated diagnostic enum field
  generic meta module nodiscard operator overload package private protected
  source type version]]):gmatch "%l+" do
  OTHERS[tag] = true
end

-- Lines stay where they are.
local function translate(text)
  return (("\n" .. text):gsub("(\n[ \t]*%-%-%-)@(%l+)([^\n]*)",
    function(before, tag, rest)
      return OTHERS[tag] and before or before .. "@" .. tag .. rest
    end):sub(2))
end

local function copy(file, scratch)
  local text, why = shell.read(file)
  if not text then return nil, why end
  local target = scratch .. "/" .. file
  local good
  good, why = shell.make_folder(shell.parent(target))
  if not good then return nil, why end
  return shell.write(target, translate(text))
end

-- A tree like the project's, as LDoc likes it.
local function prepare(scratch, project)
  local good, why = tool.link(scratch)
  if not good then return nil, why end
  for _, file in ipairs(tool.files "*.lua") do
    good, why = copy(file, scratch)
    if not good then return nil, why end
  end
  if shell.exists "config.ld" then return true end
  if not shell.exists "lua" then
    return nil, "no modules here: no folder lua"
  end
  local readme = shell.exists "README.md" and 'readme = "README.md"\n' or ""
  return shell.write(scratch .. "/config.ld", CONFIG:format(project.package,
    project.package, readme))
end

-- What LDoc says and is no complaint.
local NEWS = { "^reading configuration", "^output written", "^format: ",
  "^changing to directory" }

local function complaints_in(lines, tree)
  local here = shell.lines("pwd")[1] .. "/"
  local complaints = {}
  for _, line in ipairs(lines) do
    local news = line == ""
    for _, pattern in ipairs(NEWS) do news = news or line:find(pattern) end
    if not news then
      for _, prefix in ipairs { here .. tree .. "/", here } do
        if line:sub(1, #prefix) == prefix then line = line:sub(#prefix + 1) end
      end
      complaints[#complaints + 1] = line:gsub(
        '^error loading config file (%S+): %[string "config"%]', "%1")
    end
  end
  return complaints
end

local function make(scratch, project)
  local tree, output = scratch .. "/tree", scratch .. "/docs"
  local good, why = prepare(tree, project)
  if not good then return nil, why end
  local lines
  lines, good = shell.lines(shell.within(tree, "ldoc -q -d ../docs ."))
  local complaints = complaints_in(lines, tree)
  if good and shell.exists(output) then return complaints end
  return nil, complaints[1] or "ldoc failed"
end

local function replace(scratch)
  local good, why = shell.remove(PLACE)
  if not good then return nil, why end
  return os.rename(scratch .. "/docs", PLACE)
end

return {
  summary = "write the documentation of the modules, as HTML",
  help = [[
LDoc makes it of the comments, in build/docs. A file config.ld in the project
says how, as LDoc has it; without one, all of lua/ is documented, README.md is
a page, and texts are Markdown, if lua-markdown is installed. What only
lua-language-server knows (@class and others) is left out. What LDoc complains
of goes to standard error.]],
  project = true,
  settings = false,
  run = function(_, context)
    if not tool.found "ldoc" then
      return nil, "ldoc is not installed (Debian: lua-ldoc; or: luarocks " ..
        "--lua-version=5.4 install ldoc)"
    end
    local good, why = shell.make_folder "build"
    if not good then return nil, "cannot write build: " .. why end
    local scratch <close>, refusal = shell.scratch "build"
    if not scratch then return nil, "cannot write build: " .. refusal end
    local complaints
    complaints, why = make(scratch.path, context.project)
    if not complaints then return nil, why end
    for _, line in ipairs(complaints) do io.stderr:write(line, "\n") end
    good, why = replace(scratch.path)
    if not good then return nil, ("cannot write %s: %s"):format(PLACE, why) end
    print("written: " .. PLACE .. "/index.html")
  end,
}
