-- What goes to the log.

local log = require "troupe.log"
local life = require "support.life"
local support = require "support"

-- What a script's host writes to its log.
local function written(source, options)
  local result = support.script(source, options)
  assert.equal(0, result.status, result.stderr)
  return result.stderr
end

describe("the log", function()
  after_each(life.finish)

  it("has a line for each entry, with actor and behaviour", function()
    local text = written([[
      local troupe = require "troupe"
      local log = require "troupe.log"
      log.info("opened with %d", 7)
      troupe.stop(troupe.start "shop")
    ]], { files = { ["shop.lua"] = [[
      local log = require "troupe.log"
      return { init = function() log.warn "stock is low" end }
    ]] } })
    assert.matches("info +<0%.1%.1> script: opened with 7\n", text)
    assert.matches("warn +<0%.%d+%.%d+> shop: stock is low\n", text)
    assert.matches("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d+Z ", text)
  end)

  it("does not format what has nothing to be put in", function()
    assert.matches("100%% %%d\n", written [[
      require "troupe.log".info "100% %d"
    ]])
  end)

  it("has levels", function()
    local text = written [[
      local log = require "troupe.log"
      for _, level in ipairs { "debug", "info", "warn", "error" } do
        log[level]("level %s", level)
      end
    ]]
    assert.is_nil(text:find("level debug", 1, true))
    for _, level in ipairs { "info", "warn", "error" } do
      assert.matches(level .. " +<[%d.]+> script: level " .. level, text)
    end
  end)

  it("puts fields in front, in order of their names", function()
    local text = written [[
      local log = require "troupe.log".with { shop = "north", floor = 2 }
      log.info "opened"
      log.with { till = 3 }.info("paid %d", 5)
    ]]
    assert.matches("script: floor=2 shop=north opened\n", text)
    assert.matches("script: floor=2 shop=north till=3 paid 5\n", text)
  end)

  it("says what it expects", function()
    for _, level in ipairs { "debug", "info", "warn", "error" } do
      assert.equal("expected format to be a string, got nil",
        life.misuse(log[level]))
      assert.equal("expected format to be a string, got table",
        life.misuse(log[level], {}))
    end
    assert.equal("expected fields to be a table, got 3",
      life.misuse(log.with, 3))
  end)
end)
