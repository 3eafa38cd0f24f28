-- troupe.test: time, spies, the log, limits; and the options of troupe test
-- that are not busted's. What is to fail has "red:" in its name.

local command = require "support.command"
local project = require "support.project"
local reports = require "support.reports"
local test = require "troupe.test"

local FIXTURES = "spec/fixtures/testing/"

local function make_shop(...)
  local shop = project.new()
  shop:write("lua/shop/part.lua", command.read(FIXTURES .. "part.lua"))
  for _, name in ipairs { ... } do
    shop:write(("spec/%s_spec.lua"):format(name),
      command.read(FIXTURES .. name .. ".lua"))
  end
  return shop
end

describe("troupe.test", function()
  local report, result

  setup(function()
    result = make_shop "tools":troupe("test", "spec/tools_spec.lua")
    report = reports.of(result.stdout)
  end)

  it("does what it says, and fails what it says", function()
    local red, green = reports.sorted(report)
    assert.equal("", green)
    assert.equal([[
a spy red: has a function that raises
a spy red: has a function that waits
a spy red: has no answer left
a spy red: is not drained
red: a before_each that raises before_each
the log red: is shown with what fails
time red: is no help for what nobody will send]], red)
    assert.equal("", result.stderr)
  end)

  it("says what a spy was not told", function()
    assert.equal("spy disk: no answer left to get\nspy disk: no answer to drop",
      report["a spy red: has no answer left"])
    assert.matches("spec/tools_spec.lua:%d+: spy disk: answers that nobody " ..
      "has asked for: 1 to put, 2 to get", report["a spy red: is not drained"])
    assert.matches("^spy disk: the function for get raised: " ..
      "spec/tools_spec.lua:%d+: Expected objects to be equal",
      report["a spy red: has a function that raises"])
    assert.matches("the function for get waits, which it cannot",
      report["a spy red: has a function that waits"], 1, true)
  end)

  it("shows the log with what fails only", function()
    assert.is_nil(result.stdout:find("nobody sees", 1, true))
    assert.matches("oh\nlog:\n  warn  <[%d.]+> script: the first\n        " ..
      "and the second$", report["the log red: is shown with what fails"])
    assert.matches("no\nalso: still there: .*\nlog:\n  warn .*in vain$",
      report["red: a before_each that raises before_each"])
  end)

  it("ends a wait that nothing can end", function()
    local message = report["time red: is no help for what nobody will send"]
    assert.matches("no message, timer or socket is left", message, 1, true)
    assert.is_nil(message:find("busted", 1, true))
  end)

  it("is for troupe test only, and says so", function()
    local count = 0
    for name, fn in pairs(test) do
      local good, failure = pcall(fn)
      assert.is_false(good, name)
      assert.equal("badargument", failure.kind)
      assert.matches(("troupe.test.%s is for specs: in `troupe test`"):format(
        name), failure.message, 1, true)
      count = count + 1
    end
    assert.is_true(count > 7)
  end)
end)

describe("troupe test --limit", function()
  local report

  setup(function()
    report = reports.of(make_shop "endless":troupe("test", "--limit=0.3",
      "spec/endless_spec.lua").stdout)
  end)

  it("ends what does not end, and goes on", function()
    assert.equal("3 / 6 / 1 / 0", report.counts)
  end)

  it("says where it was, and what it waited for", function()
    assert.matches("^did not end within 0.3 s\nspec/endless_spec.lua:7: in ",
      report["red: runs for ever"])
    assert.matches("^did not end within 0.3 s: waiting for a reply from " ..
      '<[%d.]+> shop.part %("till"%)\n.*spec/endless_spec.lua:15: in .*\n' ..
      "also: still there: <[%d.]+> shop.part .* at ./lua/shop/part.lua:12",
      report["red: waits for one that runs for ever"])
    assert.matches("waiting for a message",
      report["red: waits for ever in real time"], 1, true)
    assert.matches("^what was started goes on and on: to settle did not " ..
      "end within 0.3 s: waiting for settle\nstill there: <[^\n]*\nstill " ..
      "there: <", report["red: leaves two that never rest"])
    assert.matches("did not end within 0.3 s",
      report["red: around after_each"], 1, true)
  end)

  it("says how far virtual time has flown meanwhile", function()
    local shop = project.new()
    shop:write("spec/tick_spec.lua", [[
      local troupe = require "troupe"
      it("waits beside a tick", function()
        troupe.every(3600, troupe.self(), "tick")
        while true do troupe.receive() end
      end)]])
    assert.matches("did not end within 0.3 s, in which virtual time went on " ..
      "for %d+ days", shop:troupe("test", "--limit=0.3",
        "spec/tick_spec.lua").stdout)
  end)

  it("ends the run, and what that has started, where nothing can be ended",
    function()
      local shop = project.new()
      shop:write("spec/stuck_spec.lua", [[
        describe("a till", function()
          it("opens", function() end)
          it("hangs", function()
            io.popen("exec tail --pid=$PPID -f /dev/null"):read()
          end)
          it("closes", function() end)
        end)]])
      -- The output ends when nobody has it.
      local result = command.run({ "setsid", "-w", command.binary(), "test",
        "--limit", "0.3", "-o", "TAP", "spec/stuck_spec.lua" },
        { directory = shop.folder })
      assert.equal(1, result.status)
      assert.equal('troupe: it "a till hangs" did not end within 0.3 s, and ' ..
        "is in a function that nothing interrupts: the run ends here\n",
        result.stderr)
      assert.matches("ok 1 - a till opens", result.stdout, 1, true)
      assert.not_matches("closes", result.stdout, 1, true)
    end)

  it("is a number of seconds", function()
    local shop = project.new()
    for value, word in pairs { ["0"] = "0", ["5s"] = "5s", [""] = "nothing" } do
      assert.same({ status = 1, stdout = "", stderr = "troupe: expected " ..
        "--limit to be a number of seconds above 0, got " .. word .. "\n" },
        shop:troupe("test", "--limit=" .. value))
    end
  end)
end)

describe("troupe test", function()
  local shop

  setup(function() shop = make_shop() end)

  it("speaks in all forms that busted has", function()
    shop:write("spec/two_spec.lua", [[
      it("a", function() require("troupe").start "shop.part" end)
      it("b", function() end)]])
    for output, pattern in pairs {
      TAP = "not ok 1 %- a\n.*still there: <.*ok 2 %- b",
      junit = "<failure>still there: &lt;",
      json = '"message":"still there: ',
        gtest = "still there: <.*%[  FAILED  %].*%[       OK %].* b",
      utfTerminal = "still there: <",
      plainTerminal = "still there: <",
    } do
      local result = shop:troupe("test", "-o", output, "spec/two_spec.lua")
      assert.matches(pattern, result.stdout)
      assert.equal(1, result.status)
    end
    assert.equal("a\nb\n",
      shop:troupe("test", "--list", "spec/two_spec.lua").stdout)
    shop:remove "spec/two_spec.lua"
  end)

  it("counts the lines of all actors", function()
    shop:write("lua/shop/idle.lua", "local idle = {}\n\nreturn idle\n")
    shop:write("spec/cover_spec.lua", [[
      local troupe = require "troupe"
      it("covers", function()
        local pid = troupe.start "shop.part"
        troupe.call(pid, "sleep", 1)
        troupe.kill(pid)
      end)]])
    local result = shop:troupe("test", "--coverage")
    assert.equal(0, result.status)
    assert.matches("100 %%  lua/shop/counter.lua: (%d+) of %1 lines\n",
      result.stdout)
    assert.matches("  0 %%  lua/shop/idle.lua: 0 of 2 lines, not 1%-3\n",
      result.stdout)
    assert.matches("lua/shop/part.lua: %d+ of %d+ lines, not 17%-18, ",
      result.stdout)
    assert.matches("%d+:lua/shop/counter.lua\n[%d ]+ 2 2 2 2 ",
      shop:read "luacov.stats.out")
    assert.matches("^ok 1 %- .*\n1..2\n$",
      shop:troupe("test", "-c", "-o", "TAP").stdout)
    shop:remove "spec/cover_spec.lua"
  end)

  it("takes several workers, in real time", function()
    shop:write("spec/many_spec.lua", [[
      local test = require "troupe.test"
      local troupe = require "troupe"
      it("leaves none", function()
        troupe.cast(troupe.start "shop.part", "leave")
      end)
      it("leaves one", function() troupe.start "shop.part" end)
      it("advances", function() test.advance(1) end)]])
    local report = reports.of(shop:troupe("test", "--workers", "3",
      "spec/many_spec.lua").stdout)
    assert.equal("1 / 1 / 1 / 0", report.counts)
    assert.matches("still there: <", report["leaves one"], 1, true)
    assert.matches("advance needs the virtual clock, and this one is real",
      report.advances, 1, true)
    shop:remove "spec/many_spec.lua"
  end)

  it("runs again when a file changes", function()
    local watching = shop:start("test", "--watch")
    watching:await "waiting for a change"
    shop:write("spec/more_spec.lua", 'it("more", function() end)')
    watching:await "2 successes"
    watching:signal "INT"
    watching:wait()
    shop:remove "spec/more_spec.lua"
  end)
end)
