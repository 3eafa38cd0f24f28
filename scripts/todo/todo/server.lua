--[[
One actor per list name: the list in memory, every change written behind it.

  local pid = troupe.start("todo.server", "bob")
  server.add_entry(pid, { date = "2018-12-19", title = "Dentist" })
  server.entries(pid, "2018-12-19")

`init` returns at once; `continue` loads the list before any message is
handled, so whoever starts servers never waits for a disk. After 10 s without
a message the actor ends; its list is in the database.

Not to be started by hand in a system where others do so too: two servers of
one name would overwrite each other. `todo.cache` gives the one there is.
--]]
local troupe = require "troupe"
local database = require "todo.database"
local list = require "todo.list"

local server = { call = {}, cast = {}, idle = 10 }

--- Returns once the entry is in the server's mailbox: a client that asks for
--- `entries` afterwards sees it. `nil, "noactor"` when the server is gone.
---@param entry { date: string, title: string }
function server.add_entry(pid, entry)
  return troupe.cast(pid, "add_entry", entry)
end

---@param date string
---@return todo.entry[]
function server.entries(pid, date)
  return troupe.call(pid, "entries", date)
end

function server.init(name) return { name = name } end

function server.continue(state)
  state.list = database.get(state.name) or list.new()
end

function server.cast.add_entry(state, entry)
  state.list:add(entry)
  database.store(state.name, state.list)
end

function server.call.entries(state, date) return state.list:entries(date) end

return server
