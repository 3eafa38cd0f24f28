--- What `help` says. Not for scripts.

local columns = require "troupe.console.table"

local help = {}

local TITLES = {watch = "Look", act = "Act", code = "Code", talk = "Here"}

local INTRODUCTION = [[
Type Lua, an expression or statements, or a command. Globals stay; _ is the
last result; troupe and inspect are there. PID is <0.17.3>, 17, or a key: shop,
account/7. Each command is a function, too: actors{sort = "memory"} returns a
list. help COMMAND says more.
]]

local function all(command)
  local lines, group = {INTRODUCTION}, nil
  for _, found in ipairs(command.list) do
    if found.group ~= group then
      group = found.group
      lines[#lines + 1] = TITLES[group]
    end
    lines[#lines + 1] = ("  %-10s %s"):format(found.name, found.summary)
  end
  return table.concat(lines, "\n") .. "\n"
end

---@param context table
---@param name string|nil of a command
---@return string
function help.text(context, name)
  local command = require "troupe.console.command"
  if not name then return all(command) end
  local found = command.named(name)
  if not found then
    local near = command.near(name)
    error({kind = "badargument", message = ("no command %s%s"):format(
      columns.cut(name, 40), near and "; did you mean " .. near .. "?" or "")},
      0)
  end
  local text = ("%s\n  %s\n"):format(command.usage(found), found.summary)
  if found.help then text = text .. found.help .. "\n" end
  return text
end

return help
