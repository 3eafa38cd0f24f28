--- A fixed number of workers behind one handle.
--
--     local pool = require "troupe.pool"
--     local rates = pool.start("rates", "shop.rates", args, {size = 3})
--     troupe.call(rates:at("EUR"), "get", "EUR")   -- same key, same worker
--     troupe.call(rates:at(), "refresh")           -- the least busy
--     rates:with(function(worker)                  -- nobody else's meanwhile
--       troupe.call(worker, "begin")
--       troupe.call(worker, "commit")
--     end)
--
-- The worker is chosen in the caller: there is no actor in the middle. One
-- that dies is replaced, and the new one takes over its mailbox: only the
-- request in hand fails.
--
-- Not for state that belongs to a key: that is an entity (troupe.entity).

local troupe = require "troupe"
local core = require "troupe.core"

local pool = {}
pool.__index = pool
pool.__module = "troupe.pool" -- a handle can be sent

local function manager_key(name)
  local key = {"troupe.pool"}
  if type(name) ~= "table" then name = {name} end
  table.move(name, 1, #name, 2, key)
  return key
end

-- What the workers are started with.
local PASSED = {mailbox = true, memory = true, cpu = true}

local function check(options)
  options = options or {}
  if type(options) ~= "table" then
    core.expected("options", "a table", options)
  end
  for name in pairs(options) do
    if name ~= "size" and name ~= "choose" and not PASSED[name] then
      core.misuse("unknown option " .. core.describe(name))
    end
  end
  local size, choose = options.size or 3, options.choose or "busy"
  if math.type(size) ~= "integer" or size < 1 or size > 1024 then
    core.expected("size", "an integer from 1 to 1024", size)
  end
  if choose ~= "busy" and choose ~= "turn" then
    core.expected("choose", '"busy" or "turn"', choose)
  end
  return size, choose, {mailbox = options.mailbox, memory = options.memory,
                        cpu = options.cpu}
end

local function handle(name, size, choose)
  return setmetatable({name = name, size = size, choose = choose, turn = 0},
                      pool)
end

-- How its manager is started.
local function recipe(name, module, args, size, choose, passed)
  return {name = name, module = module, args = args, size = size,
          choose = choose, passed = passed}
end

--- Starts a pool. It belongs to the caller: linked, so it ends with it.
---@param name string|integer|table a key, unique among pools
---@param module string the workers' behaviour
---@param args any what each worker's init gets
---@param options table|nil size (3), choose: "busy" (default) or "turn";
-- mailbox, memory, cpu: each worker's, as of troupe.start
---@return table handle raises `exists`, or what a worker's init raised
function pool.start(name, module, args, options)
  local size, choose, passed = check(options)
  local pid, why = core.start("troupe.pool.manager",
    recipe(name, module, args, size, choose, passed),
    {name = manager_key(name), link = true})
  if not pid then return nil, why end
  return handle(name, size, choose)
end

--- A pool as a child of a supervisor (troupe.supervisor); its id there is its
-- name. Find it by pool.of.
---@param name string|integer|table
---@param module string
---@param args any
---@param options table|nil those of pool.start; restart, grace: a child's
---@return table child
function pool.child(name, module, args, options)
  local own, child = {}, {"troupe.pool.manager", grace = math.huge}
  if options ~= nil and type(options) ~= "table" then
    core.expected("options", "a table", options)
  end
  for key, value in pairs(options or {}) do
    if key == "restart" or key == "grace" then
      child[key] = value
    else
      own[key] = value
    end
  end
  child[2] = recipe(name, module, args, check(own))
  child.id, child.name = name, manager_key(name)
  return child
end

--- The handle of a pool that somebody has started; raises `noactor`.
---@param name string|integer|table
---@return table handle
function pool.of(name)
  local size, choose = troupe.call(manager_key(name), "describe")
  return handle(name, size, choose)
end

--- The address of a worker: of the one that serves `key`, always the same; or,
-- without a key, of the least busy one, or the next in turn.
---@param key string|integer|table|nil
---@return userdata address a target for call, cast and send
function pool:at(key)
  local name = self.name
  if key ~= nil then
    return core.seat(name, core.hash(key, self.size))
  end
  local turn = self.turn
  self.turn = (turn + 1) % self.size
  if self.choose == "turn" then return core.seat(name, turn) end
  return core.seat(name, core.least_busy(name, turn))
end

--- Calls `fn(worker)` with a worker that nobody else gets meanwhile. Borrowers
-- queue in order, within their deadline; the worker is given back however fn
-- is left, and when the borrower dies.
---@param fn function
---@return any ... what fn returns
function pool:with(fn)
  return core.checkout(self.name, fn)
end

--- Stops the pool: the workers finish what they have been sent.
function pool:stop()
  return troupe.stop(manager_key(self.name))
end

return pool
