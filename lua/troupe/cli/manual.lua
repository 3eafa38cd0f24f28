--- The manual page, troupe(1), for man: made from the tables of the commands,
--- and for C's from what `troupe --help` says. Not for scripts: see
--- `troupe help --man`.

local command = require "troupe.cli.command"

local HEAD = [[
.TH TROUPE 1
.SH NAME
troupe \- run servers written in Lua, and ask them what they are doing
.SH SYNOPSIS
]]

local TAIL = [[
.SH ENVIRONMENT
.TP
TROUPE_ENV
which settings are read, as \-\-env says
.TP
TROUPE_WORKERS
worker threads, as \-\-workers says
.TP
TROUPE_RUNTIME_DIR
where hosts with a name and those that attach to them meet
.TP
LUA_PATH_5_4, LUA_CPATH_5_4, LUA_PATH, LUA_CPATH
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

-- As it is laid out.
local function verbatim(text)
  return ".nf\n" .. escape((text:gsub("\n*$", "\n"))) .. ".fi\n"
end

local function entry(name)
  local found = command.find(name)
  return (".SS %s\n"):format(escape("troupe " .. name)) ..
    verbatim(command.help(found))
end

--- The page, in the language of man.
---@param usage string what `troupe --help` says
---@return string
return function(usage)
  local synopsis, rest = usage:match "^usage: (.-\n)\n(.*)$"
  local parts = { HEAD, verbatim((synopsis:gsub("\n +", "\n"))),
    ".SH OPTIONS OF RUN, REPL AND ATTACH\n", verbatim(rest),
    ".SH OTHER COMMANDS\n" }
  for _, name in ipairs(command.own()) do parts[#parts + 1] = entry(name) end
  parts[#parts + 1] = TAIL
  return table.concat(parts)
end
