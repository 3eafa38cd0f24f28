--[[
How much the to-do system carries.

  troupe run scripts/todo/load.lua [--count 1000000] [--writes 20000]

Put: the first look-up of a list, which starts its server. Get: each later
one. Both go through the cache, as a client's would, in batches (--batch): a
batch that takes 10 s to start is asleep again before it is looked up.
Then writes over 1,000 lists until the last one is on disk; --workers 1 shows
what a single database actor makes of that.

`elixir --erl "+P 4000000" scripts/todo/peers/load.exs` does the same work.
--]]
local cache = require "todo.cache"
local database = require "todo.database"
local options = require "todo.options"
local troupe = require "troupe"

local USAGE = [[
troupe run scripts/todo/load.lua [OPTION...]
  --count N      lists to start and to look up (1000000)
  --batch N      lists to start before they are looked up (20000)
  --writes N     entries to add afterwards (20000)
  --workers N    database actors (3)
  --data DIR     keep the files there (a new folder, removed afterwards)]]

local DEFAULTS = {
  count = 1000000, batch = 20000, writes = 20000, workers = 3, data = "",
}

local RANGES = {
  count = { 0, 10000000 }, batch = { 1, 10000000 }, writes = { 0, 10000000 },
  workers = { 1, 1000 },
}

local LISTS_WRITTEN = 1000

local function seconds(fn, ...)
  local start = troupe.now()
  fn(...)
  return troupe.now() - start
end

local function look_up(first, last)
  for number = first, last do cache.server("list-" .. number) end
end

local function lookups(count, batch)
  local put, get = 0, 0
  for first = 1, count, batch do
    local last = math.min(first + batch - 1, count)
    local size = last - first + 1
    local batch_put = seconds(look_up, first, last)
    local batch_get = seconds(look_up, first, last)
    print(("%d..%d: put %.2f us, get %.2f us"):format(first, last,
      batch_put / size * 1e6, batch_get / size * 1e6))
    put, get = put + batch_put, get + batch_get
  end
  return put, get
end

-- A read queues behind the writes of its list, so when every list has been
-- read from the database, everything is on disk.
local function write(count)
  local function name(number) return "written-" .. number % LISTS_WRITTEN end
  for number = 1, count do
    cache.add_entry(name(number), { date = "2018-12-19", title = "Dentist" })
  end
  for number = 1, math.min(count, LISTS_WRITTEN) do
    cache.entries(name(number), "2018-12-19")
    database.get(name(number))
  end
end

local function run(chosen, folder)
  local workers, reason = database.start {
    folder = folder, workers = chosen.workers,
  }
  if not workers then return nil, reason end
  if chosen.count > 0 then
    local put, get = lookups(chosen.count, chosen.batch)
    print(("put %.2f us each, get %.2f us each (%d lists)"):format(
      put / chosen.count * 1e6, get / chosen.count * 1e6, chosen.count))
  end
  if chosen.writes > 0 then
    local spent = seconds(write, chosen.writes)
    print(("store %.2f us each (%d writes, %d workers)"):format(
      spent / chosen.writes * 1e6, chosen.writes, chosen.workers))
  end
  return true
end

local function fresh_folder()
  local name = os.tmpname()
  os.remove(name)
  return name
end

local chosen, reason = options.parse(arg, DEFAULTS, RANGES, USAGE)
local done
if chosen then
  local own = chosen.data == ""
  local folder = own and fresh_folder() or chosen.data
  done, reason = run(chosen, folder)
  if own then os.execute("rm -rf -- '" .. folder .. "'") end
end
if not done then
  io.stderr:write(reason, "\n")
  os.exit(1)
end
