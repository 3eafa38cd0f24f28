--- Which actors a piece of a spec has started and not ended. Not for scripts:
--- see troupe.test.

local core = require "troupe.core"
local inspect = require "troupe.inspect"
local troupe = require "troupe"

local actors = {}

local TOLD = 8     -- actors of one complaint
local ROUNDS = 100 -- of killing those that were started meanwhile

--- All that are there: what inspect.actors tells of each, by its pid.
---@return table<userdata, table>
function actors.now()
  local all = {}
  for _, record in ipairs(core.actors {}) do all[record.pid] = record end
  return all
end

-- What an actor that was there before has started is that one's.
local function belongs(record, before, now, self)
  local starter = record.starter
  while starter and starter ~= self do
    if before[starter] then return true end
    starter = now[starter] and now[starter].starter
  end
  return false
end

-- The host ends an entity, nobody else has to.
local function is_entity(pid)
  local name = core.name(pid)
  return name ~= nil and name:find "^entity " ~= nil
end

--- Those that were started since and are there, the oldest first; and the
--- entities among them, which are no fault.
---@param before table of actors.now
---@return table[] left, table[] entities
function actors.left(before)
  local now, self = actors.now(), troupe.self()
  local left, entities = {}, {}
  for pid, record in pairs(now) do
    if pid ~= self and not before[pid] and
       not belongs(record, before, now, self) then
      local list = is_entity(pid) and entities or left
      list[#list + 1] = record
    end
  end
  local function older(one, other)
    return tostring(one.pid) < tostring(other.pid)
  end
  table.sort(left, older)
  table.sort(entities, older)
  return left, entities
end

-- Those that end with another of the list go without saying.
local function roots(left)
  local listed, found = {}, {}
  for _, record in ipairs(left) do listed[record.pid] = true end
  for _, record in ipairs(left) do
    if not (record.starter and listed[record.starter]) then
      found[#found + 1] = record
    end
  end
  return found
end

--- "<0.9.1> shop.counter ("counter")"
---@param pid userdata
---@param behaviour string|nil
---@return string
function actors.who(pid, behaviour)
  local parts = { tostring(pid), behaviour or core.behaviour(pid) }
  local name = core.name(pid)
  if name then parts[#parts + 1] = ("(%s)"):format(name) end
  return table.concat(parts, " ")
end

-- Of one that is at something.
local function place_of(record)
  if record.doing == "idle" then return "" end
  local good, info = pcall(inspect.info, record.pid)
  return good and info.where and " at " .. info.where or ""
end

local function sentence(record)
  local starter = "started by the spec"
  if record.starter ~= troupe.self() then
    starter = "started by " .. (record.starter and core.actor(record.starter)
      and actors.who(record.starter) or "one that has ended")
  end
  local doing = record.doing
  if doing == "waiting" and record.waits then
    doing = "waiting for " .. record.waits
  end
  return ("%s, %s, %s%s"):format(actors.who(record.pid, record.behaviour),
    starter, doing, place_of(record))
end

--- What is said of those that are left, a line each.
---@param left table[]
---@return string
function actors.complaint(left)
  local told, lines = roots(left), {}
  for index = 1, math.min(#told, TOLD) do
    lines[index] = "still there: " .. sentence(told[index])
  end
  if #told > TOLD then
    lines[TOLD + 1] = ("... and %d more"):format(#told - TOLD)
  end
  return table.concat(lines, "\n")
end

-- It has ended when `stop` is back; one that is gone is no error.
local function kill(record)
  troupe.kill(record.pid)
  pcall(troupe.shield, 5, troupe.stop, record.pid)
end

--- Kills them, who supervises before who is supervised, and those that they
--- start meanwhile.
---@param before table of actors.now
function actors.kill(before)
  for _ = 1, ROUNDS do
    local left, entities = actors.left(before)
    table.move(entities, 1, #entities, #left + 1, left)
    if #left == 0 then return end
    for _, record in ipairs(roots(left)) do kill(record) end
  end
end

return actors
