--- The commands of a release that are Lua: what host/command/release.c leaves
--- to it. Not for scripts: see troupe.cli.commands.build, which makes releases.

local application = require "troupe.cli.application"
local near = require "troupe.console.near"

local release = {}

local COMMANDS = { "start", "attach", "eval", "version", "help" }

local function fail(program, why)
  io.stderr:write(program, ": ", why, "\n")
  os.exit(1)
end

--- The application: the behaviour of the actor that starts it.
---@param program string as it was typed
---@param module string with which it starts
---@return table
function release.start(program, module)
  local behaviour, why = application.behaviour {
    module = module, file = "this release" }
  return behaviour or fail(program, why)
end

--- A word that is no command.
---@param program string
---@param word string
function release.unknown(program, word)
  local meant = near.of(word, COMMANDS)
  fail(program, ("unknown command %s%s (see %s --help)"):format(word,
    meant and ("; did you mean %s?"):format(meant) or "", program))
end

return release
