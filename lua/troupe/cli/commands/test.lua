--- troupe test [FILE...] [busted's options]

local deps = require "troupe.cli.deps.state"
local seeded = require "troupe.cli.test.seeded"
local shell = require "troupe.cli.shell"
local runner = require "troupe.cli.test.runner"

-- Of busted's options those that are wanted most.
local OPTIONS = {
  { name = "filter", value = "PATTERN", help = "only specs of such names" },
  { name = "filter-out", value = "PATTERN", help = "all but those" },
  { name = "tags", value = "TAGS", help = "only those with these #tags" },
  { name = "exclude-tags", value = "TAGS", help = "all but those" },
  { name = "output", value = "NAME", help = "TAP, junit, json, gtest, ..." },
  { name = "shuffle", help = "files and specs in a random order" },
  { name = "seed", value = "N",
    help = "a run in the order of seed N: of messages, and of --shuffle" },
  { name = "schedules", value = "N",
    help = "runs under N seeds, 1 and on, or --seed and on, until one fails" },
  { name = "schedule", value = "TEXT",
    help = "a run with just the choices that --schedules has told" },
  { name = "repeat", value = "N", help = "run them so often" },
  { name = "list", help = "only tell their names" },
  { name = "coverage", help = "tell which lines have run, in all actors" },
}
table.move(runner.options, 1, #runner.options, #OPTIONS + 1, OPTIONS)

-- The others of which the next word is the value, and so no file.
local VALUED = [[
  -p --pattern --exclude-pattern -e -o -C --directory -f --config-file
  --coverage-config-file -t -m --lpath --cpath -r --run --lang --loaders
  --helper --lua -Xoutput -Xhelper
]]

local function takes_value(word)
  for _, option in ipairs(OPTIONS) do
    if option.value and word == "--" .. option.name then return true end
  end
  for option in VALUED:gmatch "%S+" do
    if option == word then return true end
  end
  return false
end

-- Files are those below where one was.
local function place(words, from)
  local placed, at = {}, 1
  while at <= #words do
    local word = words[at]
    if not word:find "^%-" then word = shell.place(word, from) end
    placed[#placed + 1] = word
    if takes_value(word) then
      at = at + 1
      placed[#placed + 1] = words[at]
    end
    at = at + 1
  end
  return placed
end

local function find_busted()
  if package.searchpath("busted.runner", package.path) then return true end
  return nil, "busted is not installed (Debian: lua-busted; or: " ..
    "troupe deps get --test)"
end

return {
  summary = "run the specs, in an actor",
  usage = "[FILE...]",
  help = [[
Runs busted in an actor of a host made for it: a spec may call actors, wait
(the clock is virtual, so that takes no time) and start an application;
require "troupe.test" has what helps. Settings are those of config/test.lua,
unless TROUPE_ENV or --env say otherwise; .busted has busted's own.

A FILE may be a folder; without one, the specs are those of spec/. Options are
busted's, too: busted --help tells of those that are not below. The exit status
is not 0 if a spec fails.

With --schedules messages come in other orders, until one makes a spec fail;
told is how to run that one again, and which of its choices it takes.]],
  options = OPTIONS,
  project = true,
  raw = true,
  run = function(arguments, context)
    local good, why = deps.check(true)
    if good then good, why = find_busted() end
    if not good then return nil, why end
    local words = place(arguments, context.from)
    local own
    own, why = runner.take(words)
    if not own then return nil, why end
    if not shell.exists ".busted" and not shell.exists "spec" and
       #words == 0 then
      return nil, "no specs here: no folder spec, and no .busted"
    end
    deps.guard(context.project)
    if own.watch then runner.watch(context.from) end
    seeded.run(function() runner.run(words, own) end)
  end,
}
