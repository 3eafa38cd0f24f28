-- Random load on one host, and whether it becomes quiet afterwards:
--
--   build/test/troupe run spec/soak.lua SECONDS [SEED]
--
-- Starts, stops, kills, crashes, calls, casts, timers, names, groups, pools,
-- entities and connections, some dropped. A first round brings the host's
-- tables to their size; after each there must be no actor, name, message,
-- stream or block more than after that one. Prints one line, and its status
-- is 1 if something is left, or does not end.

local troupe = require "troupe"
local pool = require "troupe.pool"
local probe = require "probe"
local registry = require "troupe.registry"
local tcp = require "troupe.tcp"

local DRIVERS = 6
local FIRST_ROUND = 1    -- seconds
local CROWD = 1500       -- actors at once, in the first round
local MEASURED = 10      -- messages, and an actor has histograms
local SETTLE_LIMIT = 30  -- seconds
local LONGEST_ACTION = 10
local NAMES = 2000       -- enough to touch every part of a table of names
local KEYS = { "a", "b", 3, { "room", 4 }, { "room", 5 } }

local patience = tonumber(os.getenv("TROUPE_SPEC_PATIENCE")) or 1

local function addresses(socket_file)
  return { "127.0.0.1:0", "unix:" .. socket_file }
end

local function start_servers(about)
  local servers = {}
  local socket_file = os.tmpname()
  os.remove(socket_file)
  for i, address in ipairs(addresses(socket_file)) do
    servers[i] = assert(tcp.serve(address, "soak.peer"))
    about.addresses[i] = i == 1 and servers[i]:address() or address
  end
  return servers
end

local function start_pools(about)
  local pools = {}
  for i, name in ipairs(about.pools) do
    pools[i] = pool.start(name, "soak.actor", nil,
      { size = 2, choose = i == 1 and "turn" or "busy" })
  end
  return pools
end

-- Waits for what the drivers tell: how many actions there were. Raises
-- `timeout` if one of them hangs.
local function collect(limit, surprises)
  local count = 0
  troupe.timeout(limit, function()
    for _ = 1, DRIVERS do
      local what, done, odd
      repeat what, done, odd = troupe.receive() until what == "done"
      count = count + done
      table.move(odd, 1, #odd, #surprises + 1, surprises)
    end
  end)
  return count
end

local function round(seconds, seed, surprises)
  local about = { keys = KEYS, groups = { "g", { "g", 2 } },
    pools = { "p", "q" }, addresses = {} }
  local servers = start_servers(about)
  local pools = start_pools(about)
  for index = 1, DRIVERS do
    troupe.start("soak.driver", { about = about, seconds = seconds,
      seed = seed, index = index, teller = troupe.self() })
  end
  local count = collect((seconds + LONGEST_ACTION) * patience, surprises)
  for _, p in ipairs(pools) do p:stop() end
  for _, server in ipairs(servers) do server:close() end
  return count
end

-- Brings the tables of actors, of their histograms and of names to their size.
local function crowd()
  local pids = {}
  for i = 1, CROWD do
    pids[i] = troupe.start("soak.actor")
    for _ = 1, MEASURED do troupe.call(pids[i], "echo") end
  end
  for i = 1, CROWD do troupe.stop(pids[i]) end
  for i = 1, NAMES do
    registry.register(i)
    registry.join(i)
    registry.unregister(i)
    registry.leave(i)
  end
  for i = 1, 5 do pool.start({ "brief", i }, "soak.actor"):stop() end
end

-- What must not grow. Kinds are asked in this order; blocks last, as asking
-- makes none.
local KINDS = { "actors", "entries", "streams", "heap", "blocks" }

local function take_stock(stock)
  collectgarbage()
  collectgarbage()
  for _, kind in ipairs(KINDS) do stock[kind] = probe[kind]() end
  return stock
end

local function is_more(stock, base)
  for _, kind in ipairs(KINDS) do
    if stock[kind] > base[kind] then return true end
  end
  return false
end

-- Waits until there is no more than `base`, or the time is over.
local function settle(stock, base)
  local last = troupe.now() + SETTLE_LIMIT * patience
  repeat
    troupe.sleep(0.05)
    take_stock(stock)
  until not is_more(stock, base) or troupe.now() > last
  return not is_more(stock, base)
end

-- Deadlines of calls that were answered stand for seconds before they go:
-- the least that a round leaves is known once nothing has gone for a while.
local function settle_first(stock)
  local least = take_stock({})
  local quiet_since = troupe.now()
  while troupe.now() - quiet_since < 6 do
    troupe.sleep(0.2)
    take_stock(stock)
    for _, kind in ipairs(KINDS) do
      if stock[kind] < least[kind] then
        least[kind] = stock[kind]
        quiet_since = troupe.now()
      end
    end
  end
  return least
end

local function describe(stock, base)
  local parts = {}
  for _, kind in ipairs(KINDS) do
    parts[#parts + 1] = ("%s %+d"):format(kind, stock[kind] - base[kind])
  end
  return table.concat(parts, ", ")
end

local function main(seconds, seed)
  local surprises, stock = {}, take_stock({})
  print(("soak: %g s, seed %d, %d workers"):format(seconds, seed,
    probe.workers()))
  crowd()
  print("soak: first round")
  io.stdout:flush()
  round(FIRST_ROUND, seed + 1, surprises)
  local base = settle_first(stock)
  local count = round(seconds, seed, surprises)
  local quiet = settle(stock, base)
  for _, surprise in ipairs(surprises) do print("surprise: " .. surprise) end
  for _, key in ipairs(registry.keys()) do
    print("left: " .. tostring(key) .. " " ..
      tostring(registry.whereis(key)))
  end
  print(("soak: %d actions, %s: %s"):format(count,
    quiet and "quiet" or "not quiet", describe(stock, base)))
  return quiet and #surprises == 0
end

os.exit(main(tonumber(arg[1]) or 600, tonumber(arg[2]) or os.time()) and 0
  or 1)
