--[[
Runs the benches, each run in a process of its own, and prints medians.

  troupe run scripts/bench/run.lua [--only ring,big] [--runs 5] [--scale 1]
    [--json FILE] [--peers]

The binary is build/troupe or what the environment variable TROUPE says.
--peers runs the same work on Erlang/OTP (peers/bench.ex), turn by turn with
ours; its ratio says how many times better ours is, also where less is better.
A bench that fails is a line in the table, never a failed build.
--]]
local json = require "json"
local process = require "process"
local sample = require "sample"
local works = require "works"

local HERE = arg[0]:match("^(.*/)") or "./"

local USAGE = [[
troupe run scripts/bench/run.lua [OPTION...]
  --only NAMES   some of them, separated by commas
  --runs N       measured runs, after one to warm up (5)
  --scale X      how much of the work (1)
  --json FILE    write all figures there too
  --peers        Erlang/OTP as well]]

local function fail(message)
  io.stderr:write(message, "\n")
  os.exit(1)
end

-- Arguments ---------------------------------------------------------------

local takes = {}

function takes.only(options, text)
  options.only = {}
  for name in text:gmatch("[^,]+") do options.only[name] = true end
end

function takes.runs(options, text)
  options.runs = math.tointeger(tonumber(text))
  if not options.runs or options.runs < 1 then
    fail("expected --runs to be a number of runs, got \"" .. text .. "\"")
  end
end

function takes.scale(options, text)
  options.scale = tonumber(text)
  if not options.scale or options.scale <= 0 then
    fail("expected --scale to be a number above 0, got \"" .. text .. "\"")
  end
end

function takes.json(options, text) options.json = text end

local function parse(arguments)
  local options = { runs = 5, scale = 1 }
  local position = 1
  while arguments[position] do
    local name = arguments[position]:match("^%-%-(%a+)$")
    if name == "peers" then
      options.peers = true
    else
      position = position + 1
      if not takes[name] or not arguments[position] then fail(USAGE) end
      takes[name](options, arguments[position])
    end
    position = position + 1
  end
  return options
end

local function select_works(only)
  if not only then return works end
  local chosen, left = {}, {}
  for name in pairs(only) do left[name] = true end
  for _, work in ipairs(works) do
    if only[work.script] then chosen[#chosen + 1] = work end
    left[work.script] = nil
  end
  local unknown = next(left)
  if unknown then fail("expected a bench's name, got \"" .. unknown .. "\"") end
  return chosen
end

-- Hosts -------------------------------------------------------------------

local function troupe_host()
  local binary = os.getenv("TROUPE") or "build/troupe"
  return { name = "troupe", command = function(script)
    return process.quote(binary) .. " run "
      .. process.quote(HERE .. script .. ".lua")
  end }
end

-- Compiles the peer once into a folder of its own. Without Elixir there is a
-- table without it.
local function erlang_host()
  if not os.execute("command -v elixirc >/dev/null 2>&1") then
    io.stderr:write("no elixirc: the peers are left out "
      .. "(apt-get install erlang-nox elixir)\n")
    return nil
  end
  local folder = os.tmpname()
  os.remove(folder)
  local compiled = os.execute(("mkdir %s && elixirc -o %s %s >&2"):format(
    process.quote(folder), process.quote(folder),
    process.quote(HERE .. "peers/bench.ex")))
  if not compiled then
    io.stderr:write("the peer did not compile: it is left out\n")
    return nil
  end
  return { name = "erlang", folder = folder, command = function(script)
    return ("elixir -pa %s -e 'Peer.Bench.main(System.argv())' %s"):format(
      process.quote(folder), script)
  end }
end

local function dismiss(host)
  if host and host.folder then
    os.execute("rm -rf -- " .. process.quote(host.folder))
  end
end

-- Measuring ---------------------------------------------------------------

local function collect(results, figures)
  for name, figure in pairs(figures) do
    local result = results[name] or { unit = figure.unit, samples = {} }
    result.samples[#result.samples + 1] = figure.value
    results[name] = result
  end
end

-- One run of a host. After a failure it is not asked again for this work.
local function run_once(host, work, scale, results, keep)
  if results.failure then return end
  local figures, reason = process.run(host.command(work.script) .. " " .. scale)
  if not figures then
    results.failure = reason
  elseif keep then
    collect(results, figures)
  end
end

-- The hosts take turns, so that each pair of runs meets the same machine.
local function measure(work, hosts, options)
  local results = {}
  for _, host in ipairs(hosts) do results[host.name] = {} end
  for run = 0, options.runs do
    for _, host in ipairs(hosts) do
      run_once(host, work, options.scale, results[host.name], run > 0)
    end
  end
  return results
end

local function summarize(figure, results)
  local row = { name = figure.name, goal = figure.goal, less = figure.less }
  for host, result in pairs(results) do
    local measured = result[figure.name]
    row[host] = { failure = result.failure }
    if measured then
      row.unit = row.unit or measured.unit
      row[host].samples = measured.samples
      row[host].median = sample.median(measured.samples)
    elseif not result.failure then
      row[host].failure = "printed no " .. figure.name
    end
  end
  local ours, theirs = row.troupe.samples, row.erlang and row.erlang.samples
  if ours and theirs then
    row.ratio = sample.ratio(ours, theirs, figure.less)
  end
  return row
end

-- The table ---------------------------------------------------------------

local function number(value)
  if not value then return "-" end
  if math.abs(value) < 100 then return ("%.1f"):format(value) end
  local digits = ("%.0f"):format(value)
  return (digits:reverse():gsub("(%d%d%d)", "%1 "):reverse()
    :gsub("^(%-?) ", "%1"))
end

local function print_row(peers, name, unit, ours, goal, theirs, ratio)
  local line = ("%-16s %12s %-9s %12s"):format(name, ours, unit, goal)
  if peers then line = line .. (" %12s %7s"):format(theirs, ratio) end
  print((line:gsub("%s+$", "")))
end

local function print_figure(row, peers)
  local erlang = row.erlang or {}
  print_row(peers, row.name, row.unit or "", number(row.troupe.median),
    number(row.goal), number(erlang.median),
    row.ratio and ("%.2f"):format(row.ratio) or "-")
end

local function print_failures(results)
  for host, result in pairs(results) do
    if result.failure then
      print(("  %s failed: %s"):format(host, result.failure))
    end
  end
end

local function write_json(path, options, rows)
  local file, reason = io.open(path, "w")
  if not file then
    io.stderr:write("the figures are not written: ", reason, "\n")
    return
  end
  file:write(json.encode {
    time = os.date("!%Y-%m-%dT%H:%M:%SZ"), runs = options.runs,
    scale = options.scale, figures = rows,
  }, "\n")
  file:close()
end

local function main()
  local options = parse(arg)
  local chosen = select_works(options.only)
  local hosts = { troupe_host() }
  local peer = options.peers and erlang_host() or nil
  hosts[2] = peer
  print_row(peer, "", "", "troupe", "goal", "erlang", "ratio")
  local rows = {}
  for _, work in ipairs(chosen) do
    local results = measure(work, hosts, options)
    for _, figure in ipairs(work) do
      local row = summarize(figure, results)
      rows[#rows + 1] = row
      print_figure(row, peer)
    end
    print_failures(results)
    io.stdout:flush()
  end
  if options.json then write_json(options.json, options, rows) end
  dismiss(peer)
end

main()
