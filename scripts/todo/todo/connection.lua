--[[
One client of the to-do system: an actor for as long as it is connected.

  tcp.serve("127.0.0.1:4000", "todo.connection")

The socket delivers one line at a time and the next only after the handler
has returned, so a client that types fast fills its own window.
--]]
local cache = require "todo.cache"
local protocol = require "todo.protocol"
local troupe = require "troupe"

local connection = { info = {} }

local answers = {}

function answers.add(command)
  cache.add_entry(command.list, { date = command.date, title = command.title })
  return "ok\n"
end

function answers.entries(command)
  return protocol.entries(cache.entries(command.list, command.date))
end

function answers.help() return protocol.HELP end

-- A list that cannot answer is told to its client, who may ask for another.
local function answer(line)
  local command, reason = protocol.parse(line)
  if not command then return protocol.failure(reason) end
  if command.name == "quit" then return nil end
  local _, text = xpcall(answers[command.name], protocol.failure, command)
  return text
end

function connection.init(sock)
  sock:deliver("line")
  return { sock = sock }
end

function connection.info.data(_, sock, line)
  local text = answer(line)
  if not text then
    sock:close()
    troupe.exit("normal")
  end
  sock:write(text)
end

function connection.info.closed(_, sock, reason)
  if reason and tostring(reason):find("EMSGSIZE", 1, true) then
    sock:trywrite(protocol.failure("expected a shorter line"))
  end
  troupe.exit("normal")
end

return connection
