--[[
The to-do system: named lists, a server each, kept in files.

  troupe run scripts/todo/main.lua [--port 4000] [--data DIR] [--workers 3]

Then `nc 127.0.0.1 4000`, and type `help`.
--]]
local database = require "todo.database"
local options = require "todo.options"
local tcp = require "troupe.tcp"

local main = {}

local USAGE = [[
troupe run scripts/todo/main.lua [OPTION...]
  --port N       listen on 127.0.0.1, this port (4000)
  --data DIR     keep the lists there (.todo-data)
  --workers N    actors that write them (3; 1 shows the bottleneck)]]

local DEFAULTS = { port = 4000, data = ".todo-data", workers = 3 }
local RANGES = { port = { 0, 65535 }, workers = { 1, 1000 } }

local CLIENTS = 50000
local LONGEST_LINE = 4096

local function welcome(address, folder)
  local host, port = address:match("^(.*):(%d+)$")
  print(("The to-do lists are served on %s and kept in %s.\n"
    .. "In another terminal, type:\n\n"
    .. "  nc %s %s\n\n"
    .. "and there, for example:\n\n"
    .. "  add bob 2018-12-19 Dentist\n"
    .. "  entries bob 2018-12-19\n"
    .. "  help\n\n"
    .. "Ctrl-C here stops it."):format(address, folder, host, port))
  io.stdout:flush()
end

-- The script becomes an actor of this behaviour: it owns the listener and
-- the pool for as long as the system runs.
function main.init(...)
  local chosen, reason = options.parse({ ... }, DEFAULTS, RANGES, USAGE)
  if not chosen then return nil, reason end
  local workers
  workers, reason = database.start {
    folder = chosen.data, workers = chosen.workers,
  }
  if not workers then return nil, reason end
  local address = "127.0.0.1:" .. chosen.port
  local listener
  listener, reason = tcp.serve(address, "todo.connection", nil,
    { max = CLIENTS, line = LONGEST_LINE })
  if not listener then
    return nil, ("cannot listen on %s: %s"):format(address, reason)
  end
  welcome(listener:address(), chosen.data)
  return { listener = listener, workers = workers }
end

return main
