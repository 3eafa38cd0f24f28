--- The actor that starts a pool's workers and replaces those that die. Not for
-- scripts: see troupe.pool. No request passes through it.

local troupe = require "troupe"
local core = require "troupe.core"
local log = require "troupe.log"

local FIRST_DELAY = 0.1 -- seconds; doubled with each early death
local LAST_DELAY = 5
local EARLY = 5         -- a worker that dies sooner than this has died early

local manager = {call = {}, info = {}}

local function open(name, size)
  local opened, why = pcall(core.open_pool, name, size)
  if opened then return end
  if why.kind ~= "exists" then error(why, 0) end
  -- We hold the manager's name, so the one who opened it was killed.
  core.close_pool(name)
  core.open_pool(name, size)
end

--- Starts the worker of a seat: true, or nil and why.
local function fill(state, seat)
  local ok, pid, why = pcall(troupe.start, state.module, state.args,
    {name = core.seat(state.name, seat), link = true})
  if not ok then return nil, pid end
  if not pid then return nil, why end
  state.seats[pid] = seat
  state.pids[seat] = pid
  state.started[seat] = troupe.now()
  core.occupied(state.name, seat)
  return true
end

local function close(state)
  core.close_pool(state.name)
  for seat = state.size - 1, 0, -1 do
    local pid = state.pids[seat]
    if pid then pcall(troupe.stop, pid) end
  end
end

function manager.init(options)
  local state = {
    name = options.name, module = options.module, args = options.args,
    size = options.size, choose = options.choose,
    seats = {}, pids = {}, started = {}, delays = {},
  }
  troupe.trap(true)
  open(state.name, state.size)
  for seat = 0, state.size - 1 do
    local ok, why = fill(state, seat)
    if not ok then
      close(state)
      if type(why) == "table" and why.kind then error(why, 0) end
      return nil, why
    end
  end
  return state
end

function manager.call.describe(state) return state.size, state.choose end

--- The delay before a seat is filled again: none at first.
local function delay(state, seat)
  local early = troupe.now() - (state.started[seat] or -math.huge) < EARLY
  local last = state.delays[seat]
  if not early then
    state.delays[seat] = 0
  else
    state.delays[seat] = last and math.min(
      math.max(last * 2, FIRST_DELAY), LAST_DELAY) or 0
  end
  return state.delays[seat]
end

local function refill(state, seat)
  local ok, why = fill(state, seat)
  if ok then return end
  log.error("pool %s: worker %d could not be started: %s",
            tostring(state.name), seat, tostring(why))
  troupe.after(math.max(delay(state, seat), FIRST_DELAY), troupe.self(),
               "refill", seat)
end

function manager.info.refill(state, seat)
  if not state.pids[seat] then refill(state, seat) end
end

function manager.down(state, pid, reason)
  local seat = state.seats[pid]
  if not seat then
    -- The starter, to whom we are linked, has ended.
    if not state.seats[pid] then troupe.exit(reason) end
    return
  end
  state.seats[pid] = nil
  state.pids[seat] = nil
  core.vacated(state.name, seat)
  local wait = delay(state, seat)
  if wait == 0 then refill(state, seat)
  else troupe.after(wait, troupe.self(), "refill", seat) end
end

function manager.terminate(state) close(state) end

return manager
