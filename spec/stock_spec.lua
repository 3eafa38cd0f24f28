-- Stock Lua stays stock: what a handler does is what `lua5.4` does, library by
-- library. The snippets are in stock/. Each runs in an actor of its own.

local actors = require "support.actors"
local stock = require "support.stock"
local troupe = require "troupe"

local FIXTURE = "fixtures.snippet"

-- In a fresh actor: what the snippet makes there.
local function made(text, within, wait, partner)
  local pid = actors.keep(troupe.start(FIXTURE))
  local result = troupe.call(pid, "run", text, within, wait, partner)
  troupe.stop(pid)
  return stock.plain(result)
end

-- Every snippet of the file, with each kind of wait.
local function compare(library, waits)
  local file = ("spec/stock/%s.lua"):format(library)
  local snippets, results, partner = dofile(file)

  setup(function()
    results = stock.run(file)
    partner = troupe.start(FIXTURE)
  end)
  teardown(function()
    troupe.stop(partner)
    actors.finish()
  end)

  for _, name in ipairs(stock.names(snippets)) do
    it(name, function()
      for _, place in ipairs(stock.places) do
        for _, wait in ipairs(waits) do
          assert.equal(results[place][name],
            made(snippets[name], place, wait, partner),
            ("in a %s, with %s as a wait"):format(place, wait))
        end
      end
    end)
  end
end

-- Wherever a slice may end (`often`), but where a snippet would see the hook
-- that ends it, or goes too deep for that to be quick.
for _, plan in ipairs {
  { "base", "nothing", "often" },
  { "coroutine", "nothing", "often" },
  { "debug", "nothing" },
  { "errors", "nothing", "often" },
  { "global", "nothing", "often" },
  { "io", "nothing", "often" },
  { "language", "nothing", "often" },
  { "limits", "nothing" },
  { "math", "nothing", "often" },
  { "metatable", "nothing", "often" },
  { "os", "nothing", "often" },
  { "package", "nothing", "often" },
  { "string", "nothing", "often" },
  { "table", "nothing", "often" },
  { "utf8", "nothing", "often" },
  { "waits", "nothing", "often", "sleep", "call" },
} do
  describe(("in an actor, as in stock Lua (%s),"):format(plan[1]), function()
    compare(plan[1], table.move(plan, 2, #plan, 1, {}))
  end)
end
