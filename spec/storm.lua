-- Operators at work in a host under load:
--
--   build/test/troupe run --log off spec/storm.lua SECONDS [SEED]
--
-- Actors are called, killed, stopped and entered, their waits are cancelled and
-- their modules reloaded, all at random, while they handle one message at a
-- time, each sender's in the order sent. Afterwards all of them answer, and
-- run the version that the host has; no mailbox holds anything; all the
-- workers of the pool may be borrowed; and when they have ended there is
-- nothing left. Prints one line, and what was wrong: then the status is 1.
-- With `--set fail=N` one in N of what others acquire fails meanwhile; the pool
-- may die of it, and this with it.

local inspect = require "troupe.inspect"
local pool = require "troupe.pool"
local probe = require "probe"
local registry = require "troupe.registry"
local reload = require "troupe.reload"
local troupe = require "troupe"

local DRIVERS, WORKERS = 5, 2
local LONGEST_ACT = 20 -- seconds
local KEYS = { "a", "b", "c", "d", "e", "f" }
local MODULES = { "storm.target", "storm.several", "storm.bystander" }

local fail = tonumber(troupe.config("fail", 0))
local patience = tonumber(os.getenv("TROUPE_SPEC_PATIENCE")) or 1
local wrong = {}

local function note(text) wrong[#wrong + 1] = text end

-- A folder of our own, as the modules are written anew.
local function copy_modules()
  local folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir -p '" .. folder .. "/storm'"))
  local function copy(from, to, change)
    local text = assert(assert(io.open("spec/storm/" .. from)):read "a")
    local file <close> = assert(io.open(folder .. "/storm/" .. to, "w"))
    assert(file:write(change and text:gsub("= nil %-%- MANY", change) or text))
  end
  copy("target.lua", "target.lua")
  copy("target.lua", "several.lua", "= 3")
  copy("bystander.lua", "bystander.lua")
  package.path = folder .. "/?.lua;" .. package.path
  return folder
end

local function poll(predicate, limit)
  local last = troupe.now() + limit * patience
  while not predicate() do
    if troupe.now() > last then return false end
    troupe.sleep(0.01)
  end
  return true
end

-- --- The storm ---------------------------------------------------------------

local function drive(about, seed)
  for i = 1, DRIVERS do about.drivers[i] = troupe.start "storm.driver" end
  for i, pid in ipairs(about.drivers) do
    troupe.cast(pid, "go", about, seed * 100 + i, troupe.self())
  end
end

local function tell_stuck(about, done)
  for _, pid in ipairs(about.drivers) do
    if not done[pid] then note("stuck: " .. inspect.stack(pid).text) end
  end
  for _, key in ipairs(about.keys) do
    local pid = registry.whereis(key)
    if pid then note(key .. ": " .. inspect.stack(pid).text) end
  end
end

local function collect(about)
  local acts, done = 0, {}
  local last = troupe.now() + (about.seconds + LONGEST_ACT) * patience
  for _ = 1, #about.drivers do
    local ok, what, pid, count, surprises
    repeat
      ok, what, pid, count, surprises = pcall(troupe.timeout,
        last - troupe.now(), troupe.receive)
    until ok and what == "done" or not ok and what.kind ~= "cancelled"
    if not ok then
      note(tostring(what))
      tell_stuck(about, done)
      break
    end
    acts, done[pid] = acts + count, true
    table.move(surprises, 1, #surprises, #wrong + 1, wrong)
  end
  return acts
end

-- --- Afterwards --------------------------------------------------------------

local function check_mailbox(key, pid)
  local function is_empty()
    local box = inspect.limits(pid).mailbox
    return box.count == 0 and box.bytes == 0 and box.waiting == 0
  end
  local ok, empty = pcall(poll, is_empty, 10)
  if ok and not empty then
    local box = inspect.limits(pid).mailbox
    note(("%s: its mailbox has %d of %d bytes, %d wait"):format(key, box.count,
      box.bytes, box.waiting))
  end
end

local function check_target(key, pid)
  local ok, number, stated = pcall(troupe.timeout, 10 * patience, troupe.call,
                                   pid, "version")
  if not ok then
    if registry.whereis(key) == pid then
      note(key .. ": " .. tostring(number) .. inspect.stack(pid).text)
    end
    return nil
  end
  if number ~= stated then
    note(("%s: state of %d in version %d"):format(key, stated, number))
  end
  check_mailbox(key, pid)
  return number
end

local function check_targets(about)
  local numbers = {}
  for i, key in ipairs(about.keys) do
    local pid = registry.whereis(key)
    local module = MODULES[i > #about.keys // 2 and 2 or 1]
    local number = pid and check_target(key, pid)
    if number and numbers[module] and numbers[module] ~= number then
      note(("%s: version %d, others have %d"):format(key, number,
        numbers[module]))
    end
    numbers[module] = numbers[module] or number
  end
end

-- Each of so many borrows one and holds it until all have.
local function check_pool()
  local main = troupe.self()
  for _ = 1, WORKERS do troupe.start("storm.borrower", main) end
  local borrowers = {}
  for i = 1, WORKERS do
    local ok, what, pid
    repeat
      ok, what, pid = pcall(troupe.timeout, 10 * patience, troupe.receive)
    until not ok or what == "borrowed"
    if not ok then
      note("of the pool only " .. (i - 1) .. " can be borrowed")
      for _, actor in ipairs(inspect.actors()) do
        local there, info = pcall(inspect.info, actor.pid)
        if there and #(info.borrowed or {}) > 0 then
          note("borrowed by " .. inspect.stack(actor.pid).text)
        end
      end
      break
    end
    borrowers[i] = pid
  end
  for _, pid in ipairs(borrowers) do troupe.kill(pid) end
end

local function check_reload()
  for _, module in ipairs(MODULES) do
    local ok, result, why = pcall(reload.reload, module, { force = true })
    if ok and not result and why ~= "not loaded" then
      note(module .. ": " .. tostring(why))
    end
    if not ok and not tostring(result):find("as asked", 1, true) then
      note(module .. ": " .. tostring(result))
    end
  end
end

local function finish(about, workers)
  for _, pid in ipairs(about.drivers) do troupe.kill(pid) end
  for _, key in ipairs(about.keys) do
    local pid = registry.whereis(key)
    if pid then troupe.kill(pid) end
  end
  local ok, why = pcall(troupe.timeout, 20 * patience, workers.stop, workers)
  if not ok then note("the pool: " .. tostring(why)) end
end

local function check_quiet(before)
  if poll(function() return probe.actors() <= before end, 20) then return end
  for _, actor in ipairs(inspect.actors()) do
    if actor.pid ~= troupe.self() then
      note("left: " .. inspect.stack(actor.pid).text)
      troupe.kill(actor.pid)
    end
  end
end

local function main(seconds, seed)
  math.randomseed(seed)
  probe.spare()
  local before = probe.actors()
  local folder = copy_modules()
  local workers = pool.start("storm pool", "storm.worker", nil,
                             { size = WORKERS })
  local about = { keys = KEYS, modules = MODULES, drivers = {},
                  main = troupe.self(),
                  folder = folder, seconds = seconds,
                  ways = dofile(folder .. "/storm/target.lua").ways }
  drive(about, seed)
  probe.fail_rate(seed, fail)
  local acts = collect(about)
  probe.fail_rate(seed, 0)
  check_targets(about)
  check_pool()
  check_reload()
  check_targets(about)
  finish(about, workers)
  check_quiet(before)
  os.execute("rm -r '" .. folder .. "'")
  for _, text in ipairs(wrong) do print("wrong: " .. text) end
  print(("storm: %d acts, seed %d, %d workers: %s"):format(acts, seed,
    probe.workers(), #wrong == 0 and "quiet" or #wrong .. " wrong"))
  return #wrong == 0
end

os.exit(main(tonumber(arg[1]) or 60, tonumber(arg[2]) or os.time()) and 0 or 1)
