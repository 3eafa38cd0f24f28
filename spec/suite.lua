-- Runs every spec file in a process of its own, so that one that crashes or
-- hangs fails alone, and adds up what they say:
--
--   lua5.4 spec/suite.lua build/test/troupe [spec files]
--
-- A file whose first line is "-- clock: virtual" runs in a host of one worker
-- whose time stands still while anything is left to do, and then goes on to
-- what is due next: it waits for nothing. "-- clock: either" is the same,
-- unless TROUPE_WORKERS says how many workers: then so many there are, and time
-- is real (check-tsan, check-stress).
--
-- The last line is "N passed, N failed"; the exit status is 0 only if
-- something passed and nothing failed. A file whose processes outlive it
-- fails, too. TROUPE_SPEC_PATIENCE multiplies all limits of time: the slow
-- variants need it.

local LIMIT = 120 -- seconds a file may take
local LINGER = 10 -- seconds what it has started may take to end after it
local SLOWEST = 5 -- files that the report names

local function quote(word) return "'" .. word:gsub("'", [['\'']]) .. "'" end

local function shell_lines(command)
  local lines = {}
  local pipe = assert(io.popen(command))
  for line in pipe:lines() do lines[#lines + 1] = line end
  assert(pipe:close(), command .. " failed")
  return lines
end

-- A directory that goes with this process, however that ends: the shell that
-- removes it waits for the end of its input.
local function scratch_directory()
  local name = shell_lines("mktemp -d")[1]
  return name, assert(io.popen("trap '' INT TERM HUP; cat; rm -rf " ..
    quote(name), "w"))
end

-- Ends what still runs with `mark` in its environment `limit` seconds later,
-- whoever its parent is; what that was.
local function leftovers(mark, limit)
  return shell_lines(([[
    for turn in $(seq %d); do
      left=$(grep -lzsx %s=1 /proc/[0-9]*/environ)
      test "$left" || exit 0
      sleep 0.1
    done
    for file in $left; do
      process=${file%%/environ}
      echo "${process#/proc/} $(tr '\0' ' ' <$process/cmdline | cut -c 1-200)"
      kill -KILL ${process#/proc/}
    done 2>/dev/null; true]]):format(limit * 10, mark))
end

local function spec_files(arguments)
  if #arguments > 1 then return table.move(arguments, 2, #arguments, 1, {}) end
  return shell_lines("find spec -name '*_spec.lua' | LC_ALL=C sort")
end

-- Echoes what comes up to the line with the end mark; its result line is kept
-- back. What a child still holds open is not waited for.
local function echo(pipe, mark)
  local result = {}
  for line in pipe:lines() do
    local rest, status = line:match("^(.*)" .. mark .. " (%d+)$")
    local good, bad = line:match("^(%d+) passed, (%d+) failed$")
    if good then
      result.passed, result.failed = tonumber(good), tonumber(bad)
    elseif not status or rest ~= "" then
      io.write(rest or line, "\n")
      io.flush()
    end
    result.status = tonumber(status)
    if status then break end
  end
  return result
end

-- Why the file fails although no single spec of it does, or nil.
local function fault(result, limit)
  if result.status == 124 then return ("took over %d s"):format(limit) end
  if not result.passed then
    return ("ended without a result, status %s"):format(result.status)
  end
  if result.passed + result.failed == 0 then return "has no spec in it" end
  if result.failed == 0 and result.status ~= 0 then
    return ("passed, but ended with status %s"):format(result.status)
  end
  if #result.left > 0 then
    return "left processes behind:\n    " .. table.concat(result.left, "\n    ")
  end
end

-- What its host needs, in front of `run`, and its environment.
local function clock_of(file)
  local source <close> = assert(io.open(file))
  local first = source:read()
  if first ~= "-- clock: virtual" and (first ~= "-- clock: either" or
      os.getenv "TROUPE_WORKERS") then
    return "", ""
  end
  return "--workers 1", "TROUPE_SPEC_CLOCK=virtual"
end

local function run_file(binary, file, scratch, patience)
  local limit, started = LIMIT * patience // 1, os.time()
  local mark = "TROUPE_SPEC_OF_" .. scratch:gsub("%W", "_")
  local flags, clock = clock_of(file)
  -- In the foreground, so that an interrupt from the terminal ends it too.
  local pipe = assert(io.popen(table.concat({
    mark .. "=1", clock, "TROUPE_BINARY=" .. quote(binary),
    "TMPDIR=" .. quote(scratch),
    "timeout --foreground -k 10", limit, quote(binary), flags,
    "run spec/run.lua", quote(file), "</dev/null 2>&1; echo", mark, "$?" },
    " ")))
  local result = echo(pipe, mark)
  result.left = leftovers(mark, LINGER * patience // 1)
  result.seconds = os.time() - started
  pipe:close()
  result.fault = fault(result, limit)
  return result
end

local function report(total, started)
  if #total.faults > 0 then
    print("\nFailed:\n  " .. table.concat(total.faults, "\n  "))
  end
  table.sort(total.times, function(a, b) return a.seconds > b.seconds end)
  print(("\n%d files, %d s, of which:"):format(#total.times,
    os.time() - started))
  for place = 1, math.min(SLOWEST, #total.times) do
    print(("%5d s  %s"):format(total.times[place].seconds,
      total.times[place].file))
  end
  print(("%d passed, %d failed"):format(total.passed, total.failed))
end

local function add(total, file, result)
  local failed = result.failed or 0
  if result.fault then failed = failed + 1 end
  total.times[#total.times + 1] = { file = file, seconds = result.seconds }
  total.passed = total.passed + (result.passed or 0)
  total.failed = total.failed + failed
  if failed > 0 then
    total.faults[#total.faults + 1] = file .. ": " ..
      (result.fault or ("%d failed"):format(failed))
  end
end

local function main()
  local started = os.time()
  local patience = tonumber(os.getenv("TROUPE_SPEC_PATIENCE")) or 1
  local binary = assert(arg[1], "usage: suite.lua BINARY [SPEC_FILE ...]")
  local scratch, guard = scratch_directory()
  local total = { times = {}, passed = 0, failed = 0, faults = {} }
  for _, file in ipairs(spec_files(arg)) do
    print("\n" .. file)
    add(total, file, run_file(binary, file, scratch, patience))
  end
  guard:close()
  report(total, started)
  return total.passed > 0 and total.failed == 0
end

os.exit(main())
