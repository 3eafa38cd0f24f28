--- Lines that run inside another actor: enter and leave. Not for scripts: see
-- troupe.inspect.

local core = require "troupe.core"
local inspect = require "troupe.inspect"
local quote = require "troupe.console.quote"
local registry = require "troupe.registry"

local inside = {}

-- Runs where the actor stands, and nothing of its script: the names in the
-- table that a path of names leads to.
local NAMES = [[
local path, value = %s, _G
for index = 1, #path do
  local name, field = path[index]
  if index == 1 and name == "state" then
    field = state
  elseif type(value) == "table" then
    field = rawget(value, name)
  end
  value = field
end
local names, count = {}, 0
if type(value) ~= "table" then return names end
for name in next, value do
  if type(name) == "string" then
    count = count + 1
    names[count] = name
    if count == 2000 then break end
  end
end
return names]]

-- The names of the handlers of a behaviour, of one kind.
local REQUESTS = [[
local module = package and package.loaded[%q]
local list, count = {}, 0
local handlers = type(module) == "table" and rawget(module, %q)
if type(handlers) ~= "table" then return list end
for name in next, handlers do
  if type(name) == "string" then
    count = count + 1
    list[count] = name
    if count == 2000 then break end
  end
end
return list]]

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

local function late(target, options, begun)
  local seconds = options.timeout or 5
  if begun then
    return ("it was not done in %g s, and is ended"):format(seconds)
  end
  return ("%s is busy, and has not come to it in %g s; --now does not wait " ..
    "for that"):format(core.describe(target), seconds)
end

-- What is late is told in an operator's words.
local function finish(target, options, ok, ...)
  if ok then return ... end
  local failure = ...
  if type(failure) == "table" and failure.kind == "timeout" and
    failure.message:find('visit "enter', 1, true) then
    failure = {kind = "timeout", message = late(target, options,
                                                failure.begun ~= false)}
  end
  error(failure, 0)
end

--- Runs a source there, once.
---@param target any
---@param source string
---@param options table now, timeout
---@return any ...
function inside.once(target, source, options)
  options = {now = options.now or nil, timeout = options.timeout}
  return finish(target, options, pcall(inspect.enter, target, source, options))
end

---@param context table
function inside.leave(context)
  if not context.entered then
    error({kind = "badargument", message = "you are inside no actor"}, 0)
  end
  context.entered = nil
end

--- Runs one input there.
---@param context table with `entered`
---@param text string that compiles
---@return any ...
function inside.run(context, text)
  local entered = context.entered
  return inside.once(entered.pid, text, entered.options)
end

-- Where it is, and nobody waits for long.
local function look(target, source)
  local ok, found = pcall(inspect.enter, target, source,
                          {now = true, timeout = 1})
  return ok and type(found) == "table" and found or {}
end

--- What is in a table there: for completion.
---@param context table with `entered`
---@param path string "state.stock"; "" for its globals
---@return string[]
function inside.names(context, path)
  local names = {}
  for name in path:gmatch "[%a_][%w_]*" do
    names[#names + 1] = ("%q"):format(name)
  end
  return look(context.entered.pid, NAMES:format("{" ..
    table.concat(names, ", ") .. "}"))
end

--- What may be asked of an actor: for completion.
---@param target any
---@param kind string "call" or "cast"
---@return string[]
function inside.requests(target, kind)
  local pid = core.is_pid(target) and target or registry.whereis(target)
  local behaviour = pid and core.behaviour(pid)
  return behaviour and look(pid, REQUESTS:format(behaviour, kind)) or {}
end

return inside
