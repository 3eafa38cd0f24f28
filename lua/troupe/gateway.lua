--- What the program that embeds the host asks of its actors (troupe_call and
-- the like): does it as any script would, many at a time. Not for scripts: the
-- host starts it.

local core = require "troupe.core"
local troupe = require "troupe"

local gateway = {concurrent = 255, cast = {}}

-- Its starter is not who asks, and must not end with what is started.
local function begin(module, args, options)
  if type(options) == "table" and options.link then
    core.misuse("expected no option link: who starts it is no actor")
  end
  return troupe.start(module, args, options)
end

local function start(slot, module, args, options)
  local good, pid, reason = pcall(begin, module, args, options)
  if not good then
    core.gateway_failed(slot, pid)
  elseif pid == nil then
    core.gateway_refused(slot, reason)
  else
    core.gateway_done(slot, pid)
  end
end

--- False: there is no errand, or none that is late.
local function serve(slot, late)
  local good, what, module, args, options =
    pcall(core.gateway_serve, slot, late)
  if not good then
    core.gateway_failed(slot, what)
  elseif what == "start" then
    start(slot, module, args, options)
  elseif what == nil then
    core.gateway_failed(slot, module)
  elseif what then
    core.gateway_done(slot)
  end
  return what ~= false
end

--- Takes errands until there are none.
function gateway.cast.work()
  local slot = core.gateway_slot()
  while serve(slot) do end
end

--- As long as errands wait for others: ends those that do so for too long.
function gateway.cast.watch()
  local slot = core.gateway_slot(true)
  while core.gateway_watches() do
    troupe.sleep(0.01)
    while serve(slot, true) do end
  end
end

return gateway
