--- Exchanges a module's version in all actors that use it, at once. Not for
-- scripts: see troupe.inspect, which has its reload, rollback and version.
--
-- All that have loaded the module stop between two messages; what they are sent
-- stays in their mailboxes. Each loads the new version beside the old one and,
-- if it runs on the module and that has an `upgrade(state, old_version)`, calls
-- that on a copy of its state. When all have done so the version is switched,
-- and they go on with what they have made. If one raises, or has not come to
-- the end of its handler in time, all go on as they were. So no message is
-- handled by the old version after one has been handled by the new.
--
-- This is what leads it. It may run in any actor but one of the module's own:
-- where that waits for the others is as good as between two messages. If it
-- ends, the others go on with whatever version the host has by then.

local core = require "troupe.core"
local exchange = require "troupe.exchange"
local troupe = require "troupe"

local PATIENCE = 5 -- seconds, to stop, and then to prepare
local PAUSE = 0.001 -- between two looks at who holds up whom

local reload = {}

local function raise(text)
  core.raise(core.failure("exit", text))
end

local function who(pid)
  local actor = core.actor(pid)
  return ("%s %s"):format(pid, actor and actor.behaviour or "script")
end

-- What one of them has raised is raised here.
local function check_failure(change, name)
  local pid, problem = change:failure()
  if not pid then return end
  problem.message = ("%s keeps its version, as %s raised: %s")
    :format(name, who(pid), problem.message)
  core.raise(problem)
end

-- Waits until none is busy; `help`: those that are held up by others.
local function settle(change, task, what, help)
  local limit = troupe.now() + task.patience
  while true do
    local busy = change:await(PAUSE)
    check_failure(change, task.name)
    if busy == 0 then return end
    if troupe.now() >= limit then
      local pid = change:laggard()
      if pid then
        raise(("%s keeps its version, as %s %s within %g s"):format(task.name,
          who(pid), what, task.patience))
      end
    elseif help then
      change:follow()
    end
  end
end

-- Loads it where it can do no harm. Returns what it calls its version.
local function try(task, facts)
  local pid, told = core.start("troupe.reload.trial",
    {number = facts.number, name = task.name, behaviour = facts.behaviour,
     path = facts.path}, {timeout = task.patience, link = false})
  if pid then raise("the trial of " .. task.name .. " did not end") end
  return told.version or facts.version
end

local function freeze(change, task)
  change:join()
  repeat
    settle(change, task, "did not come to the end of its handler", true)
  until change:join() == 0
end

local function prepare(change, task)
  change:prepare()
  change:prepare_own()
  settle(change, task, "did not upgrade")
end

local function finish(change, task)
  change:release()
  change:install_own()
  settle(change, task, "did not go on")
end

local function run(change, task)
  local began = troupe.now()
  local version = try(task, change:describe())
  repeat
    freeze(change, task)
    prepare(change, task)
  until change:commit()
  troupe.shield(task.patience, finish, change, task)
  return {module = task.name, version = version, actors = change:count(),
          seconds = troupe.now() - began}
end

local NAMES = {force = true, patience = true}

local function check(name, options)
  if type(name) ~= "string" then
    core.expected("module", "the name of a module", name)
  end
  if options == nil then options = {} end
  if type(options) ~= "table" then
    core.expected("options", "a table", options)
  end
  for field in pairs(options) do
    if not NAMES[field] then
      core.misuse("unknown option " .. core.describe(field))
    end
  end
  local patience = options.patience or PATIENCE
  if type(patience) ~= "number" or patience <= 0 then
    core.expected("patience", "a number above 0", patience)
  end
  return {name = name, patience = patience}
end

local function begin(task, how, file)
  local change <close>, why = exchange.open(task.name, how, file)
  if not change then return nil, why end
  return run(change, task)
end

--- Reads the module's file anew and changes to what is there.
---@param name string as for require; or the file of a script
---@param options table|nil force = true: even if it is as it was; patience:
---  seconds to stop all, and to upgrade (5)
---@return table|nil result {module, version, actors, seconds}
---@return string|nil reason "unchanged", "not loaded", "busy": another one is
---  under way
function reload.reload(name, options)
  local task = check(name, options)
  return begin(task, options and options.force and "force" or "new")
end

--- The same for one file of those that are loaded under the name.
---@param file string
---@param name string
---@return table|nil result
---@return string|nil reason
function reload.file(file, name)
  return begin(check(name), "new", file)
end

--- Changes to the version before this one, which the host has kept.
---@param name string
---@param options table|nil patience, as of reload
---@return table|nil result as of reload
---@return string|nil reason also "no former version"
function reload.rollback(name, options)
  return begin(check(name, options), "back")
end

--- Which versions the host has: it counts them from 1.
---@param name string
---@return integer|nil current nil: it is not loaded
---@return integer|nil former what rollback would change to
function reload.version(name)
  check(name)
  return exchange.versions(name)
end

return reload
