-- Actors that do what a spec tells them (fixtures/puppet.lua), and their end:
--
--   after_each(actors.finish)
--   local pid = actors.puppet()
--   assert.equal(3, actors.run(pid, "return 1 + ...", 2))

local eventually = require "support.eventually"
local probe = require "probe"
local troupe = require "troupe"

local actors = {}

local PUPPET = "fixtures.puppet"

local before = probe.actors()
local started = {}

--- Lets `finish` end this actor, too.
function actors.keep(pid)
  started[#started + 1] = pid
  return pid
end

--- Starts one; `options` as of troupe.start; `source` runs in its init.
function actors.puppet(options, source)
  return actors.keep(troupe.start(PUPPET, source, options))
end

--- Calls it: what the source returns.
function actors.run(pid, source, ...)
  return troupe.call(pid, "run", source, ...)
end

--- What the source returns in a fresh one, in which our own library functions
--- make way at each step.
function actors.pacing(source, ...)
  local pid = actors.puppet()
  actors.run(pid, "require 'probe'.pace(1)")
  return actors.run(pid, source, ...)
end

--- Casts to it.
function actors.begin(pid, source, ...)
  return troupe.cast(pid, "run", source, ...)
end

--- What the function raises; fails if it raises nothing.
function actors.raised(run, ...)
  local ok, problem = pcall(run, ...)
  if ok then error("expected an error", 2) end
  return problem
end

--- One of them waits inside a handler, in a call to a gate. Returns both; the
--- gate's `release` lets it go on. Options: its own.
function actors.busy(options)
  local gate, pid = actors.puppet(), actors.puppet(options)
  actors.begin(pid, [[
    local gate, main = ...
    troupe.timeout(math.huge, troupe.call, gate, "hold", main)
  ]], gate, troupe.self())
  assert(troupe.receive() == "held")
  return pid, gate
end

--- How many messages a target's mailbox holds; 0 if it is not there.
function actors.queue(target)
  local core = require "troupe.core"
  local row = core.actor(target)
  return row and row.queue or 0
end

--- Waits until it holds so many.
function actors.queued(pid, count)
  eventually(function() return actors.queue(pid) == count end)
end

--- Waits until it takes no messages, as its module is being reloaded.
function actors.frozen(pid)
  local inspect = require "troupe.inspect"
  eventually(function() return inspect.info(pid).doing == "frozen" end)
end

--- Waits until it waits for that: `kind` as core.waits tells it.
function actors.waits(pid, kind)
  local core = require "troupe.core"
  eventually(function()
    for _, wait in ipairs(core.waits(1000)) do
      if wait.pid == pid and wait.kind == kind then return true end
    end
    return false
  end)
end

--- Ends all of them, and waits until no actor is left that was not there when
--- the spec began.
function actors.finish()
  for _, pid in ipairs(started) do troupe.kill(pid) end
  started = {}
  eventually(function() return probe.actors() <= before end)
end

return actors
