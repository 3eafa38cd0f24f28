-- What the storm consists of. Each act may fail in any way that the face
-- allows; it must come back.
--
-- `about`: keys, of the targets, the second half of which are concurrent; main
-- and drivers, pids; modules, their names, and folder, where they are; ways,
-- what a target can do. `state` is the driver's: sent counts what it has sent
-- to whom.

local troupe = require "troupe"
local entity = require "troupe.entity"
local inspect = require "troupe.inspect"
local pool = require "troupe.pool"
local registry = require "troupe.registry"

local random = math.random
local acts = {}
local names

local function one_of(list) return list[random(#list)] end

-- A target's pid; any that is gone is started again.
local function any_target(about)
  local which = random(#about.keys)
  local key = about.keys[which]
  local many = which > #about.keys // 2
  return registry.ensure(key, many and "storm.several" or "storm.target",
                         one_of { "slow", "plain" }), many
end

local function anybody(about)
  if random(8) == 1 then return one_of(about.drivers) end
  return (any_target(about))
end

-- An operator looks at whoever there is.
local function someone(about)
  if random(8) == 1 then return about.main end
  return anybody(about)
end

-- --- Requests ----------------------------------------------------------------

-- What a target is sent has a number, which is used again if it did not come.
local function count(state, pid, send)
  local key = tostring(pid)
  state.sent = state.sent or {}
  local sender = tostring(troupe.self()) .. " " .. (state.generation or 0)
  local sent = state.sent[key] or 0
  local ok, why = pcall(send, sender, sent + 1)
  if ok and why ~= nil then
    state.sent[key] = sent + 1
    return why
  end
  if ok then return nil end
  if type(why) == "table" and why.begun == false then error(why, 0) end
  if type(why) == "table" and why.begun == true then
    state.sent[key] = sent + 1
    error(why, 0)
  end
  -- Nobody knows: under another name from here on.
  state.generation, state.sent = (state.generation or 0) + 1, {}
  error(why, 0)
end

function acts.call(state, about)
  local pid, other = any_target(about), anybody(about)
  count(state, pid, function(sender, number)
    return troupe.call(pid, "work", sender, number, one_of(about.ways), other)
  end)
end

local function cast(how, state, about)
  local pid, other = any_target(about), anybody(about)
  for _ = 1, random(12) do
    count(state, pid, function(sender, number)
      return (how(pid, "work", sender, number, one_of(about.ways), other))
    end)
  end
end

function acts.cast(state, about) cast(troupe.cast, state, about) end

function acts.trycast(state, about) cast(troupe.trycast, state, about) end

function acts.send(_, about)
  troupe.send(anybody(about), "tick")
end

function acts.timer(_, about)
  local timer = troupe.after(0.001, any_target(about), "tick")
  if random(2) == 1 then timer:cancel() end
end

function acts.publish()
  registry.publish("storm group", "tick")
  registry.join "storm group"
  if random(2) == 1 then registry.leave "storm group" end
end

-- --- Ends --------------------------------------------------------------------

function acts.kill(_, about)
  if random(6) == 1 then troupe.kill(any_target(about)) end
end

function acts.stop(_, about)
  if random(4) == 1 then troupe.stop(any_target(about)) end
end

-- --- Pools, entities, names --------------------------------------------------

function acts.borrow()
  pool.of("storm pool"):with(function(worker)
    troupe.call(worker, "peek")
    if random(3) == 1 then troupe.sleep(0.002) end
    if random(4) == 1 then error("as asked", 0) end
  end)
end

function acts.worker()
  troupe.call(pool.of("storm pool"):at(random(5)), "peek")
end

function acts.entity()
  troupe.call(entity.kind("storm.bystander", { idle = 0.005 }):at(random(3)),
              "peek")
end

function acts.ensure() registry.ensure("brief", "storm.bystander") end

-- --- An operator's -----------------------------------------------------------

local SOURCES = {
  "return state.count", "state.count = state.count",
  "require 'troupe'.sleep(0.002)", "error 'as asked'", "while true do end",
  "while true do pcall(require 'troupe'.sleep, 10) end",
  "while true do pcall(function() while true do end end) end",
  "for _ = 1, 100000 do end return 1",
  "local t <close> = setmetatable({}, {__close = function() " ..
    "require 'troupe'.sleep(0.001) end}) require 'troupe'.sleep(10)",
  "coroutine.wrap(function() require 'troupe'.sleep(0.5) end)()",
  "require 'troupe'.call(require 'troupe.registry'.ensure('brief', " ..
    "'storm.bystander'), 'peek')",
  "require 'troupe.pool'.of('storm pool'):with(function(w) " ..
    "require 'troupe'.sleep(0.001) end)",
  "setmetatable({}, {__gc = function() for _ = 1, 3e5 do end end}) " ..
    "collectgarbage()",
  "require 'troupe'.exit 'as asked'", "print(1) return _G, state, ...",
  "table.sort({3, 2, 1}, function(a, b) for _ = 1, 1e5 do end " ..
    "return a < b end)",
  "require 'troupe.inspect'.cancel(require 'troupe'.self())",
  "local l = {} for i = 1, 1e9 do l[i] = i end",
}

local NOT_INSIDE = "assert(not (type(state) == 'table' and " ..
  "state.inside), 'INVARIANT: a visit inside a handler') "

function acts.enter(_, about)
  local pid, many = any_target(about)
  local source = one_of(SOURCES)
  if random(10) > 1 and source:find "exit" then return end
  inspect.enter(pid, (many and "" or NOT_INSIDE) .. source,
                { timeout = random() / 100 })
end

function acts.enter_driver(_, about)
  inspect.enter(one_of(about.drivers), "return state.acts",
                { timeout = random() / 100 })
end

-- A script, which receives meanwhile.
function acts.enter_main(_, about)
  local source = one_of(SOURCES)
  if source:find "exit" or source:find "state.count" then return end
  inspect.enter(about.main, source, { timeout = random() / 100 })
end

function acts.enter_now(_, about)
  inspect.enter(someone(about), one_of(SOURCES), { now = true })
end

function acts.state(_, about) inspect.state(someone(about)) end
function acts.gc(_, about) inspect.gc(someone(about)) end
function acts.interrupt(_, about) inspect.interrupt(someone(about)) end
function acts.cancel(_, about) inspect.cancel(someone(about)) end
function acts.info(_, about) inspect.info(someone(about)) end
function acts.stack(_, about) inspect.stack(someone(about)) end
function acts.mailbox(_, about) inspect.mailbox(someone(about)) end
function acts.actors() inspect.actors { sort = "queue", limit = 5 } end
function acts.waits() inspect.waits() end
function acts.registry() inspect.registry() end
function acts.modules() inspect.modules() end
function acts.workers() inspect.workers() end
function acts.tree() inspect.tree() end

function acts.trace(_, about)
  inspect.trace(someone(about), random(10), random() / 100)
end

-- In place of the old file: another reload may be reading that.
local function write(about, module)
  local name = about.folder .. "/" .. module:gsub("%.", "/") .. ".lua"
  local text = assert(assert(io.open(name)):read "a")
  text = text:gsub("NUMBER = (%d+)", function(number)
    return "NUMBER = " .. tonumber(number) + 1
  end)
  local new = name .. tostring(troupe.self())
  local file <close> = assert(io.open(new, "w"))
  assert(file:write(text))
  assert(file:close())
  assert(os.rename(new, name))
end

function acts.reload(_, about)
  local module = one_of(about.modules)
  write(about, module)
  inspect.reload(module, { patience = 0.05 + random() / 10 })
end

function acts.rollback(_, about)
  inspect.rollback(one_of(about.modules))
end

-- --- All ---------------------------------------------------------------------

local function is_expected(why)
  if type(why) == "string" then
    return why:find("as asked", 1, true) or why == "not enough memory"
  end
  return not tostring(why):find("INVARIANT", 1, true) and
    why.kind ~= "badrequest"
end

--- Acts once, whatever comes of it.
function acts.one(state, about)
  local name = one_of(names)
  local ok, why = pcall(troupe.timeout, random(3) == 1 and 0.004 or 0.1,
                        acts[name], state, about)
  state.acts = state.acts + 1
  if not ok and not is_expected(why) then
    state.surprises[#state.surprises + 1] = name .. ": " .. tostring(why)
  end
end

names = {}
for name in pairs(acts) do
  if name ~= "one" then names[#names + 1] = name end
end
table.sort(names)

return acts
