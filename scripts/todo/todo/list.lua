--[[
A to-do list as plain data: entries with a date, found by date.

  local items = list.new()
  items:add { date = "2018-12-19", title = "Dentist" }   --> 1
  items:entries "2018-12-19"   --> { { id = 1, date = ..., title = ... } }

The module is the metatable of every list, so a list can be sent to another
actor and be kept in a file, and is a list again when it arrives.

Not for sharing: a list belongs to whoever made it. Several clients share one
through `todo.server`.
--]]

---@class todo.entry
---@field id integer
---@field date string  "YYYY-MM-DD"
---@field title string

---@class todo.list
---@field next_id integer
---@field by_id table<integer, todo.entry>
local list = { __module = "todo.list" }
list.__index = list

---@param entries? table[] added in this order
---@return todo.list
function list.new(entries)
  local self = setmetatable({ next_id = 1, by_id = {} }, list)
  for _, entry in ipairs(entries or {}) do self:add(entry) end
  return self
end

local function copy(entry)
  local twin = {}
  for field, value in pairs(entry) do twin[field] = value end
  return twin
end

--- Adds a copy of `entry`; an id that it has is overwritten.
---@param entry table
---@return integer id never given to another entry of this list
function list:add(entry)
  local added = copy(entry)
  added.id = self.next_id
  self.by_id[added.id] = added
  self.next_id = added.id + 1
  return added.id
end

--- Replaces an entry by what `fn` makes of a copy of it. The id stays. An
--- unknown id leaves the list as it is.
---@param id integer
---@param fn fun(entry: todo.entry): todo.entry
---@return boolean found
function list:update(id, fn)
  local entry = self.by_id[id]
  if not entry then return false end
  local changed = fn(copy(entry))
  if type(changed) ~= "table" then
    error("expected the update to return an entry, got " .. type(changed), 2)
  end
  changed.id = id
  self.by_id[id] = changed
  return true
end

--- Takes an entry out. An unknown id leaves the list as it is.
---@param id integer
---@return boolean found
function list:delete(id)
  local found = self.by_id[id] ~= nil
  self.by_id[id] = nil
  return found
end

--- The entries of one date, in the order in which they were added.
---@param date string
---@return todo.entry[]
function list:entries(date)
  local found = {}
  for _, entry in pairs(self.by_id) do
    if entry.date == date then found[#found + 1] = entry end
  end
  table.sort(found, function(a, b) return a.id < b.id end)
  return found
end

---@return integer
function list:size()
  local count = 0
  for _ in pairs(self.by_id) do count = count + 1 end
  return count
end

return list
