--[[
As many endless loops as there are workers, and the latency of sequential
calls between two other actors meanwhile. And, before that, how much longer a
lone script takes than under lua5.4.

A loop that nobody interrupts ends by itself some day. If one has ended before
the calls have, they starved: then each took all that time.
--]]
local harness = require "harness"
local process = require "process"
local sample = require "sample"
local troupe = require "troupe"

local CALLS = harness.size(2000)
local STEPS = harness.size(1500000000) -- of a loop that nobody ends
local ROUNDS = 5                       -- of the lone script
local LONE = harness.size(30000000)
local MICROSECOND = 1e-6

local HERE = arg[0]:match("^(.*/)") or "./"

local function workers()
  local given = tonumber(os.getenv("TROUPE_WORKERS"))
  if given then return given end
  local pipe <close> = assert(io.popen("nproc"))
  return pipe:read("n")
end

-- Alone --------------------------------------------------------------------

local function ourselves()
  local pipe <close> = assert(io.popen("readlink /proc/$PPID/exe"))
  return process.quote(pipe:read("l")) .. " run"
end

local function seconds(interpreter)
  local pipe <close> = assert(io.popen(("%s %s %d"):format(interpreter,
    process.quote(HERE .. "lone.lua"), LONE)))
  return pipe:read("n") or error(interpreter .. " printed no number")
end

-- By turns, so that each pair meets the same machine.
local function slow_down()
  local here, ratios = ourselves(), {}
  for round = 1, ROUNDS do
    local theirs = seconds("lua5.4")
    ratios[round] = seconds(here) / theirs
  end
  return (sample.median(ratios) - 1) * 100
end

-- Beside loops -------------------------------------------------------------

local function start_loops()
  local loops = {}
  for number = 1, workers() do
    loops[number] = troupe.start("loop")
    troupe.cast(loops[number], "run", STEPS, troupe.self())
  end
  return loops
end

local ended = 0

-- What loops and client tell next, other than that they have ended.
local function told()
  while true do
    local what, list = troupe.timeout(math.huge, troupe.receive)
    if what ~= "ended" then return list end
    ended = ended + 1
  end
end

local function percentile(sorted, part)
  return sorted[math.max(1, math.ceil(#sorted * part))] / MICROSECOND
end

harness.report("fairness.lone", slow_down(), "%")

local client = troupe.start("latency")
troupe.cast(client, "run", math.max(1, CALLS // 10), troupe.self())
troupe.receive()

local start = troupe.now()
local loops = start_loops()
for _ = 1, #loops do told() end
troupe.cast(client, "run", CALLS, troupe.self())
local list = told()
if ended > 0 then list = { troupe.now() - start } end
for _, loop in ipairs(loops) do troupe.kill(loop) end

table.sort(list)
harness.report("fairness.p50", percentile(list, 0.5), "us")
harness.report("fairness.p99", percentile(list, 0.99), "us")
harness.report("fairness.max", percentile(list, 1), "us")
