--- The actor that starts a pool's workers and replaces those that die. Not for
-- scripts: see troupe.pool. No request passes through it.

local troupe = require "troupe"
local core = require "troupe.core"
local restart = require "troupe.restart"

local GRACE = 5 -- seconds that a worker has to finish

local manager = {call = {}, info = {}}

-- The seats are the children: a seat's id is its number.
local function seats(name)
  return restart.new {
    started = function(child) core.occupied(name, child.id) end,
    ended = function(child) core.vacated(name, child.id) end,
  }
end

function manager.init(options)
  local name, passed = options.name, options.passed
  local set = seats(name)
  troupe.trap(true)
  core.open_pool(name, options.size)
  for seat = 0, options.size - 1 do
    local pid, why, raised = set:add {
      id = seat, module = options.module, args = options.args,
      options = {name = core.seat(name, seat), link = true,
                 mailbox = passed.mailbox, memory = passed.memory,
                 cpu = passed.cpu},
      restart = "permanent", grace = GRACE,
    }
    if not pid then
      core.close_pool(name)
      set:stop()
      if raised then error(why, 0) end
      return nil, why
    end
  end
  return {name = name, size = options.size, choose = options.choose, set = set}
end

function manager.call.describe(state) return state.size, state.choose end

function manager.call.children(state)
  return state.set:list(), ("pool of %d"):format(state.size), troupe.self()
end

function manager.info.restart(state, serial) state.set:due(serial) end

function manager.down(state, pid, reason) state.set:died(pid, reason) end

-- Nothing more gets in; of a pool that is stopped the workers finish what they
-- have been sent.
function manager.terminate(state, reason)
  core.close_pool(state.name)
  state.set:stop(reason == "normal")
end

return manager
