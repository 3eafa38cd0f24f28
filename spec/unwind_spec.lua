-- What runs while an actor that ends is unwound: `__close`, from the inside
-- out.

local life = require "support.life"
local troupe = require "troupe"

local doll, run, begin = life.doll, life.run, life.begin

-- A coroutine, `outer`, wraps another, which ends as `ending` says. The inner
-- one's `__close` is `closing`; only the stack of `outer` holds that coroutine.
local NESTED = [[
  local report, other = state.report, state.other
  local inner = setmetatable({}, { __mode = "v" })
  local outer
  outer = coroutine.create(function()
    coroutine.wrap(function()
      inner.thread = coroutine.running()
      local guard <close> = setmetatable({}, { __close = function()
        %s
      end })
      %s
    end)()
    troupe.send(report, "went on")
  end)
  coroutine.resume(outer)
  troupe.send(report, "went on")
]]

-- An exit of its own, and one of an actor that it is linked to, which comes
-- while the inner coroutine waits.
local ENDINGS = {
  "troupe.exit 'bye'",
  [[troupe.cast(other, "run", "troupe.exit 'bye'"); troupe.sleep(math.huge)]],
}

-- Does it for each ending; what the spec has heard must be `expected`, then
-- the end.
local function unwinds(closing, expected)
  for _, ending in ipairs(ENDINGS) do
    local pid = doll { report = troupe.self(), other = doll() }
    run(pid, "troupe.link(state.other)")
    begin(pid, NESTED:format(closing, ending))
    for _, message in ipairs(expected) do
      assert.same(message, life.next())
    end
    assert.same({ "ended", pid, "bye" }, life.next())
    assert.same({}, life.drain())
    life.finish()
  end
end

describe("__close of an actor that ends", function()
  after_each(life.finish)

  it("sees the coroutines around its own as they were", function()
    unwinds([[
      troupe.send(report, coroutine.status(outer),
        coroutine.status(inner.thread), coroutine.isyieldable(outer))
      coroutine.wrap(function()
        troupe.send(report, coroutine.status(outer),
          coroutine.status(inner.thread))
      end)()
    ]], { { "normal", "running", true }, { "normal", "normal" } })
  end)

  it("cannot make the script go on", function()
    unwinds("troupe.send(report, coroutine.resume(outer))",
      { { false, "cannot resume non-suspended coroutine" } })
  end)

  it("cannot close a coroutine around its own", function()
    unwinds([[
      troupe.send(report, pcall(coroutine.close, outer))
      coroutine.wrap(function()
        for _ = 1, 3 do
          collectgarbage()
          for _ = 1, 500 do coroutine.create(print) end
        end
        troupe.send(report, inner.thread ~= nil)
      end)()
    ]], { { false, "cannot close a normal coroutine" }, { true } })
  end)

  it("may use coroutines that have yielded", function()
    unwinds([[
      local thread = coroutine.create(coroutine.yield)
      coroutine.resume(thread, "yielded")
      troupe.send(report, coroutine.status(thread))
      troupe.send(report, coroutine.resume(thread, "again"))
      thread = coroutine.create(coroutine.yield)
      coroutine.resume(thread)
      troupe.send(report, coroutine.close(thread))
    ]], { { "suspended" }, { true, "again" }, { true } })
  end)

  it("finds the coroutines inside its own closed", function()
    local pid = doll { report = troupe.self() }
    begin(pid, [[
      local report = state.report
      local inner = coroutine.create(troupe.exit)
      local guard <close> = setmetatable({}, { __close = function()
        troupe.send(report, coroutine.status(inner),
          coroutine.resume(inner))
      end })
      coroutine.resume(inner, "bye")
    ]])
    assert.same({ "dead", false, "cannot resume dead coroutine" },
      life.next())
    assert.same({ "ended", pid, "bye" }, life.next())
  end)

  it("is not cut short if it runs already, and is preempted", function()
    for _, thread in ipairs { "coroutine.wrap(function(...) %s end)(...)",
        "%s" } do
      local pid = doll { report = troupe.self(), other = doll() }
      run(pid, "troupe.link(state.other)")
      begin(pid, thread:format [[
        local report, other = state.report, state.other
        do
          local guard <close> = setmetatable({}, { __close = function()
            require("probe").slice(1)
            troupe.kill(other)
            for index = 1, 1000 do index = index + 1 end
            require("probe").slice(0)
            troupe.send(report, "closed")
          end })
        end
        troupe.sleep(math.huge)
      ]])
      assert.same({ "closed" }, life.next())
      assert.same({ "ended", pid, "killed" }, life.next())
      life.finish()
    end
  end)

  it("runs if it exits in terminate, whether that has waited or not",
    function()
      for _, wait in ipairs { "", "troupe.sleep(0)",
          "troupe.call(state.other, 'seen')" } do
        local pid = doll { report = troupe.self(), other = doll(),
          terminate = [[
            local report = state.report
            local one <close> = guard "main"
            coroutine.wrap(function()
              local two <close> = guard "coroutine"
            ]] .. wait .. [[
              troupe.exit "again"
            end)()
            troupe.send(report, "went on")
          ]] }
        troupe.monitor(pid)
        troupe.stop(pid, "first")
        assert.same({ "coroutine" }, life.next())
        assert.same({ "main" }, life.next())
        assert.same({ "down", pid, "again" }, life.next())
      end
    end)
end)
