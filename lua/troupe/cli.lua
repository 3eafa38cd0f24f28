--- The commands of `troupe` that are Lua: new, test, check and others, and a
--- project's own. Not for scripts: it ends the host.
--
-- `troupe WORD ...` that is none of C's (host/command/request.c) comes here. A
-- command is a file, lua/troupe/cli/commands/WORD.lua, or cli/WORD.lua in the
-- project, that returns a table:
--
--     return {
--       summary = "greet somebody",
--       usage = "NAME [MESSAGE...]",     -- [ ]: need not be; ...: several
--       help = "What else there is to know.\n",
--       options = {
--         {name = "loud", help = "in capitals"},
--         {name = "times", value = "N", help = "how often (default: 1)"},
--       },
--       run = function(arguments, context)
--         local name, times = arguments[1], tonumber(arguments.times or 1)
--         if not times then return nil, "expected --times to be a number" end
--         for _ = 1, times do print("Hello " .. name) end
--       end,
--     }
--
-- `run` returns the exit status, 0 if it returns nothing; or nil and why it
-- could not be done, which goes to standard error; or a behaviour, which its
-- actor then becomes. It runs in an actor, in the project's folder if there is
-- one. All but `run` may be left out.
--
-- With `project = true` the command is one for a project; with `settings =
-- false` it does without the settings, which may be broken; with `raw = true`
-- it gets what was typed, options unread. `commands` is a list of commands of
-- its own, tables like this one with a `name`: their names are its first word,
-- and `run` is for when there is none, if it may be so. An option whose name is
-- one letter is written with one hyphen. The host's options (--env and others)
-- may stand among a command's, which has none of their names.
--
-- A shell completes what a word may be: FILE and FOLDER in a usage, or as an
-- option's value, are those; COMMAND, HOST and one|other say themselves. For
-- others `choices`, of the command or of an option, is a list, or a function
-- that returns one; a command's is given the words before.
--
-- The context: `from`, where one was, below that folder, as a path that ends
-- in a slash; `project`, what troupe.cli.project has read, nil in none; `usage`
-- of troupe itself.
--
-- A command need not end soon, but for a server there is the application.

local command = require "troupe.cli.command"
local option = require "troupe.cli.option"
local project = require "troupe.cli.project"

local cli = {}

local function tell(why)
  io.stderr:write("troupe: ", tostring(why), "\n")
  return 1
end

local function see(why, what)
  return nil, ("%s (see troupe %s)"):format(why, what)
end

local function perform(found, words, context)
  if option.asks_help(words, found.raw or found.commands) then
    io.write(command.help(found))
    return 0
  end
  local why
  found, why = command.descend(found, words)
  if not found then return nil, why end
  if option.asks_help(words, found.raw) then
    io.write(command.help(found))
    return 0
  end
  if found.project and not context.project then return nil, context.why end
  local arguments
  arguments, why = option.read(found, words)
  if not arguments then return see(why, found.title .. " --help") end
  if found.settings and context.complaint then return nil, context.complaint end
  return found.run(arguments, context)
end

local function dispatch(context, name, words)
  local found, why = command.find(name)
  if found then return perform(found, words, context) end
  if why then return nil, why end
  local near = command.near(name)
  if near then
    return see(("unknown command %s; did you mean %s?"):format(name, near),
      "help")
  end
  if name:find "%.lua$" then
    return see(("unknown command %s; to run a file: troupe run %s"):format(
      name, name), "help")
  end
  return see("unknown command " .. name, "--help")
end

-- A behaviour is not ended by its script.
local function finish(outcome, why)
  if type(outcome) == "table" then return outcome end
  if outcome == false or outcome == nil and why ~= nil then
    outcome = tell(why or "failed")
  end
  os.exit(math.type(outcome) == "integer" and outcome or 0)
end

--- Runs the command; it ends the host, or returns the behaviour that the
--- script becomes.
---@param usage string what `troupe --help` says
---@param from string where one was, below the project's folder; "": in none
---@param complaint string what is wrong with the settings; "": nothing
---@param name string the command's
---@param ... string
---@return table|nil
function cli.main(usage, from, complaint, name, ...)
  local context = { usage = usage, from = from ~= "" and from or "./",
    complaint = complaint ~= "" and complaint or nil }
  command.know(usage)
  if from ~= "" then
    context.project, context.why = project.read()
    command.look_in("cli")
  else
    context.why = "no project here: no rockspec in this folder or above it"
  end
  return finish(dispatch(context, name, { ... }))
end

return cli
