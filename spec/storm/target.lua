-- What the storm is about: a serial actor that says so when it is not. It knows
-- of each sender how many of its requests have come, and in which order.
--
-- The storm writes it anew: NUMBER is its version.

local troupe = require "troupe"
local pool = require "troupe.pool"
local registry = require "troupe.registry"

local NUMBER = 1

local target = { call = {}, cast = {}, info = {}, number = NUMBER }

target.concurrent = nil -- MANY

function target.init(args)
  return { number = NUMBER, args = args, from = {}, count = 0 }
end

function target.upgrade(state)
  if state.args == "slow" then troupe.sleep(0.001) end
  if math.random(20) == 1 then error "as asked" end
  state.number = NUMBER
  return state
end

-- Between here and the end of the handler nobody else has the state.
local function enter(state)
  if target.concurrent then return nil end
  assert(not state.inside, "INVARIANT: two at a time")
  assert(state.number == NUMBER, "INVARIANT: the state of another version")
  state.inside = true
  return setmetatable({}, { __close = function() state.inside = nil end })
end

-- `sender` names who sends, and `number` is that of its request here.
local function note(state, sender, number)
  local last = state.from[sender] or 0
  if number ~= last + 1 then
    error(("INVARIANT: of %s %d came after %d"):format(sender, number, last), 0)
  end
  state.from[sender] = number
  state.count = state.count + 1
end

local function spin(seconds)
  local last = os.clock() + seconds
  while os.clock() < last do end
end

local ways = {}

function ways.nothing() end
function ways.spin() spin(0.002) end
function ways.sleep() troupe.sleep(0.002) end
function ways.caught() pcall(troupe.sleep, 0.003) end
function ways.fail() error("as asked", 0) end
function ways.exit() troupe.exit "as asked" end

function ways.sort()
  local list = { 5, 3, 1, 4, 2 }
  table.sort(list, function(a, b) spin(0.0005) return a < b end)
end

function ways.gsub()
  string.gsub("abc", ".", function() spin(0.001) end)
end

function ways.finaliser()
  setmetatable({}, { __gc = function() spin(0.001) end })
  collectgarbage()
end

function ways.waiting_finaliser()
  setmetatable({}, { __gc = function() troupe.sleep(0.001) end })
  collectgarbage()
end

function ways.coroutine()
  local inner = coroutine.wrap(function()
    troupe.sleep(0.001)
    coroutine.yield()
    spin(0.001)
  end)
  inner()
  inner()
end

function ways.closing()
  local _ <close> = setmetatable({}, { __close = function()
    troupe.sleep(0.001)
    spin(0.001)
  end })
  troupe.sleep(0.001)
end

function ways.hook()
  debug.sethook(function() spin(0.0005) end, "", 1000)
  for _ = 1, 5000 do end
  debug.sethook()
end

function ways.nested(other)
  pcall(troupe.timeout, 0.02, troupe.call, other, "peek")
end

function ways.forward(other)
  troupe.timeout(0.02, troupe.call, other, "peek")
end

function ways.borrow()
  pool.of("storm pool"):with(function(worker)
    troupe.call(worker, "peek")
    troupe.sleep(0.001)
  end)
end

function ways.ensure()
  registry.ensure("brief", "storm.bystander")
end

function ways.cast(other)
  for _ = 1, 12 do troupe.cast(other, "tick") end
end

function ways.timer()
  troupe.after(0.001, troupe.self(), "tick")
end

local function work(state, sender, number, way, other)
  local _ <close> = enter(state)
  if not target.concurrent then note(state, sender, number) end
  ways[way](other)
  return NUMBER
end

target.call.work, target.cast.work = work, work
target.call.peek = function(state) return state.count end
target.call.version = function(state) return NUMBER, state.number end
target.cast.tick = function() end
target.info.tick = function() end

target.ways = {}
for name in pairs(ways) do target.ways[#target.ways + 1] = name end
table.sort(target.ways)

return target
