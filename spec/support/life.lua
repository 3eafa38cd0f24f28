-- Actors that report their end (fixtures/doll.lua), and what the spec hears:
--
--   after_each(life.finish)
--   local pid = life.doll { report = troupe.self() }
--   troupe.stop(pid)
--   assert.same({ "ended", pid, "normal" }, life.next())

local eventually = require "support.eventually"
local probe = require "probe"
local troupe = require "troupe"

local life = {}

local LIMIT = 10 -- seconds
local PATIENCE = tonumber(os.getenv "TROUPE_SPEC_PATIENCE") or 1

local before
local started = {}

local function count()
  return { actors = probe.actors(), entries = probe.entries(),
    streams = probe.streams() }
end

--- Lets `finish` end this actor, too.
function life.keep(pid)
  before = before or count()
  started[#started + 1] = pid
  return pid
end

--- Starts one; see fixtures/doll.lua, troupe.start.
function life.doll(options, start_options)
  before = before or count()
  return life.keep(troupe.start("fixtures.doll", options, start_options))
end

--- Calls it: what the code returns.
function life.run(pid, code, ...) return troupe.call(pid, "run", code, ...) end

--- Casts to it.
function life.begin(pid, code, ...)
  assert(troupe.cast(pid, "run", code, ...))
end

--- The infos and downs that it has got.
function life.seen(pid) return troupe.call(pid, "seen") end

--- Waits until it has got as many of them as are expected, and compares.
function life.hears(pid, expected)
  eventually(function() return #life.seen(pid) >= #expected end)
  assert(require "luassert".same(expected, life.seen(pid)))
end

--- What comes next to the spec itself, as a list.
function life.next()
  return { troupe.timeout(LIMIT * PATIENCE, troupe.receive) }
end

--- What has come and nobody has looked at: a list of lists.
function life.drain()
  local all = {}
  troupe.send(troupe.self(), "drained")
  while true do
    local message = life.next()
    if message[1] == "drained" then return all end
    all[#all + 1] = message
  end
end

--- What the function raises; fails if it raises nothing.
function life.raised(run, ...)
  local ok, problem = pcall(run, ...)
  if ok then error("expected an error", 2) end
  return problem
end

--- The first line of what the function raises, without its place.
function life.misuse(run, ...)
  local text = tostring(life.raised(run, ...)):match "[^\n]*"
  return (text:gsub("^.-(expected )", "%1"):gsub("^.-(unknown )", "%1"))
end

--- Waits until the target waits inside a handler or has gone on to `queued`
--- messages in its mailbox.
function life.queued(pid, queued)
  local core = require "troupe.core"
  eventually(function()
    local row = core.actor(pid)
    return row and row.queue == queued
  end)
end

--- Ends all of them; waits until nothing is left that was not there before.
function life.finish()
  troupe.trap(true)
  for _, pid in ipairs(started) do troupe.kill(pid) end
  started = {}
  eventually(function()
    local now = count()
    return not before or now.actors <= before.actors and
      now.entries <= before.entries and now.streams <= before.streams
  end)
  -- A trapped exit comes behind the mark of the first.
  life.drain()
  life.drain()
  troupe.trap(false)
end

return life
