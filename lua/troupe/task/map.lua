--- The actor behind task.map: starts tasks, a few at a time, and collects what
-- comes of them. Not for scripts: see troupe.task.

local troupe = require "troupe"
local core = require "troupe.core"

local map = {call = {}, info = {}}

function map.init(plan)
  troupe.trap(true)
  return {
    plan = plan, count = #plan.list, next = 1, running = 0, due = 0,
    results = {n = #plan.list}, reasons = {}, index_of = {}, told = {},
  }
end

local function answer(state, ...)
  if state.from then troupe.reply(state.from, ...) end
  state.from = nil
end

local function fail(state, index, problem)
  if state.plan.errors == "return" then
    state.reasons[index] = problem
  else
    answer(state, nil, nil, problem)
  end
end

local function launch(state, index)
  local plan = state.plan
  local ok, pid = pcall(core.start, "troupe.task.runner", {
    module = plan.module, name = plan.name, report = troupe.self(),
    index = index, args = {plan.list[index], n = 1},
  }, {link = true})
  if not ok then return fail(state, index, pid) end
  state.index_of[pid] = index
  state.running = state.running + 1
end

-- Has the next one's time come? If not, we look again when it has.
local function is_due(state)
  local now, rate = troupe.now(), state.plan.rate
  if not rate then return true end
  if state.due > now then
    state.timer = state.timer or
      troupe.after(state.due - now, troupe.self(), "go")
    return false
  end
  state.due = now + 1 / rate
  return true
end

local function go(state)
  while state.from and state.next <= state.count and
        state.running < state.plan.limit and is_due(state) do
    state.next = state.next + 1
    launch(state, state.next - 1)
  end
  if state.running == 0 and state.next > state.count then
    answer(state, state.results, state.reasons)
  end
end

-- What was waited for has come, even if rounding has the clock just before it.
function map.info.go(state)
  state.timer, state.due = nil, -math.huge
  go(state)
end

function map.call.run(state)
  state.from = troupe.from()
  go(state)
  return troupe.noreply
end

--- What has been started and has not ended: {index, pid}; and how many have.
function map.call.running(state)
  local running = {}
  for pid, index in pairs(state.index_of) do
    running[#running + 1] = {index = index, pid = pid}
  end
  table.sort(running, function(a, b) return a.index < b.index end)
  return running, state.next - 1 - #running
end

function map.info.done(state, index, ok, result, reason)
  state.told[index] = true
  if not ok then return fail(state, index, result) end
  state.results[index] = result
  if result == nil then state.reasons[index] = reason end
end

local function as_problem(pid, reason)
  if type(reason) == "table" and reason.kind then return reason end
  local text = ("%s ended: %s"):format(pid, core.describe(reason))
  local problem = core.failure("exit", text)
  problem.reason = reason
  return problem
end

function map.down(state, pid, reason)
  local index = state.index_of[pid]
  if not index then return end
  state.index_of[pid] = nil
  state.running = state.running - 1
  if not state.told[index] then fail(state, index, as_problem(pid, reason)) end
  go(state)
end

return map
