--- The actor that starts a pool's workers and replaces those that die. Not for
-- scripts: see troupe.pool. No request passes through it.

local troupe = require "troupe"
local core = require "troupe.core"
local log = require "troupe.log"

local FIRST_DELAY = 0.1 -- seconds; doubled with each early death
local LAST_DELAY = 5
local EARLY = 5         -- a worker that dies sooner than this has died early

local manager = {call = {}, info = {}}

local function start(state, seat)
  return pcall(troupe.start, state.module, state.args,
    {name = core.seat(state.name, seat), link = true})
end

--- Starts the worker of a seat: true, or nil and why.
local function fill(state, seat)
  local ok, pid, why = start(state, seat)
  if not ok and pid.kind == "exists" then
    -- A worker of an earlier pool of this name, whose manager was killed.
    pcall(troupe.stop, pid.pid)
    ok, pid, why = start(state, seat)
  end
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
    owner = troupe.from().pid,
    seats = {}, pids = {}, started = {}, delays = {},
  }
  troupe.trap(true)
  core.open_pool(state.name, state.size)
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

--- How long the seat stays empty: not at all at first, then longer with each
-- worker that dies early or does not start.
local function delay(state, seat)
  local started, last = state.started[seat], state.delays[seat]
  state.started[seat] = nil
  if not last or started and troupe.now() - started >= EARLY then
    state.delays[seat] = 0
  else
    state.delays[seat] = math.min(math.max(last * 2, FIRST_DELAY), LAST_DELAY)
  end
  return state.delays[seat]
end

local function refill_later(state, seat)
  troupe.after(delay(state, seat), troupe.self(), "refill", seat)
end

function manager.info.refill(state, seat)
  local ok, why = fill(state, seat)
  if ok then return end
  log.error("pool %s: worker %d could not be started: %s",
            core.describe(state.name), seat, tostring(why))
  refill_later(state, seat)
end

function manager.down(state, pid, reason)
  local seat = state.seats[pid]
  if pid == state.owner then troupe.exit(reason) end
  if not seat then return end
  state.seats[pid] = nil
  state.pids[seat] = nil
  core.vacated(state.name, seat)
  refill_later(state, seat)
end

function manager.terminate(state) close(state) end

return manager
