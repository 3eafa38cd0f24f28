--- Lines that run inside another actor: enter and leave. Not for scripts: see
-- troupe.inspect.

local core = require "troupe.core"
local inspect = require "troupe.inspect"
local problem = require "troupe.console_problem"

local inside = {}

--- From now on lines run there.
---@param context table
---@param target any
---@param now boolean|nil while it waits, too
function inside.enter(context, target, now)
  local pid = inspect.info(target).pid
  local text = tostring(pid)
  local behaviour = core.behaviour(pid)
  if behaviour then text = text .. " " .. behaviour end
  context.entered = {pid = pid, now = now or nil, text = text}
end

---@param context table
function inside.leave(context) context.entered = nil end

--- Runs one input there.
---@param context table with `entered`
---@param text string
---@return table outcome
function inside.run(context, text)
  local entered = context.entered
  local results = table.pack(xpcall(inspect.enter, problem.caught, entered.pid,
                                    text, {now = entered.now}))
  if not results[1] then return {type = "F", problem = results[2]} end
  return {type = "R", values = table.pack(table.unpack(results, 2, results.n))}
end

return inside
