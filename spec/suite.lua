-- Runs every spec file in a process of its own, so that one that crashes or
-- hangs fails alone, and adds up what they say:
--
--   lua5.4 spec/suite.lua build/test/troupe [spec files]
--
-- The last line is "N passed, N failed"; the exit status is 0 only if
-- something passed and nothing failed. TROUPE_SPEC_PATIENCE multiplies all
-- limits of time: the slow variants need it.

local LIMIT = 120 -- seconds a file may take

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

local function spec_files(arguments)
  if #arguments > 1 then return table.move(arguments, 2, #arguments, 1, {}) end
  return shell_lines("find spec -name '*_spec.lua' | LC_ALL=C sort")
end

-- Echoes what the process prints; its result line is kept back.
local function echo(pipe)
  local passed, failed
  for line in pipe:lines() do
    local good, bad = line:match("^(%d+) passed, (%d+) failed$")
    if good then
      passed, failed = tonumber(good), tonumber(bad)
    else
      io.write(line, "\n")
      io.flush()
    end
  end
  return passed, failed
end

-- Why the file fails although no single spec of it does, or nil.
local function fault(result, limit)
  if result.status == 124 then return ("took over %d s"):format(limit) end
  if not result.passed then
    return ("ended without a result, status %d"):format(result.status)
  end
  if result.passed + result.failed == 0 then return "has no spec in it" end
  if result.failed == 0 and result.status ~= 0 then
    return ("passed, but ended with status %d"):format(result.status)
  end
end

local function run_file(binary, file, scratch, limit)
  -- In the foreground, so that an interrupt from the terminal ends it too.
  local pipe = assert(io.popen(table.concat({
    "TROUPE_BINARY=" .. quote(binary), "TMPDIR=" .. quote(scratch),
    "timeout --foreground -k 10", limit, quote(binary), "run spec/run.lua",
    quote(file), "</dev/null 2>&1" }, " ")))
  local result = {}
  result.passed, result.failed = echo(pipe)
  local _, how, code = pipe:close()
  result.status = how == "signal" and 128 + code or code
  result.fault = fault(result, limit)
  return result
end

local function report(total, started)
  if #total.faults > 0 then
    print("\nFailed:\n  " .. table.concat(total.faults, "\n  "))
  end
  print(("\n%d files, %d s"):format(total.files, os.time() - started))
  print(("%d passed, %d failed"):format(total.passed, total.failed))
end

local function add(total, file, result)
  local failed = result.failed or 0
  if result.fault then failed = failed + 1 end
  total.files = total.files + 1
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
  local total = { files = 0, passed = 0, failed = 0, faults = {} }
  for _, file in ipairs(spec_files(arg)) do
    print("\n" .. file)
    add(total, file, run_file(binary, file, scratch, LIMIT * patience // 1))
  end
  guard:close()
  report(total, started)
  return total.passed > 0 and total.failed == 0
end

os.exit(main())
