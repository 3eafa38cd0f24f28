--[[
From a list's name to its one server, started on first use.

  cache.add_entry("bob", { date = "2018-12-19", title = "Dentist" })
  cache.entries("bob", "2018-12-19")

There is no cache actor to queue at: the registry holds the names, and gives
one server however many clients ask for it at once.
--]]
local registry = require "troupe.registry"
local server = require "todo.server"
local troupe = require "troupe"

local cache = {}

---@param name string
---@return any pid of the server, which may fall asleep at any time
function cache.server(name)
  return registry.ensure({ "todo", name }, "todo.server", name)
end

--- Returns `true` once the entry is in the list's mailbox.
---@param name string
---@param entry { date: string, title: string }
function cache.add_entry(name, entry)
  -- A server that fell asleep between look-up and cast took nothing; the
  -- next look-up starts another.
  local sent, reason
  repeat
    sent, reason = server.add_entry(cache.server(name), entry)
  until reason ~= "noactor"
  return sent, reason
end

---@param name string
---@param date string
---@return todo.entry[]
function cache.entries(name, date)
  local done, result
  repeat
    done, result = pcall(server.entries, cache.server(name), date)
    local asleep = not done and type(result) == "table"
      and result.kind == "noactor"
  until not asleep
  if not done then error(result, 0) end
  return result
end

--- Stops every list server. The lists stay in the database.
function cache.stop()
  for _, key in ipairs(registry.keys()) do
    local pid = type(key) == "table" and key[1] == "todo" and #key == 2
      and registry.whereis(key)
    if pid then troupe.stop(pid) end
  end
end

return cache
