-- What the load consists of. An action may fail in any way that the face
-- allows; it must only come back.
--
-- `about` says what there is: address, pools, keys, groups. `state.pids` are
-- actors that the one who acts knows of, dead or alive.

local troupe = require "troupe"
local entity = require "troupe.entity"
local pool = require "troupe.pool"
local registry = require "troupe.registry"
local tcp = require "troupe.tcp"

local KNOWN_LARGEST = 24 -- pids that one actor remembers

local random = math.random
local actions = {}
local names

local function one_of(list) return list[random(#list)] end

local function remember(state, pid)
  local pids = state.pids
  if #pids < KNOWN_LARGEST then
    pids[#pids + 1] = pid
  else
    pids[random(KNOWN_LARGEST)] = pid
  end
end

local function known(state)
  if #state.pids == 0 then
    remember(state, troupe.start("soak.actor"))
  end
  return one_of(state.pids)
end

local function sleeper(about)
  local kind = entity.kind("soak.actor", { idle = 0.001 * random(20) })
  return kind:at(one_of(about.keys))
end

local function payload()
  local shape = random(5)
  if shape == 1 then return ("x"):rep(random(5000)) end
  if shape == 2 then
    local list = {}
    for i = 1, random(100) do list[i] = { i, tostring(i) } end
    return list
  end
  return random(1000)
end

-- --- Actors -----------------------------------------------------------------

function actions.start(_, state)
  local how = one_of { "plain", "plain", "plain", "slow", "raise", "refuse",
    "exit" }
  local pid = troupe.start("soak.actor", how,
    { link = random(4) == 1, timeout = random(3) == 1 and 0.003 or nil })
  if pid then remember(state, pid) end
end

function actions.start_named(about, state)
  remember(state, troupe.start("soak.actor", "plain",
    { name = one_of(about.keys) }))
end

function actions.stop(_, state) troupe.stop(known(state), one_of {
  "normal", "shutdown", "tired" }) end

function actions.kill(_, state) troupe.kill(known(state)) end

function actions.crash(_, state) troupe.cast(known(state), "fail") end

function actions.call_crash(_, state) troupe.call(known(state), "fail") end

function actions.leave(_, state)
  troupe.call(known(state), "leave", one_of { "normal", "tired" })
end

function actions.link(_, state)
  troupe.cast(known(state), one_of { "link", "unlink", "monitor" },
    known(state))
end

function actions.relate(_, state)
  local pid = known(state)
  one_of { troupe.link, troupe.monitor, troupe.unlink, troupe.demonitor }(pid)
end

function actions.trap(_, state) troupe.cast(known(state), "trap") end

-- The actor acts in its turn, until it is killed in the middle of it.
function actions.act(about, state)
  troupe.cast(known(state), "act", about, random(4))
end

-- --- Messages ---------------------------------------------------------------

function actions.call(_, state)
  local given = payload()
  local got = troupe.call(known(state), "echo", given)
  assert(type(got) == type(given), "an echo")
end

function actions.cast(_, state)
  local pid = known(state)
  for _ = 1, random(20) do troupe.cast(pid, "trap") end
  troupe.send(pid, "tick")
end

function actions.chain(_, state)
  local pids = {}
  for i = 1, random(6) do pids[i] = known(state) end
  troupe.call(known(state), "chain", pids)
end

function actions.late(_, state) troupe.call(known(state), "later", 0.002) end

function actions.never(_, state) troupe.call(known(state), "never") end

function actions.slow(_, state) troupe.call(known(state), "slow", 0.004) end

function actions.wrapped(_, state)
  troupe.call(known(state), "wrapped", known(state))
end

function actions.unknown(_, state) troupe.call(known(state), "nothing") end

function actions.timers(_, state)
  local pid = known(state)
  troupe.cast(pid, "tick", 0.001 * random(5))
  local timer = troupe.after(0.001 * random(5), pid, "tick")
  if random(2) == 1 then timer:cancel() end
end

function actions.sleep() troupe.sleep(0.001 * random(4)) end

-- --- Names ------------------------------------------------------------------

function actions.ensure(about, state)
  local how = one_of { "plain", "plain", "slow", "raise", "refuse" }
  local pid = registry.ensure(one_of(about.keys), "soak.actor", how)
  if pid then remember(state, pid) end
end

function actions.names(about, state)
  local key = one_of(about.keys)
  -- Whoever has a name may be stopped by others.
  if not state.spared and random(2) == 1 then registry.register(key) end
  local pid = registry.whereis(key)
  if pid then remember(state, pid) end
  registry.unregister(key)
end

function actions.groups(about)
  local group = one_of(about.groups)
  registry.join(group)
  registry.publish(group, "trap")
  if random(2) == 1 then registry.leave(group) end
end

function actions.entity(about)
  if random(2) == 1 then
    troupe.call(sleeper(about), "echo", 1)
  else
    troupe.cast(sleeper(about), one_of { "trap", "trap", "fail" })
  end
end

-- --- Pools ------------------------------------------------------------------

function actions.pool(about)
  local p = pool.of(one_of(about.pools))
  local worker = random(2) == 1 and p:at() or p:at(one_of(about.keys))
  if random(3) == 1 then
    troupe.cast(worker, one_of { "trap", "trap", "fail" })
  else
    troupe.call(worker, "echo", payload())
  end
end

function actions.borrow(about)
  pool.of(one_of(about.pools)):with(function(worker)
    troupe.call(worker, one_of { "echo", "slow", "fail" }, 0.002)
    if random(4) == 1 then error("as asked") end
    if random(4) == 1 then troupe.sleep(0.002) end
  end)
end

function actions.pool_life()
  local name = { "brief", random(5) }
  local p = pool.start(name, "soak.actor", random(6) == 1 and "raise" or nil,
    { size = random(3) })
  pcall(troupe.call, p:at(), "echo", 1)
  p:stop()
end

-- --- Sockets ----------------------------------------------------------------

function actions.socket(about)
  local sock = assert(tcp.connect(one_of(about.addresses)))
  for _ = 1, random(4) do
    sock:write(("x"):rep(random(random(20000))) .. "\n")
    if random(3) ~= 1 then sock:read("line") end
  end
  local last = random(4)
  if last == 1 then sock:write("fail\n") end
  if last == 2 then sock:write("leave\n") end
  if last ~= 3 then sock:close() end -- else it is left to the collector
end

function actions.refused() tcp.connect("127.0.0.1:1") end

-- --- All --------------------------------------------------------------------

-- What was asked for, or what may become of a request.
local function is_expected(why)
  if type(why) == "string" then return why:find("as asked", 1, true) end
  return why.kind ~= "badargument" and
    (why.kind ~= "badrequest" or why.message:find("nothing", 1, true))
end

--- Performs one action, whatever comes of it, within a second.
function actions.one(about, state)
  state.pids = state.pids or {}
  local name = one_of(names)
  local ok, why = pcall(troupe.timeout, random(4) == 1 and 0.003 or 0.1,
    actions[name], about, state)
  state.count = (state.count or 0) + 1
  if ok or is_expected(why) then return end
  state.surprises = state.surprises or {}
  state.surprises[#state.surprises + 1] = name .. ": " .. tostring(why)
end

names = {}
for name in pairs(actions) do
  if name ~= "one" then names[#names + 1] = name end
end
table.sort(names)

return actions
