--- troupe help [COMMAND]

local command = require "troupe.cli.command"

local END = [[

troupe help COMMAND tells more about one. --env, --set, --log, --workers and
--grace may stand behind any of these, too: see troupe --help.
]]

local function all(usage)
  local projects = command.projects()
  io.write(usage:match "^(.-\n)\n", "\n",
    command.columns(command.rows(command.own())))
  if #projects > 0 then
    io.write("\nThis project's own:\n", command.columns(command.rows(projects)))
  end
  io.write(END)
end

local function one(name, words)
  local found, why = command.described(name)
  if not found then
    local near = command.near(name)
    return nil, why or "no command " .. name ..
      (near and "; did you mean " .. near .. "?" or "")
  end
  for _, word in ipairs(words) do
    found = command.below(found, word)
    if not found then return nil, ("no command %s %s"):format(name, word) end
    name = found.title
  end
  io.write(command.help(found))
  return 0
end

return {
  summary = "list the commands, or tell about one",
  usage = "[COMMAND...]",
  choices = function(words)
    if not words[1] then return command.rows(command.all()) end
    local rows, found = {}, command.described(words[1])
    for index, below in ipairs(found and found.commands or {}) do
      rows[index] = { below.name, below.summary }
    end
    return rows
  end,
  settings = false,
  options = {
    { name = "names", help = "only the names, for a shell" },
    { name = "man", help = "the manual page, for man" },
  },
  run = function(arguments, context)
    if arguments.names then
      print(table.concat(command.all(), "\n"))
      return 0
    elseif arguments.man then
      io.write(require "troupe.cli.help.manual"(context.usage))
      return 0
    end
    if arguments[1] then
      return one(arguments[1], table.move(arguments, 2, #arguments, 1, {}))
    end
    return all(context.usage)
  end,
}
