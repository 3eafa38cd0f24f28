--- Work that goes on beside its owner, each piece in an actor of its own.
--
--     local task = require "troupe.task"
--     local page = task.async("fetch", "page", url)  -- fetch.page(url), there
--     local rates = troupe.call("rates", "all")      -- meanwhile, here
--     print(task.await(page), rates)
--
--     local pages = task.map("fetch", "page", urls, {limit = 8, rate = 20})
--
-- `await` is a call: it waits 5 s unless a `troupe.timeout` says otherwise, and
-- may be tried again after that. What the function raises, `await` raises, with
-- a trace from where it failed to who awaits it. To await once more gives the
-- same again. A task ends with its owner, and only its owner awaits it; its own
-- end, even by a kill, does not reach the owner but through `await`. One that
-- nobody can await any more runs to its end; if it fails, the log has it.
--
-- Not for what keeps a state or serves others: that is an actor with a
-- behaviour. Not for work that takes less than starting an actor does, some
-- 100 us: call the function.

local troupe = require "troupe"
local core = require "troupe.core"

local handle = {}

function handle:__gc()
  if not self.results then core.dismiss(self.pid) end
end

local task = {}

local function check(module, name)
  if type(module) ~= "string" then
    core.expected("module", "the name of a module, for a function has to be " ..
                  "in one", module)
  end
  if type(name) ~= "string" then
    core.expected("name", "the name of a function of " .. module, name)
  end
end

--- Starts `require(module)[name](...)` in an actor of its own.
---@param module string
---@param name string
---@return table task for `await`
function task.async(module, name, ...)
  check(module, name)
  local pid = core.start("troupe.task.runner",
    {module = module, name = name, args = table.pack(...)})
  return setmetatable({pid = pid, owner = troupe.self(),
                       name = module .. "." .. name}, handle)
end

local function lost(self)
  return core.failure("exit", ("the task %s had ended before it was awaited")
                      :format(self.name))
end

-- What there is to be told: true and results, or false and an error object
-- that has our hop. Raises what says nothing about the task, like a timeout.
local function ask(self)
  local results = table.pack(pcall(troupe.call, self.pid, "await"))
  local problem = results[2]
  if results[1] then return table.pack(table.unpack(results, 2, results.n)) end
  if problem.kind == "exit" then return results end
  if problem.kind == "noactor" then return {false, lost(self), n = 2} end
  error(problem, 0)
end

--- What the task's function returns; raises what it raises.
---@param self table a task of one's own
---@return any ...
function task.await(self)
  if getmetatable(self) ~= handle then core.expected("task", "a task", self) end
  if self.owner ~= troupe.self() then
    core.misuse "a task is awaited by who started it"
  end
  local results = self.results or ask(self)
  local first = self.results == nil
  self.results = results
  if results[1] then return table.unpack(results, 2, results.n) end
  if first then core.raise(results[2]) end
  error(results[2], 0)
end

-- --- map ---------------------------------------------------------------------

local NAMES = {limit = true, rate = true, errors = true}

local function check_options(options)
  if options == nil then options = {} end
  if type(options) ~= "table" then
    core.expected("options", "a table", options)
  end
  for name in pairs(options) do
    if not NAMES[name] then
      core.misuse("unknown option " .. core.describe(name))
    end
  end
  local limit, rate, errors = options.limit, options.rate, options.errors
  if limit ~= nil and (math.type(limit) ~= "integer" or limit < 1) then
    core.expected("limit", "an integer from 1", limit)
  end
  if rate ~= nil and not (type(rate) == "number" and rate > 0) then
    core.expected("rate", "a number above 0", rate)
  end
  if errors ~= nil and errors ~= "raise" and errors ~= "return" then
    core.expected("errors", '"raise" or "return"', errors)
  end
  return limit or 8, rate, errors or "raise"
end

-- How long what is asked after a deadline may take, and of how many items.
local PATIENCE, TOLD = 0.05, 8

-- What one that is late is doing: an entry of an error's culprits.
local function culprit(item, list)
  local entry = {pid = item.pid, behaviour = "troupe.task.runner",
                 item = item.index}
  local found, info = pcall(core.info, item.pid)
  local doing = found and info.doing or "running"
  entry.doing = ("is %s with item %d, %s"):format(doing, item.index,
    core.describe(list[item.index]))
  if found and info.waits then
    entry.waits, entry.doing = info.waits, entry.doing .. ", for " .. info.waits
  end
  if found and info.where then
    entry.doing = ("%s (%s)"):format(entry.doing, info.where)
  end
  return entry
end

-- A timeout names the items that are late, not the actor that minds them.
local function late(problem, pid, name, list)
  if type(problem) ~= "table" or problem.kind ~= "timeout" then
    return problem
  end
  local found, running, done = pcall(troupe.call, pid, "running")
  if not found or #running == 0 then return problem end
  local culprits, items = {}, {}
  for n = 1, math.min(#running, TOLD) do
    items[n] = running[n].index
    culprits[n] = culprit(running[n], list)
  end
  problem.culprit = culprits
  problem.message = ("%s did not return for item%s %s%s in %.3g s: %d of %d " ..
    "are done"):format(name, #running == 1 and "" or "s",
    table.concat(items, ", "), #running > TOLD and ", ..." or "",
    problem.waited or 0, done, #list)
  return problem
end

--- Calls the function with each item, each time in an actor of its own.
-- Returns the list of its first results, and one of reasons: reasons[i] is the
-- second result where the first is nil, or, with errors = "return", the error
-- object of a call that raised. Otherwise the first error, by time, stops the
-- others and is raised. Without a `troupe.timeout` it takes as long as need be.
---@param module string
---@param name string
---@param list table
---@param options table|nil limit: at a time (8); rate: starts a second (any);
---  errors: "raise" (default) or "return"
---@return table results results.n is how many there are
---@return table reasons
function task.map(module, name, list, options)
  check(module, name)
  if type(list) ~= "table" then core.expected("list", "a table", list) end
  local limit, rate, errors = check_options(options)
  local pid = core.start("troupe.task.map", {module = module, name = name,
    list = list, limit = limit, rate = rate, errors = errors})
  local _ <close> = setmetatable({}, {__close = function()
    troupe.kill(pid) -- and so all that it has started
  end})
  local ok, results, reasons, problem =
    pcall(troupe.timeout, math.huge, troupe.call, pid, "run")
  if not ok then
    error(troupe.shield(PATIENCE, late, results, pid, module .. "." .. name,
                        list), 0)
  end
  if problem then core.raise(problem) end
  return results, reasons
end

return task
