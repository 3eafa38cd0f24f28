--- The actor behind troupe.supervisor: starts, watches and stops children. Not
-- for scripts.

local troupe = require "troupe"
local restart = require "troupe.restart"

local manager = {call = {}, info = {}}

function manager.init(plan)
  troupe.trap(true)
  local set = restart.new(plan)
  for _, spec in ipairs(plan.children) do
    local pid, why, raised = set:add(spec)
    if not pid then
      set:stop()
      if raised then error(why, 0) end
      return nil, why
    end
  end
  return {set = set, strategy = plan.strategy}
end

function manager.call.add(state, spec) return state.set:add(spec) end

function manager.call.remove(state, id) return state.set:remove(id) end

function manager.call.children(state)
  return state.set:list(), "supervisor " .. state.strategy, troupe.self()
end

function manager.info.restart(state, serial) state.set:due(serial) end

function manager.down(state, pid, reason) state.set:died(pid, reason) end

function manager.terminate(state) state.set:stop() end

return manager
