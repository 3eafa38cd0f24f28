-- troupe test: busted in an actor, in a project.

local command = require "support.command"
local project = require "support.project"

local SPEC = [[
local troupe = require "troupe"
describe("a till", function()
  it("waits and calls #quick", function()
    local counter = troupe.start("shop.counter", { first = 3 })
    troupe.sleep(0.001)
    assert.equal(3, troupe.call(counter, "next"))
    troupe.stop(counter)
  end)
  it("fails", function() assert.equal(1, 2) end)
end)
]]

describe("troupe test", function()
  local shop
  setup(function()
    shop = project.new()
    shop:write("spec/till_spec.lua", SPEC)
  end)

  local function counts(...)
    local result = shop:troupe("test", ...)
    return result.stdout:match "%d+ success[%a]* / %d+ failure[%a]*",
      result.status, result.stderr
  end

  it("runs all specs, and fails if one does", function()
    local result = shop:troupe "test"
    assert.same({ 1, "" }, { result.status, result.stderr })
    assert.matches("2 successes / 1 failure / 0 errors", result.stdout, 1, true)
    assert.matches("spec/till_spec.lua @ 9", result.stdout, 1, true)
  end)

  it("is no success if a spec ends who runs it", function()
    for _, code in ipairs { "troupe.exit()", "troupe.stop(troupe.self())" } do
      shop:write("spec/ending_spec.lua", "local troupe = require 'troupe' " ..
        "it('ends', function() " .. code .. " end)")
      local result = shop:troupe("test", "spec/ending_spec.lua")
      assert.equal(1, result.status)
      assert.matches("troupe: the actor that runs the specs has been ended " ..
        "before they were over\n", result.stderr, 1, true)
    end
    shop:remove "spec/ending_spec.lua"
  end)

  it("runs the files that are named, as seen from where one is", function()
    assert.same({ "1 success / 0 failures", 0, "" },
      { counts "spec/shop_spec.lua" })
    local result = command.run({ command.binary(), "test", "--filter", "waits",
      "till_spec.lua" }, { directory = shop.folder .. "/spec" })
    assert.matches("1 success / 0 failures", result.stdout, 1, true)
    assert.equal(0, result.status)
  end)

  it("takes busted's options", function()
    assert.same({ "1 success / 0 failures", 0, "" },
      { counts("--tags=quick") })
    assert.same({ "2 successes / 0 failures", 0 }, { table.unpack({
      counts("--filter-out", "fails", "--shuffle", "--seed", "1") }, 1, 2) })
    assert.matches("^ok 1 %-", shop:troupe("test", "-o", "TAP",
      "spec/shop_spec.lua").stdout)
    local _, status, complaint = counts "--no-such-option"
    assert.equal(1, status)
    assert.matches("unknown", shop:troupe("test", "--none").stdout .. complaint)
  end)

  it("takes the settings of config/test.lua, or of who says so", function()
    shop:write("config/test.lua", "return { tax = 1 }")
    shop:write("config/prod.lua", "return { tax = 2 }")
    shop:write("spec/tax_spec.lua", [[
      it("is 1", function()
        assert.equal(1, require("troupe").config "tax")
        assert.equal("test", os.getenv "TROUPE_ENV")
      end)]])
    assert.same({ "1 success / 0 failures", 0, "" },
      { counts "spec/tax_spec.lua" })
    assert.equal(1, shop:troupe("--env", "prod", "test",
      "spec/tax_spec.lua").status)
    assert.equal(1, command.run({ command.binary(), "test",
      "spec/tax_spec.lua" }, { directory = shop.folder,
      environment = { TROUPE_ENV = "prod" } }).status)
    shop:remove "spec/tax_spec.lua"
  end)

  it("says what it could not find", function()
    local result = shop:troupe("test", "spec/none_spec.lua")
    assert.is_true(result.status ~= 0)
    assert.matches("spec/none_spec.lua", result.stdout .. result.stderr, 1,
      true)
    local lone = command.run({ command.binary(), "test" }, {
      directory = shop.folder,
      environment = { LUA_PATH = "./?.lua" } })
    assert.same({ status = 1, stdout = "", stderr = "troupe: busted is not " ..
      "installed (Debian: lua-busted; or: troupe deps get " ..
      "--test)\n" }, lone)
  end)

  it("tells about itself, and is told that there is no project", function()
    assert.matches("^usage: troupe test %[options%] %[FILE...%]\n",
      shop:troupe("test", "--help").stdout)
    assert.same({ status = 1, stdout = "", stderr = "troupe: no project " ..
      "here: no rockspec in this folder or above it\n" },
      project.empty():troupe "test")
  end)
end)
