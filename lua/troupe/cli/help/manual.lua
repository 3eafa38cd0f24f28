--- The manual page, troupe(1), for man: made from the tables of the commands,
--- and for C's from what `troupe --help` says. Not for scripts: see
--- `troupe help --man`.

local command = require "troupe.cli.command"

local HEAD = [[
.TH TROUPE 1 2026-11-24
.SH NAME
troupe \- run servers written in Lua, and ask them what they are doing
.SH SYNOPSIS
]]

local BEFORE = [[
.SH DESCRIPTION
Troupe runs servers written in Lua, as actors: each has a state and a mailbox of
its own. A project is a folder with a LuaRocks rockspec; from a folder in it the
commands go there. What its commands are beside these, in its folder cli/,
.B troupe help
tells.
.SH OPTIONS
These stand before a command, or behind
.B run
and
.BR repl .
]]

local TAIL = [[
.SH FILES
Of a project, in its folder:
.TP
.I NAME-dev-1.rockspec
the manifest: its name, version and dependencies
.TP
.I config/ENV.lua
settings, for each environment: dev, test, prod
.TP
.I lua/, spec/, bench/, cli/, assets/
its modules, specs, benchmarks, own commands, and other files
.TP
.I lua_modules/, build/
modules of others; what can be made again
.SH ENVIRONMENT
.TP
.B TROUPE_ENV
which settings are read, as \-\-env says
.TP
.B TROUPE_WORKERS
worker threads, as \-\-workers says
.TP
.B TROUPE_RUNTIME_DIR
where hosts with a name and those that attach to them meet
.TP
.B LUA_PATH_5_4, LUA_CPATH_5_4, LUA_PATH, LUA_CPATH
where modules are found, as for lua(1)
.SH EXIT STATUS
That of the script or of the command; 1 if it failed, or was asked for
something that there is not.
]]

-- No line of a text is a request, no minus a hyphen.
local function escape(text)
  return (("\n" .. text):gsub("\\", "\\e"):gsub("%-", "\\-")
    :gsub("\n([.'])", "\n\\&%1"):sub(2))
end

local function verbatim(text)
  return ".nf\n" .. escape((text:gsub("\n*$", "\n"))) .. ".fi\n"
end

-- Paragraphs are filled; what is indented stays as it is laid out.
local function prose(text)
  local parts = {}
  for part in (text:gsub("\n*$", "\n\n")):gmatch "(.-\n)\n+" do
    parts[#parts + 1] = ".PP\n" ..
      (part:find "^  " and verbatim(part) or escape(part))
  end
  return table.concat(parts)
end

local function tagged(rows)
  local lines = {}
  for index, row in ipairs(rows) do
    lines[index] = (".TP\n%s\n%s\n"):format(row[1], escape(row[2]))
  end
  return table.concat(lines)
end

local function options_text(options)
  local rows = {}
  for index, option in ipairs(options) do
    local value = option.value and " \\fI" .. escape(option.value) .. "\\fR"
    rows[index] = { "\\fB" .. escape(command.flag(option)) .. "\\fR" ..
      (value or ""), option.help or "" }
  end
  return tagged(rows)
end

-- Those of the host are told once for all.
local function entry(found, options)
  local parts = { (".SS %s\n"):format(escape("troupe " .. found.title)) }
  parts[2] = ("\\fBtroupe %s\\fR %s"):format(escape(found.title),
    escape(command.operands(found))):gsub(" $", "") .. "\n"
  if found.summary ~= "" then
    parts[3] = ".PP\n" .. escape(found.summary:gsub("^%l", string.upper)) ..
      ".\n"
  end
  if found.help then parts[#parts + 1] = prose(found.help) end
  if options then parts[#parts + 1] = options_text(found.options) end
  for _, below in ipairs(found.commands or {}) do
    parts[#parts + 1] = entry(below, true)
  end
  return table.concat(parts)
end

--- The page, in the language of man.
---@param usage string what `troupe --help` says
---@return string
return function(usage)
  local synopsis = usage:match "^usage: (.-\n)\n"
  local parts = { HEAD, verbatim((synopsis:gsub("\n +", "\n"))), BEFORE,
    options_text(command.host_options(true)),
    ".PP\n", escape(("--%s may stand behind any other command, too, up to " ..
      "a --.\n"):format(table.concat(command.ANYWHERE, ", --"))),
    ".SH COMMANDS\n" }
  for _, name in ipairs(command.FOREIGN) do
    parts[#parts + 1] = entry(command.described(name), name == "attach")
  end
  for _, name in ipairs(command.own()) do
    parts[#parts + 1] = entry(command.find(name), true)
  end
  parts[#parts + 1] = TAIL
  return table.concat(parts)
end
