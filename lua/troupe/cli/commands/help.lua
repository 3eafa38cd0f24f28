--- troupe help [COMMAND]

local command = require "troupe.cli.command"

-- A command whose file is broken is listed with what is wrong.
local function rows(names)
  local found = {}
  for index, name in ipairs(names) do
    local one, why = command.find(name)
    found[index] = { name, one and one.summary or why }
  end
  return found
end

local END = [[

troupe help COMMAND tells more about one.
]]

local function all(usage)
  local projects = command.projects()
  io.write(usage:match "^(.-\n)\n", "\n", command.columns(rows(command.own())))
  if #projects > 0 then
    io.write("\nThis project's own:\n", command.columns(rows(projects)))
  end
  io.write(END)
end

local function one(name, usage)
  for _, foreign in ipairs(command.FOREIGN) do
    if foreign == name then
      io.write(usage)
      return 0
    end
  end
  local found, why = command.find(name)
  if found then
    io.write(command.help(found))
    return 0
  end
  local near = command.near(name)
  return nil, why or "no command " .. name ..
    (near and "; did you mean " .. near .. "?" or "")
end

return {
  summary = "list the commands, or tell about one",
  usage = "[COMMAND]",
  options = {
    { name = "names", help = "only the names, for a shell" },
    { name = "man", help = "the manual page, for man" },
  },
  run = function(arguments, context)
    if arguments.names then
      print(table.concat(command.all(), "\n"))
      return 0
    elseif arguments.man then
      io.write(require "troupe.cli.manual"(context.usage))
      return 0
    end
    if arguments[1] then return one(arguments[1], context.usage) end
    return all(context.usage)
  end,
}
