--- troupe format [FILE...]

local shell = require "troupe.cli.shell"
local tool = require "troupe.cli.tool"

-- Each prints a file as it should be. The first whose settings the project has
-- is taken, else the first that is installed.
local FORMATTERS = {
  {
    name = "stylua",
    settings = { "stylua.toml", ".stylua.toml" },
    line = "stylua --stdin-filepath %s - <%s",
  },
  {
    name = "lua-format",
    settings = { ".lua-format" },
    line = "lua-format -- %s",
  },
}

local function settings_of(formatter)
  for _, file in ipairs(formatter.settings) do
    if shell.exists(file) then return file end
  end
end

local function choose()
  for _, formatter in ipairs(FORMATTERS) do
    local file = settings_of(formatter)
    if file and tool.found(formatter.name) then return formatter end
    if file then
      return nil, ("%s is not installed, which %s is for"):format(
        formatter.name, file)
    end
  end
  for _, formatter in ipairs(FORMATTERS) do
    if tool.found(formatter.name) then return formatter end
  end
  return nil, "no formatter is installed: stylua, or lua-format (luarocks " ..
    "--lua-version=5.4 install luaformatter)"
end

local function files_to_format(arguments, from)
  if not arguments[1] then return tool.files "*.lua" end
  local files = {}
  for index, path in ipairs(arguments) do
    local file = shell.place(path, from)
    if not shell.exists(file) then return nil, "there is no " .. path end
    files[index] = file
  end
  return files
end

-- The file as it should be; nil and what is wrong with it.
local function ask(formatter, file, scratch)
  local quoted, output = shell.quote(file), scratch .. "/output"
  local lines, good = shell.lines(("%s >%s"):format(
    formatter.line:format(quoted, quoted), shell.quote(output)))
  local text, why = shell.read(output)
  if good and text and (text ~= "" or shell.read(file) == "") then
    return text
  end
  why = lines[1] or why or formatter.name .. " failed"
  return nil, why:find(file, 1, true) and why or file .. ": " .. why
end

-- What became of it: "same", "other"; nil and why it could not be done.
local function format(formatter, file, scratch, check)
  local text, why = ask(formatter, file, scratch)
  if not text then return nil, why end
  if text == shell.read(file) then return "same" end
  if check then return "other" end
  local done
  done, why = shell.replace(file, text)
  if not done then return nil, why end
  return "other"
end

local function format_all(formatter, files, scratch, check)
  local status = 0
  for _, file in ipairs(files) do
    local outcome, why = format(formatter, file, scratch, check)
    if not outcome then
      io.stderr:write("troupe: ", why, "\n")
      status = 1
    elseif outcome == "other" then
      print(check and file .. ": is laid out otherwise" or "formatted " .. file)
      status = check and 1 or status
    end
  end
  return status
end

return {
  summary = "lay the code out, by a formatter that is installed",
  usage = "[FILE...]",
  help = [[
Drives stylua or lua-format: the one whose settings the project has
(stylua.toml, .lua-format), else the first that is installed. Without a FILE,
all Lua files of the project. A file that cannot be formatted stays as it is;
the exit status is then 1.]],
  options = {
    { name = "check", help = "only list what would change; status 1" },
  },
  project = true,
  settings = false,
  run = function(arguments, context)
    local formatter, why = choose()
    if not formatter then return nil, why end
    local files
    files, why = files_to_format(arguments, context.from)
    if not files then return nil, why end
    local scratch <close>, refusal = shell.scratch "."
    if not scratch then return nil, "cannot work here: " .. refusal end
    return format_all(formatter, files, scratch.path, arguments.check)
  end,
}
