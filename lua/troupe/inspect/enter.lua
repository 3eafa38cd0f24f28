--- What an operator does inside an actor: see troupe.inspect.
--
--     inspect.enter("shop", "state.stock.bread")     --> 12
--     inspect.enter("shop", "state.stock.bread = 20")
--     inspect.state("shop").stock.bread              --> 20
--
-- Not for a program: what an actor is for, it has handlers for.

local core = require "troupe.core"
local troupe = require "troupe"

local enter = {}

local function check_options(options)
  if options == nil then return {} end
  if type(options) ~= "table" then
    core.expected("options", "a table", options)
  end
  for name in pairs(options) do
    if name ~= "now" and name ~= "timeout" then
      core.misuse("unknown option " .. core.describe(name))
    end
  end
  if options.timeout ~= nil and type(options.timeout) ~= "number" then
    core.expected("timeout", "a number", options.timeout)
  end
  return options
end

-- What is printed there is printed here.
local function show(output)
  if output and output ~= "" then print((output:gsub("\n$", ""))) end
end

local function finish(ok, output, ...)
  if not ok then
    if type(output) == "table" then show(output.output) end
    error(output, 0)
  end
  show(output)
  return ...
end

--- Runs Lua inside an actor, between two of its messages, or while a script
--- receives; what it returns, or the values of an expression. What of them
--- cannot be sent is a text.
--
-- It sees and sets the actor's globals; `state` is the behaviour's state, and
-- may be assigned to. It may wait, like a handler. What it raises, by whatever,
-- is raised here: the actor goes on. It ends when the time here is over (5 s,
-- or that of a `timeout`), when its asker ends, or by inspect.interrupt, and
-- `pcall` does not keep it; or when it has used as much CPU time as a message
-- may.
---@param target any
---@param source string
---@param options table|nil now: where the actor stands, in a handler that waits
-- or runs, too: then it cannot wait, and has 0.1 s of CPU; timeout: seconds
---@return any ...
function enter.enter(target, source, options)
  options = check_options(options)
  if type(source) ~= "string" then
    core.expected("source", "a string", source)
  end
  local way = options.now and "enter now" or "enter"
  if not options.timeout then
    return finish(pcall(core.visit, target, way, source))
  end
  return finish(pcall(troupe.timeout, options.timeout, core.visit, target, way,
                      source))
end

--- A copy of the state of a behaviour, wherever the actor is, which is not
--- disturbed. What cannot be sent is a text, metatables are left out. Raises
--- `badargument` for a script, which has none, and for more than 16 MiB.
---@param target any
---@return any
function enter.state(target) return core.visit(target, "state") end

--- A full collection of an actor's garbage, between two of its messages. A
--- large one takes long, and nothing interrupts it: 1 GB takes about a second.
---@param target any
---@return integer before bytes
---@return integer after
function enter.gc(target) return core.visit(target, "gc") end

return enter
