--- Which lines have run, in all actors. Not for scripts: see
--- `troupe test --coverage`.
--
-- The host counts (host/script/coverage.h). Here that becomes a summary, and a
-- file as luacov writes it, for what reads those; with luacov installed, its
-- report, too.

local bytecode = require "troupe.cli.bytecode"
local core = require "troupe.core"
local shell = require "troupe.cli.shell"

local coverage = {}

local STATISTICS = "luacov.stats.out"
local TOLD = 6 -- ranges of lines of one file

-- "@./lua/shop.lua" -> "lua/shop.lua"; nil: none of the project's own files.
local function path_of(source)
  local path = source:sub(2):gsub("^%./", "")
  local outside = path:find "^/" or path:find "^lua_modules/" or
    path:find "^spec/"
  return not outside and shell.exists(path) and path or nil
end

-- A file that nobody has loaded is there, too.
local function files()
  local found = {}
  for _, path in ipairs(shell.files "lua") do found[path] = {} end
  for source, counts in pairs(core.covered()) do
    local path = path_of(source)
    if path then found[path] = counts end
  end
  return found
end

local function sorted(found)
  local paths = {}
  for path in pairs(found) do paths[#paths + 1] = path end
  table.sort(paths)
  return paths
end

-- --- The file ----------------------------------------------------------------

local function write_one(file, path, counts)
  local last = 0
  for line in pairs(counts) do last = math.max(last, line) end
  file:write(last, ":", path, "\n")
  for line = 1, last do file:write(counts[line] or 0, " ") end
  file:write("\n")
end

local function write(found)
  local file <close>, why = io.open(STATISTICS, "w")
  if not file then return nil, why end
  for _, path in ipairs(sorted(found)) do
    if next(found[path]) then write_one(file, path, found[path]) end
  end
  return true
end

local function report(settings)
  local good, runner = pcall(require, "luacov.runner")
  if not good then
    return nil, "for the lines themselves install luacov: it makes " ..
      "luacov.report.out of it"
  end
  runner.run_report(settings)
  return true
end

-- --- The summary -------------------------------------------------------------

-- 3, 7-9: what lies between two lines that could run counts as nothing.
local function ranges(lines, counts)
  local texts, first, last = {}, nil, nil
  local function close()
    if not first then return end
    texts[#texts + 1] = first == last and tostring(first) or
      first .. "-" .. last
    first = nil
  end
  for _, line in ipairs(lines) do
    if counts[line] then
      close()
    else
      first, last = first or line, line
    end
  end
  close()
  if #texts > TOLD then
    texts = table.move(texts, 1, TOLD, 1, {})
    texts[#texts + 1] = "..."
  end
  return table.concat(texts, ", ")
end

local function percent(run, all)
  return all == 0 and 100 or math.floor(100 * run / all)
end

-- Lua tells of a function that is there which lines it has, not of one that
-- nobody has made yet; so they are read from the bytecode. The last instruction
-- is the return that every function ends with, whether it is reached or not;
-- the first of one with `...` prepares it.
local function add_lines(fn, found)
  for at = fn.variable and 2 or 1, #fn.lines - 1 do
    found[fn.lines[at]] = true
  end
  for _, inner in ipairs(fn.functions) do add_lines(inner, found) end
end

-- Those that could run; none, if it is no Lua.
local function lines_of(path)
  local fn, found = loadfile(path, "t"), {}
  if fn then add_lines(bytecode.read(fn), found) end
  return found
end

local function row(path, counts)
  local lines, run = {}, 0
  for line in pairs(lines_of(path)) do
    lines[#lines + 1] = line
    if counts[line] then run = run + 1 end
  end
  table.sort(lines)
  local missing = ranges(lines, counts)
  return { path = path, run = run, all = #lines,
    missing = missing ~= "" and ", not " .. missing or "" }
end

local function summary(found)
  local texts, run, all = {}, 0, 0
  for _, path in ipairs(sorted(found)) do
    local one = row(path, found[path])
    run, all = run + one.run, all + one.all
    texts[#texts + 1] = ("%3d %%  %s: %d of %d lines%s\n"):format(
      percent(one.run, one.all), path, one.run, one.all, one.missing)
  end
  texts[#texts + 1] = ("%3d %%  of all lines\n"):format(percent(run, all))
  return table.concat(texts)
end

--- From here on lines are counted.
function coverage.begin() core.cover() end

--- Writes the file, and, with luacov installed, its report.
---@param quiet boolean no summary: a program reads what is printed
---@param settings string|nil a file of luacov's
---@return boolean|nil done, string|nil why
function coverage.finish(quiet, settings)
  local found = files()
  local good, why = write(found)
  if not good then return nil, why end
  if not quiet then io.write("\n", summary(found)) end
  good, why = report(settings)
  if not good and not quiet then
    io.write(("%s has the counts; %s\n"):format(STATISTICS, why))
  end
  return true
end

return coverage
