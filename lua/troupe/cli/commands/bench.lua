--- troupe bench [FILE...]

local measure = require "troupe.cli.bench.measure"
local sampling = require "troupe.cli.bench.sampling"
local shell = require "troupe.cli.shell"

local function files_of(arguments, from)
  local files = {}
  for index, path in ipairs(arguments) do
    files[index] = shell.place(path, from)
  end
  if not files[1] then files = shell.files "bench" end
  if files[1] then return files end
  return nil, "no benchmarks here: no files in a folder bench"
end

-- All are looked at before the first is run.
local function find(files, filter)
  local wanted = {}
  for _, file in ipairs(files) do
    local found, why = measure.load(file)
    if not found then return nil, why end
    local names = {}
    for name in pairs(found) do
      if not filter or name:find(filter) then names[#names + 1] = name end
    end
    table.sort(names)
    for _, name in ipairs(names) do
      wanted[#wanted + 1] = { file = file, name = name }
    end
  end
  if wanted[1] then return wanted end
  return nil, filter and "no benchmark has a name like " .. filter or
    files[1] .. ": no benchmarks"
end

-- --- Kept results ------------------------------------------------------------

local function key(one) return one.file .. "\n" .. one.name end

local FIELDS = { "median", "low", "high", "bytes" }

local function is_result(one)
  if type(one) ~= "table" then return false end
  for _, field in ipairs(FIELDS) do
    if type(one[field]) ~= "number" then return false end
  end
  return type(one.file) == "string" and type(one.name) == "string"
end

local function read(path)
  local text, why = shell.read(path)
  if not text then return nil, why end
  local chunk
  chunk, why = load(text, "@" .. path, "t", {})
  if not chunk then return nil, why end
  local good, list = pcall(chunk)
  good = good and type(list) == "table"
  local former = {}
  for _, one in ipairs(good and list or {}) do
    good = good and is_result(one)
    if good then former[key(one)] = one end
  end
  if good then return former end
  return nil, path .. ": expected what --save has written"
end

local function save(path, results)
  local lines = { "-- What troupe bench has measured: seconds, bytes.",
    "return {" }
  for _, one in ipairs(results) do
    lines[#lines + 1] = ("  { file = %q, name = %q, median = %.9g, " ..
      "low = %.9g, high = %.9g, bytes = %d },"):format(one.file, one.name,
      one.median, one.low, one.high, one.bytes)
  end
  lines[#lines + 1] = "}\n"
  return shell.replace(path, table.concat(lines, "\n"))
end

-- --- The run -----------------------------------------------------------------

local function tell(one, former, width)
  local cells = sampling.cells(one.name, one)
  local line = ("  %-" .. width .. "s  %9s  %8s  %14s  %12s"):format(
    table.unpack(cells))
  if former then
    line = line .. "  " .. sampling.compare(one, former[key(one)])
  end
  print(line)
end

local function width_of(wanted)
  local width = 10
  for _, one in ipairs(wanted) do
    width = math.max(width, utf8.len(one.name) or #one.name)
  end
  return width
end

local function run_all(wanted, seconds, former)
  local results, status, file, width = {}, 0, nil, width_of(wanted)
  for _, one in ipairs(wanted) do
    if one.file ~= file then print(one.file) end
    file = one.file
    local result, why = sampling.run(one.file, one.name, seconds)
    if result then
      result.file, result.name = one.file, one.name
      results[#results + 1] = result
      tell(result, former, width)
    else
      io.stderr:write("troupe: ", one.name, ": ", why, "\n")
      status = 1
    end
  end
  return results, status
end

local function read_seconds(text)
  local seconds = tonumber(text or 1)
  if seconds and seconds > 0 and seconds < 1e6 then return seconds end
  return nil, "expected --seconds to be a number above 0, got " .. text
end

return {
  summary = "measure the functions in bench/",
  usage = "[FILE...]",
  help = [[
A file in bench/ returns a table: names, and functions to run again and again;
or {setup = function, run = function, teardown = function}, where run and
teardown get what setup returns. Each has an actor of its own, so it may call
others, in a host with the settings of prod.

Told is the median of a run's time; half the width of the middle half of all
samples, as a part of it; runs a second; bytes allocated in a run. The loop
around it is not taken off. Against a kept result, only what the middle halves
of both cannot explain is called faster or slower: compare runs on the same
machine, while it does nothing else.]],
  options = {
    { name = "filter", value = "PATTERN", help = "only those of such names" },
    { name = "seconds", value = "N", help = "how long for each (default: 1)" },
    { name = "save", value = "FILE", help = "keep the results there" },
    { name = "against", value = "FILE", help = "compare with those kept" },
  },
  project = true,
  run = function(arguments, context)
    local seconds, why = read_seconds(arguments.seconds)
    if not seconds then return nil, why end
    local files, wanted, former
    files, why = files_of(arguments, context.from)
    if files then wanted, why = find(files, arguments.filter) end
    if not wanted then return nil, why end
    if arguments.against then
      former, why = read(shell.place(arguments.against, context.from))
      if not former then return nil, why end
    end
    local results, status = run_all(wanted, seconds, former)
    if arguments.save and status == 0 then
      local good
      good, why = save(shell.place(arguments.save, context.from), results)
      if not good then return nil, why end
    end
    return status
  end,
}
