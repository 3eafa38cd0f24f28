--- Runs busted, with the options that `troupe test` has beside its own. Not for
--- scripts.

local core = require "troupe.core"
local coverage = require "troupe.cli.test.coverage"
local harness = require "troupe.test.harness"
local shell = require "troupe.cli.shell"
local troupe = require "troupe"

local runner = {
  options = {
    { name = "limit", value = "SECONDS",
      help = "real time for each piece of a spec (default: 60)" },
    { name = "watch", help = "run again when a file changes; Ctrl-C ends" },
  },
}

local SPAN = 0.5 -- seconds between two looks at the files

local function read_limit(text)
  local limit = tonumber(text)
  if limit and limit > 0 and limit < math.huge then return limit end
  return nil, ("expected --limit to be a number of seconds above 0, got %s")
    :format(text ~= "" and text or "nothing")
end

--- Takes them out of what was typed.
---@param words string[]
---@return table|nil own limit, watch
---@return string|nil why
function runner.take(words)
  local own = {}
  for at = #words, 1, -1 do
    local word = words[at]
    local text = word:match "^%-%-limit=(.*)$"
    if word == "--watch" then own.watch = true end
    if word == "--limit" then
      text = table.remove(words, at + 1) or ""
    end
    if text and not own.limit then
      local limit, why = read_limit(text)
      if not limit then return nil, why end
      own.limit = limit
    end
    if text or word == "--watch" then table.remove(words, at) end
  end
  return own
end

-- --- Again and again ---------------------------------------------------------

-- As it was typed, where it was typed, without that option.
local function again(from)
  local parts = {}
  for word in (shell.read "/proc/self/cmdline" or ""):gmatch "([^%z]*)%z" do
    if #parts == 0 then
      parts[1] = '"/proc/$PPID/exe"'
    elseif word ~= "--watch" then
      parts[#parts + 1] = shell.quote(word)
    end
  end
  return shell.within(from, table.concat(parts, " "))
end

-- All files of the project that a spec may depend on, with their times.
local function look()
  return table.concat(shell.lines("find . -type f ! -path '*/.*' " ..
    "! -path './build/*' ! -name 'luacov.*' -printf '%p %T@ %s\\n' | sort"),
    "\n")
end

--- Runs the specs, in a process of their own, and again whenever a file of the
--- project has changed. Does not return.
---@param from string where it was typed
function runner.watch(from)
  core.clock "real"
  local command = again(from)
  while true do
    local seen = look()
    os.execute(command)
    print "-- waiting for a change; Ctrl-C ends"
    io.stdout:flush()
    while look() == seen do troupe.sleep(SPAN) end
  end
end

local CUT_SHORT = "troupe: the actor that runs the specs has been ended " ..
  "before they were over\n"

-- Who ends this actor, itself perhaps, keeps specs from running: that must not
-- look like success.
local function to_the_end(run)
  local exit, over = os.exit, false
  local _ <close> = setmetatable({}, { __close = function()
    if not over then io.stderr:write(CUT_SHORT) end
  end })
  rawset(os, "exit", function(...)
    over = true
    exit(...)
  end)
  core.exit_status(1)
  run()
  core.exit_status(0)
  over = true
  rawset(os, "exit", exit)
end

--- busted, which ends the host.
---@param words string[]
---@param own table as of runner.take
function runner.run(words, own)
  words[0] = "troupe test"
  _G.arg = words
  harness.install(own.limit, coverage)
  to_the_end(function() require "busted.runner" { standalone = false } end)
end

return runner
