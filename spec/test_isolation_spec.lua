-- troupe test: each `it` begins clean, and what it leaves fails it. The pieces
-- that are to fail have "red:" in their names.

local command = require "support.command"
local project = require "support.project"
local reports = require "support.reports"

local FIXTURES = "spec/fixtures/testing/"

describe("an it", function()
  local shop, report, red, green

  setup(function()
    shop = project.new()
    shop:write("lua/shop/part.lua", command.read(FIXTURES .. "part.lua"))
    shop:write("spec/isolation_spec.lua",
      command.read(FIXTURES .. "isolation.lua"))
    local result = shop:troupe("test", "spec/isolation_spec.lua")
    report = reports.of(result.stdout)
    red, green = reports.sorted(report)
    assert.equal("", result.stderr)
  end)

  it("fails by what it leaves, and by nothing else", function()
    assert.equal([[
a leftover green: nothing is started here
a leftover green: pending]], green)
    assert.equal([[
a leftover of a before_each red: is the it's
a leftover red: has its children with it
a leftover red: is named
a leftover red: is told behind a failure
a leftover red: may be a socket
a leftover red: of one that is pending counts
a leftover red: says who started it
a linked actor red: that raises fails it
a linked actor red: though it is not asked
red: what a setup leaves
supervised actors red: that raise fail it]], red)
    assert.equal("21 / 10 / 1 / 2", report.counts)
  end)

  it("names who is left, and who has started that", function()
    assert.matches('^still there: <[%d.]+> shop.part %("till"%), started by ' ..
      "the spec, idle$", report["a leftover red: is named"])
    assert.matches("^still there: <[%d.]+> shop.part, started by one " ..
      "that has ended, idle$", report["a leftover red: says who started it"])
    assert.matches("^still there: <[%d.]+> troupe.supervisor.manager, " ..
      "started by the spec, idle$",
      report["a leftover red: has its children with it"])
    assert.matches("\nstill open: a socket to 127.0.0.1:%d+$",
      report["a leftover red: may be a socket"])
    assert.matches("after its teardown: still there: .*forgotten",
      report["red: what a setup leaves"])
  end)

  it("keeps what was wrong first", function()
    local message = report["a leftover red: is told behind a failure"]
    assert.matches("^spec/isolation_spec.lua:%d+: Expected objects", message)
    assert.matches("\nalso: still there: <", message, 1, true)
  end)

  it("is told why a linked actor has ended, and the log's lines", function()
    local message = report["a linked actor red: that raises fails it"]
    assert.matches("^a linked actor ended: <[%d.]+> shop.part: exit: " ..
      "./lua/shop/part.lua:%d+: out of stock\nlog:\n  error <", message)
    assert.matches("a linked actor ended: <[%d.]+>: killed",
      report["a linked actor red: though it is not asked"])
    assert.matches("out of stock",
      report["supervised actors red: that raise fail it"])
  end)

  it("is as clean in another order, and the next time", function()
    local again = shop:troupe("test", "--repeat=2", "spec/isolation_spec.lua")
    assert.equal(report.counts, reports.of(again.stdout).counts)
    local shuffled = shop:troupe("test", "--shuffle", "--seed=3",
      "spec/isolation_spec.lua")
    assert.equal(red, (reports.sorted(reports.of(shuffled.stdout))))
  end)
end)
