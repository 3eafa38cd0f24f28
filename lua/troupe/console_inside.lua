--- Lines that run inside another actor: enter and leave. Not for scripts: see
-- troupe.inspect.

local core = require "troupe.core"
local inspect = require "troupe.inspect"
local quote = require "troupe.console_quote"

local inside = {}

--- From now on lines run there.
---@param context table
---@param target any
---@param options table|nil now, timeout: as of inspect.enter
function inside.enter(context, target, options)
  local pid = inspect.info(target).pid
  local text = tostring(pid)
  local behaviour = core.behaviour(pid)
  if behaviour then text = text .. " " .. quote.clean(behaviour) end
  options = options or {}
  context.entered = {pid = pid, text = text, options = {
    now = options.now or nil, timeout = options.timeout}}
end

---@param context table
function inside.leave(context) context.entered = nil end

--- Runs one input there.
---@param context table with `entered`
---@param text string that compiles
---@return any ...
function inside.run(context, text)
  local entered = context.entered
  return inspect.enter(entered.pid, text, entered.options)
end

return inside
