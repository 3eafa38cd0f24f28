-- The benches run, at a small part of their size, and print what the table
-- needs.

package.path = "./scripts/bench/?.lua;" .. package.path

local json = require "json"
local sample = require "sample"
local support = require "support"
local works = require "works"

local command = support.command

describe("a bench", function()
  for _, work in ipairs(works) do
    it("prints its figures: " .. work.script, function()
      local result = command.run {
        command.binary(), "run", "--log", "error",
        "scripts/bench/" .. work.script .. ".lua", "0.002",
      }
      assert.equal("", result.stderr)
      assert.equal(0, result.status)
      for _, figure in ipairs(work) do
        local name = figure.name:gsub("%.", "%%.")
        assert.matches("%f[%w]" .. name .. " %-?[%d.]+ [%w/%%]+\n",
          result.stdout)
      end
    end)
  end
end)

describe("the bench runner", function()
  local function run(...)
    return command.run({ command.binary(), "run", "scripts/bench/run.lua",
      "--runs", "1", ... }, { environment = { TROUPE = command.binary() } })
  end

  it("prints a table and writes JSON", function()
    local file = command.directory() .. "/figures.json"
    local result = run("--scale", "0.002", "--only", "ring", "--json", file)
    assert.equal(0, result.status)
    assert.matches("\nring +[%d ]+ hops/s +5 000 000\n", result.stdout)
    assert.matches('"name": "ring"', command.read(file))
  end)

  it("goes on when a bench fails", function()
    local result = command.run({ command.binary(), "run",
      "scripts/bench/run.lua", "--only", "ring", "--runs", "1" },
      { environment = { TROUPE = "/bin/false" } })
    assert.equal(0, result.status)
    assert.matches("troupe failed: ended by exit 1", result.stdout)
  end)

  it("refuses what it does not know", function()
    local result = run("--only", "speed")
    assert.equal(1, result.status)
    assert.matches('expected a bench\'s name, got "speed"', result.stderr)
  end)
end)

describe("a sample", function()
  it("has a median", function()
    assert.equal(2, sample.median { 3, 1, 2 })
    assert.equal(2.5, sample.median { 4, 1, 2, 3 })
  end)

  it("compares run by run, and above 1 is better for us", function()
    assert.equal(2, sample.ratio({ 2, 4, 90 }, { 1, 2, 3 }))
    assert.equal(4, sample.ratio({ 1, 2 }, { 4, 8 }, true))
    assert.is_nil(sample.ratio({ 0 }, { 5 }, true))
  end)
end)

describe("the JSON of the benches", function()
  it("has sorted keys and escaped text", function()
    assert.equal('{\n  "a": [1, 2.5],\n  "b": "x\\u0022\\u000a"\n}',
      json.encode { b = 'x"\n', a = { 1, 2.5 } })
  end)
end)
