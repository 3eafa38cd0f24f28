-- clock: either
-- What a program that embeds a host sends, calls and starts.

local embed = require "support.embed"

local function works(name)
  local result = embed.run(name)
  assert.same({ 0, "done\n" }, { result.status, result.stdout },
    result.stderr)
end

describe("a program", function()
  it("talks to actors, and what it sends arrives in order", function()
    works "call"
  end)

  it("may do so on four threads at once", function() works "call_threads" end)

  it("waits for what happens on its own thread, but not inside of it",
    function() works "call_inside" end)

  it("may call where it has held up a worker for long", function()
    -- TSan holds back the signals that find out.
    local _, variant = embed.variant()
    if variant ~= "tsan" then works "call_lent" end
  end)

  it("hears of an end, too, where memory is scarce", function()
    works "call_nomem"
  end)

  it("may have more under way than are worked at, each with its deadline",
    function() works "call_line" end)

  it("hears once of the end of each call, whatever ends it", function()
    works "call_end"
  end)
end)

describe("the gateway's part of the host", function()
  it("is for nobody else", function()
    local core = require "troupe.core"
    for _, name in ipairs { "slot", "watches", "serve", "done", "failed",
      "refused" } do
      local good, problem = pcall(core["gateway_" .. name])
      assert.is_false(good)
      assert.matches("expected self to be troupe.gateway, got another",
        problem.message, 1, true)
    end
  end)
end)
