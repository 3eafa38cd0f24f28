--- Children that are started again when they die. Not for scripts: see
-- troupe.supervisor and troupe.pool, whose actors each keep such a set.
--
--     local set = restart.new {strategy = "one_for_one", intensity = 3,
--                              period = 5}
--     set:add {id = "rates", module = "rates", options = {}, grace = 5,
--              restart = "permanent"}
--     function manager.down(state, pid, reason) set:died(pid, reason) end
--     function manager.info.restart(state, serial) set:due(serial) end
--
-- The actor traps exits. The first restart is at once; a child that dies young
-- or cannot be started again is left alone for a while, longer each time,
-- while the actor goes on with its other work. A child is kept in the set by
-- the number of its entry: numbers are in the order of the start.

local troupe = require "troupe"
local core = require "troupe.core"
local log = require "troupe.log"
local words = require "troupe.supervisor.words"

local YOUNG = 5   -- seconds; who dies sooner than this has died young
local PATIENCE = 5 -- seconds to wait for the end of one that was killed

local restart = {}
restart.__index = restart

local function nothing() end

--- How a reason or an error reads in a line of its own.
local function tell(reason)
  if type(reason) == "table" and reason.kind and reason.message then
    return ("%s: %s"):format(reason.kind, reason.message)
  end
  return type(reason) == "string" and reason or core.describe(reason)
end

---@param options table strategy; intensity, period: more restarts than that
---  in so many seconds end the actor; backoff: {first, last} seconds; started,
---  ended: called with a child
function restart.new(options)
  local backoff = options.backoff or {0.1, 5}
  return setmetatable({
    strategy = options.strategy or "one_for_one",
    intensity = options.intensity or math.huge,
    period = options.period or 5,
    first = backoff[1], last = backoff[2],
    started = options.started or nothing, ended = options.ended or nothing,
    count = 0, children = {}, by_pid = {}, by_key = {}, recent = {},
    numbers = {},
  }, restart)
end

--- All children, in the order of their start.
function restart:ordered()
  local serials, list = {}, {}
  for serial in pairs(self.children) do serials[#serials + 1] = serial end
  table.sort(serials)
  for index, serial in ipairs(serials) do
    list[index] = self.children[serial]
  end
  return list
end

-- --- Ends --------------------------------------------------------------------

-- Does it end within so many seconds? A stop is answered when it is gone.
local function gone(pid, seconds, reason)
  return (pcall(troupe.shield, seconds, troupe.stop, pid, reason))
end

-- Returns when it has ended: by itself within its grace, or killed.
local function finish(child, pid, polite)
  local grace = child.grace
  if polite then
    if gone(pid, grace, "normal") then return end
  elseif grace > 0 then
    core.shutdown(pid)
    if gone(pid, grace, "shutdown") then return end
  end
  if grace > 0 then
    log.warn("child %s did not stop within %g s: it is killed", child.text,
             grace)
  end
  troupe.kill(pid)
  if not gone(pid, PATIENCE, "shutdown") then
    log.error("child %s was killed and is still there", child.text)
  end
end

function restart:lost(child)
  self.by_pid[child.pid] = nil
  child.pid = nil
  self.ended(child)
end

-- Until it is gone it stays in the set: whoever ends us meanwhile finds it.
function restart:halt(child, polite)
  local pid = child.pid
  if not pid then return end
  finish(child, pid, polite)
  troupe.unlink(pid) -- its exit, which may be in the mailbox, is no news
  self:lost(child)
end

function restart:forget(child)
  if child.timer then child.timer:cancel() end
  self.children[child.serial] = nil
  self.by_key[child.key] = nil
end

--- Stops all, the last first.
---@param polite boolean they finish what they have been sent
function restart:stop(polite)
  local list = self:ordered()
  for index = #list, 1, -1 do self:halt(list[index], polite) end
end

-- --- Starts ------------------------------------------------------------------

local function try(child, restarts)
  return pcall(core.start, child.module, child.args, child.options, restarts)
end

-- Its name may be with a child of one who had our place and was killed: that
-- one is about to end.
local function is_leftover(problem)
  return type(problem) == "table" and problem.kind == "exists" and
    core.orphan(problem.pid)
end

-- True; or nil, why, and whether that was raised.
function restart:launch(child, restarts)
  local ok, pid, why = try(child, restarts)
  if not ok and is_leftover(pid) then
    finish(child, pid.pid)
    ok, pid, why = try(child, restarts)
  end
  if not ok then return nil, pid, true end
  if not pid then return nil, why, false end
  child.pid, child.started, child.since = pid, troupe.now(), troupe.time()
  child.waiting, child.due, child.timer = false, 0, nil
  self.by_pid[pid] = child
  self.started(child)
  return true
end

-- "shop.till", "shop.till 2": of each module the next number.
local function free_id(self, module)
  local base = words.keeper(module) or module
  local number, id = self.numbers[module] or 0
  repeat
    number = number + 1
    id = number == 1 and base or ("%s %d"):format(base, number)
  until not self.by_key[core.key(id)]
  self.numbers[module] = number
  return id
end

--- Starts a child: its pid; or nil, why, and whether that was raised.
---@param spec table id (or none), module, args, options, restart, grace
function restart:add(spec)
  local id = spec.id
  if id == nil then id = free_id(self, spec.module) end
  local key, text = core.key(id)
  if self.by_key[key] then
    local problem = core.failure("exists", "there is a child " .. text)
    problem.pid = self.by_key[key].pid
    return nil, problem, true
  end
  local child = {
    id = id, key = key, text = text, module = spec.module, args = spec.args,
    options = spec.options, restart = spec.restart, grace = spec.grace,
    restarts = 0, due = 0, waiting = false,
  }
  local ok, why, raised = self:launch(child)
  if not ok then return nil, why, raised end
  self.count = self.count + 1
  child.serial = self.count
  self.children[child.serial] = child
  self.by_key[key] = child
  return child.pid
end

-- --- Restarts ----------------------------------------------------------------

-- Counts one more. One too many is the end of the actor: its `terminate` stops
-- the others.
function restart:note(child, reason)
  local now, recent = troupe.now(), {}
  if self.intensity == math.huge then return end
  for _, at in ipairs(self.recent) do
    if now - at < self.period then recent[#recent + 1] = at end
  end
  recent[#recent + 1] = now
  self.recent = recent
  if #recent <= self.intensity then return end
  local text = ("gave up on child %s: more than %g restarts within %g s; " ..
    "the last time it ended: %s"):format(child.text, self.intensity,
    self.period, tell(reason))
  local problem = core.failure("exit", text)
  problem.reason = reason
  log.error("%s", text)
  troupe.exit(problem)
end

-- How long it is left alone: not at all at first, then longer with each time
-- that it dies young or does not start.
function restart:delay(child)
  local started, last = child.started, child.delay
  child.started = nil
  if not last or started and troupe.now() - started >= YOUNG then
    child.delay = 0
  else
    child.delay = math.min(math.max(last * 2, self.first), self.last)
  end
  return child.delay
end

-- Those that go down and up with it, in order.
function restart:affected(child)
  if self.strategy == "one_for_one" then return {child} end
  if self.strategy == "one_for_all" then return self:ordered() end
  local list = {}
  for _, other in ipairs(self:ordered()) do
    if other.serial >= child.serial then list[#list + 1] = other end
  end
  return list
end

function restart:clear(child)
  local list = self:affected(child)
  for index = #list, 1, -1 do
    local other = list[index]
    self:halt(other)
    if other.restart == "temporary" then
      self:forget(other)
    else
      other.waiting = true
    end
  end
end

function restart:say(child, reason, wait)
  local count = ""
  if self.intensity ~= math.huge then
    count = (", restart %d of %d"):format(#self.recent, self.intensity)
  end
  log.warn("child %s ended: %s%s%s", child.text, tell(reason), count,
           wait > 0 and (", in %g s"):format(wait) or "")
end

-- It has ended, or has not been started again.
function restart:recover(child, reason)
  self:note(child, reason)
  local wait = self:delay(child)
  self:say(child, reason, wait)
  self:clear(child)
  child.waiting = true
  child.due = troupe.now() + wait
  if child.timer then child.timer:cancel() end
  if wait == 0 then return self:revive(child) end
  child.timer = troupe.after(wait, troupe.self(), "restart", child.serial)
end

-- Starts those that wait, in order, but where they depend on each other none
-- that comes behind one whose time has not come: that one's timer goes on.
function restart:revive(child)
  local one = self.strategy == "one_for_one"
  local now = troupe.now()
  for _, other in ipairs(one and {child} or self:ordered()) do
    if other.waiting then
      if other ~= child and other.due > now then return end
      local ok, why = self:launch(other, other.restarts + 1)
      if not ok then return self:recover(other, why) end
      other.restarts = other.restarts + 1
    end
  end
end

--- A child's time to be started again has come.
function restart:due(serial)
  local child = self.children[serial]
  if child and child.waiting then self:revive(child) end
end

local function is_calm(reason)
  return reason == "normal" or reason == "shutdown"
end

--- An actor has ended; it may be none of ours.
function restart:died(pid, reason)
  local child = self.by_pid[pid]
  if not child then return end
  self:lost(child)
  if child.restart == "temporary" then
    self:forget(child)
  elseif child.restart == "permanent" or not is_calm(reason) then
    self:recover(child, reason)
  end
end

-- --- From outside ------------------------------------------------------------

function restart:find(id)
  if core.is_pid(id) then return self.by_pid[id] end
  return self.by_key[core.key(id)]
end

--- Stops and forgets a child: true, or nil and "nochild".
---@param id any its id, or its pid
function restart:remove(id)
  local child = self:find(id)
  if not child then return nil, "nochild" end
  self:halt(child)
  self:forget(child)
  -- Others may have waited for its time to come.
  if self.strategy ~= "one_for_one" then self:revive() end
  return true
end

local function state_of(child)
  if child.pid then return "up" end
  return child.waiting and "waiting" or "ended"
end

--- What is there, in order, as values that can be sent.
function restart:list()
  local list = {}
  for index, child in ipairs(self:ordered()) do
    list[index] = {
      id = child.id, text = child.text, name = child.options.name,
      pid = child.pid, behaviour = child.module, restart = child.restart,
      restarts = child.restarts, since = child.pid and child.since,
      state = state_of(child),
    }
  end
  return list
end

return restart
