--- How busted runs specs in `troupe test`. Not for scripts: see troupe.test.
--
-- busted publishes what becomes of an `it` before the after_each have run.
-- Here that is held until they have, and what was started in it has been
-- looked at; so it fails by what it leaves, and its failure has the log's
-- lines.
--
-- Each piece of a spec, one `before_each` for one, is evaluated
-- (core.evaluate), so that it can be interrupted when it does not end.

local actors = require "troupe.test.actors"
local core = require "troupe.core"
local lines = require "troupe.test.lines"
local scope = require "troupe.test.scope"
local time = require "troupe.test.time"
local troupe = require "troupe"

local harness = {
  active = false,
  limit = 60, -- seconds of real time for each piece
}

-- What is held of busted's: channel, element, parent, message, trace.
local CHANNEL, MESSAGE = 1, 4

local LOOKS, LOOK_SPAN = 50, 0.01 -- seconds

local current -- the `it` that is under way: what busted has said of it

-- --- Limits ------------------------------------------------------------------

local number = 0

-- What called it says nothing.
local function trimmed(text)
  return (text:gsub("\n%s*%[C%]: in function 'xpcall'\n" ..
    "[^\n]*busted/core%.lua.*", ""))
end

-- Something that comes again and again leaves a wait that nothing ends no rest:
-- then virtual time flies.
local function flight(began)
  local days = (troupe.now() - began) / 86400
  if core.clock() ~= "virtual" or days < 1 then return "" end
  return (", in which virtual time went on for %d days"):format(days // 1)
end

-- Calls it, and ends it when the limit is over. False, and why it did not come
-- to its end; or true, and the same if it has heard of that itself. `what` it
-- is, is for who cannot be ended.
local function limited(what, fn)
  number = number + 1
  core.overtime(harness.limit, number, what)
  local began = troupe.now()
  local good, failure, stack = core.evaluate(number, fn)
  local text = core.overtime()
  if text then
    text = ("did not end within %g s%s%s"):format(harness.limit, flight(began),
      trimmed(text:gsub("^[^\n]", ": waiting for %0")))
  elseif not good then
    text = tostring(failure) .. trimmed("\n" .. stack)
  end
  return good, text
end

local depth = 0 -- of what busted is inside of, which may be twice the same

local function wrap_context(context)
  local push, pop = context.push, context.pop
  function context.push(element)
    push(element)
    depth = depth + 1
  end
  function context.pop()
    depth = depth - 1
    pop()
  end
end

local function leave(context, wanted)
  while depth > wanted do context.pop() end
end

local function tell_too_long(busted, descriptor, element, text)
  local status = descriptor == "it" and "failure" or "error"
  if current then current.overdue = true end
  busted.publish({ status, element.descriptor }, element,
    busted.context.parent(element), text, element.trace)
  return busted.status(status)
end

-- It has raised where it waited, and busted has taken that for an error.
local function reword_last(text, results)
  local failure = current and current.failures[#current.failures]
  if not failure or results[1]:success() then return end
  current.overdue = true
  failure[MESSAGE] = text
  if failure[CHANNEL][2] ~= "it" then return end
  failure[CHANNEL] = { "failure", "it" }
  results[1] = nil
end

-- `it "a shop opens"`, or what else it is, and of what.
local function name_of(busted, descriptor, element)
  local names, at = {}, element
  while at and at.descriptor ~= "file" and at.name do
    table.insert(names, 1, at.name)
    at = busted.context.parent(at)
  end
  return ('%s "%s"'):format(descriptor, table.concat(names, " "))
end

local function wrap_safe(busted)
  local safe = busted.safe
  function busted.safe(descriptor, run, element)
    if run ~= element.run and descriptor ~= "finally" then
      return safe(descriptor, run, element)
    end
    local outside, results = depth, nil
    local what = name_of(busted, descriptor, element)
    local good, text = limited(what, function()
      results = table.pack(safe(descriptor, run, element))
    end)
    if not good then
      leave(busted.context, outside)
      return tell_too_long(busted, descriptor, element, text)
    end
    if text then reword_last(text, results) end
    if not results[1] then return busted.status "failure" end
    return table.unpack(results, 1, results.n)
  end
end

-- --- Coverage ----------------------------------------------------------------

-- What a program reads, as busted's output.
local FOR_PROGRAMS = { TAP = true, json = true, junit = true }

local coverage -- who counts lines
local covers -- whether; its luacov's file of settings, or true
local output

-- busted asks its module for it, and for the output, when it has read its
-- options.
local function take_coverage()
  package.loaded["busted.modules.luacov"] = function()
    return function(settings)
      covers = settings or true
      coverage.begin()
      return true
    end
  end
  local make = require "busted.modules.output_handler_loader"
  package.loaded["busted.modules.output_handler_loader"] = function()
    local load_output = make()
    return function(busted, name, ...)
      output = name
      return load_output(busted, name, ...)
    end
  end
end

local function finish_coverage()
  if not covers then return end
  local good, why = coverage.finish(FOR_PROGRAMS[output] or false,
    type(covers) == "string" and covers or nil)
  if not good then io.stderr:write("troupe: coverage: ", why, "\n") end
end

-- --- What busted says --------------------------------------------------------

-- The stack of an error object reaches down to who runs the spec.
local function without_runner(message)
  if type(message) ~= "string" then return message end
  return (message:gsub("\n%s*%[C%]: in function 'xpcall'\n" ..
    "[^\n]*busted/core%.lua[^\n]*", ""))
end

-- A failure, an error, and the end are held.
local function hold(channel, element, ...)
  local kind = channel[1]
  if kind == "failure" or kind == "error" then
    local held = table.pack(channel, element, ...)
    held[MESSAGE] = without_runner(held[MESSAGE])
    current.failures[#current.failures + 1] = held
  elseif kind == "test" and channel[2] == "end" then
    current.ending = table.pack(channel, element, ...)
  else
    return false
  end
  return true
end

local function wrap_publish(busted)
  local publish = busted.publish
  function busted.publish(channel, ...)
    if current and hold(channel, ...) then return end
    if channel[1] == "exit" then finish_coverage() end
    return publish(channel, ...)
  end
end

local function add(failure, text)
  failure[MESSAGE] = ("%s\n%s"):format(failure[MESSAGE], text)
end

-- What was wrong first stays first.
local function put_complaints(busted, trial, element, complaints)
  local text = table.concat(complaints, "\n")
  if text == "" then return end
  if trial.failures[1] then return add(trial.failures[1], "also: " .. text) end
  trial.failures[1] = table.pack({ "failure", "it" }, element,
    busted.context.parent(element), text, element.trace)
  if trial.ending then trial.ending[MESSAGE] = "failure" end
end

local function tell(busted, trial)
  for _, failure in ipairs(trial.failures) do
    busted.publish(table.unpack(failure, 1, failure.n))
  end
  if trial.ending then
    busted.publish(table.unpack(trial.ending, 1, trial.ending.n))
  end
end

-- --- An `it`, and what is around it ------------------------------------------

-- What is in flight may not come to rest, either. Of several workers nobody
-- knows when they have: they get a moment if somebody is left.
local function rest(piece)
  if current and current.overdue then return end
  local good, text = limited("to settle", function()
    if time.settles() then return time.settle() end
    for _ = 1, LOOKS do
      if #actors.left(piece.before) == 0 then return end
      troupe.sleep(LOOK_SPAN)
    end
  end)
  if not good then
    scope.complain("what was started goes on and on: to settle " ..
      text:match "^[^\n]*")
  end
end

local function begin_trial()
  time.reset()
  lines.begin()
  local trial = { failures = {} }
  trial.scope = scope.begin()
  troupe.trap(true)
  scope.drain()
  current = trial
  return trial
end

-- A mistake of ours is told, too.
local function finish_scope(piece)
  local good, complaints = pcall(scope.finish, piece, rest)
  return good and complaints or { tostring(complaints) }
end

local function finish_trial(busted, trial, element)
  local complaints = finish_scope(trial.scope)
  put_complaints(busted, trial, element, complaints)
  local log = lines.finish()
  if log ~= "" and trial.failures[1] then
    add(trial.failures[1], "log:\n" .. log)
  end
  current = nil
  time.reset()
  tell(busted, trial)
end

-- What a lazy_setup starts is not the `it`'s by which it is run.
local function run_it(busted, block, it)
  return function(element)
    if not block.lazySetup(busted.context.parent(element)) then return end
    local trial = begin_trial()
    it(element)
    finish_trial(busted, trial, element)
  end
end

local function run_scope(busted, run)
  return function(element)
    time.reset()
    local piece = scope.begin()
    run(element)
    local complaints = finish_scope(piece)
    time.reset()
    if #complaints == 0 then return end
    busted.publish({ "error", element.descriptor }, element,
      busted.context.parent(element),
      "after its teardown: " .. table.concat(complaints, "\n"),
      element.trace or { short_src = element.name, currentline = 1,
        traceback = "" })
  end
end

local WRAPPERS = {
  it = function(busted, it)
    return run_it(busted, require "busted.block"(busted), it)
  end,
  describe = run_scope,
  file = run_scope,
}

-- An alias comes as a string.
local function wrap_register(busted)
  local register = busted.register
  function busted.register(name, executor, ...)
    local wrap = WRAPPERS[name]
    if wrap and type(executor) == "function" then
      executor = wrap(busted, executor)
    end
    return register(name, executor, ...)
  end
end

-- A count of 256 is no success.
local function bound_status()
  local compatibility = require "busted.compatibility"
  local exit = compatibility.exit
  function compatibility.exit(code, ...)
    if math.type(code) == "integer" then code = math.min(code, 255) end
    exit(code, ...)
  end
end

--- To be called before busted's runner.
---@param limit number|nil seconds
---@param counts table that counts lines, if busted is told to: `begin`, and
---`finish`, which is told whether the output is for a program, and of a file
---of luacov's settings
function harness.install(limit, counts)
  harness.active = true
  coverage = counts
  harness.limit = limit or harness.limit
  bound_status()
  take_coverage()
  local make = require "busted.core"
  package.loaded["busted.core"] = function()
    local busted = make()
    wrap_context(busted.context)
    wrap_publish(busted)
    wrap_safe(busted)
    wrap_register(busted)
    return busted
  end
end

return harness
