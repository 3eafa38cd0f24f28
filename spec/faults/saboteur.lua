-- Does the harm that the plan says, one thing after the other. Nobody harms
-- it.

local bank = require "faults.bank"
local counter = require "faults.counter"
local outcome = require "faults.outcome"
local outside = require "faults.outside"
local probe = require "probe"
local registry = require "troupe.registry"
local troupe = require "troupe"

local LONGEST = 0.1 -- seconds for one of them

local saboteur = { call = {}, cast = {} }

local harm = {}

--- `about`: path, tellers, folder (outside.lua), obstacles, reader.
function saboteur.init(about)
  probe.spare()
  return about
end

function harm.kill_account(about, number)
  troupe.kill(bank.account(about.path, number))
end

function harm.stop_account(about, number, reason)
  troupe.stop(bank.account(about.path, number), reason)
end

function harm.crash_account(about, number)
  troupe.cast(bank.account(about.path, number), "crash")
end

--- It dies of somebody that it is linked to.
function harm.orphan_account(about, number)
  local _, pid = troupe.call(bank.account(about.path, number), "balance")
  local other = troupe.start("faults.obstacle")
  troupe.cast(pid, "link", other)
  troupe.kill(other)
end

--- It runs for ever, until it is killed.
function harm.spin_account(about, number, seconds)
  local _, pid = troupe.call(bank.account(about.path, number), "balance")
  troupe.cast(pid, "spin")
  pcall(troupe.timeout, seconds, troupe.call, pid, "balance")
  troupe.kill(pid)
end

function harm.hoard_account(about, number)
  troupe.cast(bank.account(about.path, number), "hoard")
end

--- Each of them waits for the next.
function harm.circle(about, ...)
  local numbers = { ... }
  for index, number in ipairs(numbers) do
    troupe.cast(bank.account(about.path, number), "visit",
      numbers[index % #numbers + 1])
  end
end

function harm.kill_teller(about, key) troupe.kill(about.tellers:at(key)) end

function harm.kill_book(about)
  local book = bank.book(about.path)
  if book then troupe.kill(book) end
end

function harm.kill_counter()
  local pids = registry.members(counter.group)
  if pids[1] then troupe.kill(pids[math.random(#pids)]) end
end

function harm.flood_account(about, number, count)
  local account = bank.account(about.path, number)
  for _ = 1, count do troupe.cast(account, "note", count) end
end

function harm.flood_teller(about, key, count)
  local teller = about.tellers:at(key)
  for _ = 1, count do troupe.send(teller, "note", "text") end
end

--- One acquisition in so many fails, for a while.
function harm.memory(_, one_in, seconds, seed)
  probe.fail_rate(seed, one_in)
  troupe.sleep(seconds)
  probe.fail_rate(seed, 0)
end

--- The worker under an obstacle stands still.
function harm.block(about, index, seconds)
  troupe.cast(about.obstacles[index], "block", seconds)
end

--- As does this one, at a disk.
function harm.disk(about, seconds)
  outside.order(about.folder, "answer", seconds)
  troupe.cast(about.reader, "read", about.folder .. "/fifo")
end

--- The whole process does.
function harm.stop(about, seconds)
  outside.order(about.folder, "stop", seconds)
end

--- All of it.
function saboteur.cast.run(about, faults)
  local results = {}
  for _, fault in ipairs(faults) do
    troupe.sleep(fault.wait)
    local ok, problem = pcall(troupe.timeout, LONGEST, harm[fault.name], about,
      table.unpack(fault))
    if not ok then
      results[#results + 1] = { id = fault.name,
        outcome = outcome.raised(problem) }
    end
  end
  probe.fail_rate(0, 0)
  about.results = results
end

--- How that ended which could not be done, once all is.
function saboteur.call.results(state) return state.results end

return saboteur
