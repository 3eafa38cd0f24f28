--- What a spec needs of the host that it runs in, in `troupe test`.
--
--     local test = require "troupe.test"
--     it("closes an account that nobody uses", function()
--       local disk = test.spy("disk", { load = { { 100 } } })
--       local account = test.start_supervised("account", "alice")
--       assert.equal(100, troupe.call(account, "balance"))
--       test.advance(3600)                      -- takes no time
--       assert.same({ { "load", "alice" }, { "close", "alice" } },
--         disk:calls())
--       disk:assert_drained()
--     end)
--
-- Each `it` begins with a virtual clock, which goes on by itself to whatever is
-- due next when nothing else can happen, and ends with nothing left: an actor
-- that was started in it, or in its before_each, and is still there when its
-- after_each have run, fails it, as does the end of one that it is linked to.
-- What a `setup` starts may live until its teardown.
--
-- Not for what is compared with another process, or with the machine's clock:
-- see real_time. In any other host than that of `troupe test` all these
-- functions raise.

local core = require "troupe.core"
local harness = require "troupe.test.harness"
local lines = require "troupe.test.lines"
local scope = require "troupe.test.scope"
local spies = require "troupe.test.spies"
local time = require "troupe.test.time"
local troupe = require "troupe"

local test = {}

local function need(name)
  if harness.active and scope.innermost() then return end
  core.misuse(("troupe.test.%s is for specs: in `troupe test`, from a setup " ..
    "on"):format(name))
end

-- --- Time --------------------------------------------------------------------

--- Waits until nothing is in flight: no message is being handled or waits to
--- be, no file, process or name is being waited for. Timers do not go off.
function test.settle()
  need "settle"
  time.settle()
end

--- Lets so much time pass, as if it took it: what is due in it happens in
--- order, each at its moment; then settles.
---@param seconds number
function test.advance(seconds)
  need "advance"
  if type(seconds) ~= "number" or not (seconds >= 0 and seconds < math.huge)
  then
    core.expected("seconds", "a number of at least 0", seconds)
  end
  time.advance(seconds)
end

--- From here to the end of this `it` time is the machine's.
function test.real_time()
  need "real_time"
  time.real()
end

-- --- Actors ------------------------------------------------------------------

local function supervise(pid)
  local piece = scope.innermost()
  piece.supervised[#piece.supervised + 1] = pid
  troupe.call(scope.witness(piece), "watch", pid)
  return pid
end

local function linked(options)
  if options ~= nil and type(options) ~= "table" then
    core.expected("options", "a table", options)
  end
  local all = { link = true }
  for name, value in pairs(options or {}) do all[name] = value end
  return all
end

-- What a function has started: an actor, or what ends when it is told to.
local function adopt(started, why)
  if core.is_pid(started) then
    troupe.link(started)
    return supervise(started)
  end
  local good = type(started) == "table" and started.stop ~= nil
  if not good then
    core.expected("the function", "one that returns a pid or a pool",
      started == nil and why ~= nil and why or started)
  end
  local piece = scope.innermost()
  piece.supervised[#piece.supervised + 1] = started
  return started
end

--- Starts an actor, as troupe.start(module, args, options) does; or what a
--- function starts, of these arguments: it returns a pid, or a pool. It ends
--- after the after_each, of several the last one first; if it ends before, by
--- an error, that fails the `it`: see await_exit.
---@param module string|function
---@param ... any
---@return userdata|table pid or the pool
function test.start_supervised(module, ...)
  need "start_supervised"
  if type(module) == "function" then return adopt(module(...)) end
  local args, options = ...
  return supervise(troupe.start(module, args, linked(options)))
end

--- Waits for the end of an actor, which then fails nothing; why it has ended,
--- "noactor" if it was not supervised, and had before.
---@param target any
---@return any reason
function test.await_exit(target)
  need "await_exit"
  local pid = core.is_pid(target) and target or
    require "troupe.registry".whereis(target)
  if not pid then core.expected("target", "an actor that is there", target) end
  local piece = scope.innermost()
  piece.expected[pid] = true
  return troupe.timeout(math.huge, troupe.call, scope.witness(piece), "reason",
    pid)
end

--- An actor under this name that keeps what it is sent, and answers what it is
--- told to: for each request a list of answers, each a list of results, given
--- in turn; or a function, of the arguments, that runs here, in the spec, and
--- cannot wait. Asked for more, it raises `badrequest` at the caller, and the
--- `it` fails.
--
--     local prices = test.spy("prices", {
--       get = { { 12 }, { nil, "unknown" } },
--       put = function(key, price) ... end,
--     })
--
-- prices:calls(), prices:calls "get", prices:assert_drained(), prices.pid.
---@param name any a key; nil: none
---@param answers table|function|nil
---@return table spy
function test.spy(name, answers)
  need "spy"
  return spies.new(name, answers == nil and {} or answers)
end

-- --- The log -----------------------------------------------------------------

local function copies(from)
  local list = {}
  for index, line in ipairs(lines.all()) do
    if index > from then
      list[#list + 1] = { level = line.level, message = line.message,
        actor = line.actor, behaviour = line.behaviour }
    end
  end
  return list
end

--- The lines that this `it` has had written to the log so far, which are shown
--- if it fails: each {level, message, actor, behaviour}.
---@return table[]
function test.logs()
  need "logs"
  return copies(0)
end

--- Those that are written while it runs, and until nothing is in flight.
---@param fn function
---@return table[]
function test.capture(fn, ...)
  need "capture"
  if type(fn) ~= "function" then core.expected("fn", "a function", fn) end
  local from = #lines.all()
  fn(...)
  time.settle()
  return copies(from)
end

return test
