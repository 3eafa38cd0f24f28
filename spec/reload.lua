-- A module is reloaded again and again under full load: no call is lost, none
-- is answered by several versions, and none is begun by a version after another
-- one has begun with a later one. Prints figures.
--
--   troupe run --workers 8 spec/reload.lua DIRECTORY ACTORS RELOADS

local directory, actors, reloads = ...
local troupe = require "troupe"

package.path = directory .. "/?.lua;./spec/reload/?.lua;" .. package.path

local reload = require "troupe.reload"

local CLIENTS = 16

local function read(file)
  local handle <close> = assert(io.open(file))
  return handle:read "a"
end

local template = read "spec/reload/account.lua"

local function write(number)
  local handle <close> =
    assert(io.open(directory .. "/versioned_account.lua", "w"))
  handle:write((template:gsub("NUMBER = 1", "NUMBER = " .. number)))
end

local function start()
  local pids, clients = {}, {}
  for index = 1, actors do pids[index] = troupe.start "versioned_account" end
  for index = 1, CLIENTS do
    clients[index] = troupe.start("client", { pids = pids, seed = index })
  end
  return pids, clients
end

local function run()
  local times = {}
  for number = 2, reloads + 1 do
    write(number)
    local result = assert(reload.reload "versioned_account")
    assert(result.actors >= tonumber(actors) and result.version == number)
    times[#times + 1] = result.seconds
    troupe.sleep(0.01)
  end
  table.sort(times)
  return times
end

-- Adds what one has seen to what all have seen.
local function add(all, first, last)
  for version, at in pairs(first) do
    all[version] = all[version] or { first = at, last = at }
    all[version].first = math.min(all[version].first, at)
  end
  for version, at in pairs(last) do
    all[version].last = math.max(all[version].last, at)
  end
end

local function collect(pids, clients)
  local seen, calls, casts, mixed, handled = {}, 0, 0, 0, 0
  for _, pid in ipairs(clients) do
    local told = troupe.timeout(60, troupe.call, pid, "finish")
    add(seen, told.first, told.last)
    calls, casts = calls + told.calls, casts + told.casts
    mixed = mixed + told.mixed
  end
  for _, pid in ipairs(pids) do
    for version, told in pairs(troupe.call(pid, "casts")) do
      add(seen, { [version] = told.first }, { [version] = told.last })
      handled = handled + told.count
    end
  end
  assert(casts == handled, "a cast was lost")
  assert(mixed == 0, "an answer is of two versions")
  return seen, calls, casts
end

local function check_order(seen)
  local latest = 0
  for version = 1, reloads + 1 do
    local one = seen[version]
    if one then
      assert(one.first > latest, "an earlier version began later")
      latest = one.last
    end
  end
end

write(1)
reloads = tonumber(reloads)
local pids, clients = start()
local began = troupe.now()
local times = run()
local span = troupe.now() - began
local seen, calls, casts = collect(pids, clients)
check_order(seen)
print(("%d calls, %d casts, none lost; %d reloads in %.1f s: " ..
  "median %.1f ms, longest %.1f ms"):format(calls, casts, reloads, span,
  times[#times // 2 + 1] * 1000, times[#times] * 1000))
for _, pid in ipairs(clients) do troupe.kill(pid) end
for _, pid in ipairs(pids) do troupe.kill(pid) end
