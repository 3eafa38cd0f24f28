-- troupe bench. What it measures is not held here, but that it does.

local project = require "support.project"

local BENCH = [[
local counter = require "shop.counter"
local troupe = require "troupe"

return {
  call = {
    setup = function() return troupe.start("shop.counter", { first = 1 }) end,
    run = function(pid) troupe.call(pid, "next") end,
    teardown = function(pid) troupe.stop(pid) end,
  },
  list = function() return { 1, 2, 3, 4 } end,
  [ "next" ] = {
    setup = function() return counter.init { first = 1 } end,
    run = counter.call.next,
  },
}
]]

local LINE = "  (%S+) +([%d.]+ [mun]?s) +(%+%-%d+ %%) +([%d.,]+ /s) +(%d+ B)"

describe("troupe bench", function()
  local shop
  setup(function()
    shop = project.new()
    shop:write("bench/counter.lua", BENCH)
  end)

  local function bench(...)
    return shop:troupe("bench", "--seconds=0.01", ...)
  end

  local function fails(message, ...)
    assert.same({ status = 1, stdout = "", stderr = "troupe: " .. message ..
      "\n" }, bench(...))
  end

  local function names(text)
    local found = {}
    for name in text:gmatch(LINE) do found[#found + 1] = name end
    return table.concat(found, " ")
  end

  it("measures all, in order, and tells a line each", function()
    local result = bench()
    assert.same({ 0, "" }, { result.status, result.stderr })
    assert.matches("^bench/counter.lua\n", result.stdout)
    assert.equal("call list next", names(result.stdout))
    assert.equal(4, select(2, result.stdout:gsub("\n", "")))
    local bytes = result.stdout:match "list[^\n]- (%d+) B\n"
    assert.equal(56 + 4 * 16, tonumber(bytes))
    assert.matches("next[^\n]- 0 B\n", result.stdout)
  end)

  it("measures those that are named", function()
    assert.equal("list", names(bench("--filter", "^l").stdout))
    shop:write("bench/deep/other.lua", "return { one = function() end }")
    assert.equal("one", names(bench("bench/deep/other.lua").stdout))
    assert.equal("call list next one", names(bench().stdout))
    shop:remove "bench/deep"
    fails("no benchmark has a name like none", "--filter", "none")
  end)

  it("has the settings of prod, unless somebody says otherwise", function()
    shop:write("bench/deep/other.lua", [[return { one = function()
      local found = require("troupe").config "limits" and "prod" or "none"
      error(found .. os.getenv "TROUPE_ENV", 0)
    end }]])
    assert.equal("troupe: one: prodprod\n",
      bench("bench/deep/other.lua").stderr)
    assert.equal("troupe: one: nonetest\n",
      bench("bench/deep/other.lua", "--env", "test").stderr)
    shop:remove "bench/deep"
  end)

  it("goes on after one that fails, with status 1", function()
    shop:write("bench/deep/other.lua", [[
      return {
        a = function() error "oh" end,
        b = { setup = function() error "no setup" end, run = print },
        c = { run = function() end, teardown = function() error "no end" end },
        d = function() end,
      }]])
    local result = bench "bench/deep/other.lua"
    assert.equal(1, result.status)
    assert.equal("d", names(result.stdout))
    assert.equal("troupe: a: bench/deep/other.lua:2: oh\n" ..
      "troupe: b: bench/deep/other.lua:3: no setup\n" ..
      "troupe: c: bench/deep/other.lua:4: no end\n", result.stderr)
    shop:remove "bench/deep"
  end)

  for message, text in pairs {
    ["bench/counter.lua:1: unexpected symbol near '='"] = "= 1",
    ["bench/counter.lua:2: oh"] = "\nerror 'oh'",
    ["bench/counter.lua: expected it to return a table of functions"] =
      "return 5",
    ["bench/counter.lua: no benchmarks"] = "return {}",
    ["bench/counter.lua: expected till to be a function, or a table with a " ..
      "function `run`"] = "return { till = {} }",
  } do
    it("says what is wrong with a file: " .. message, function()
      shop:write("bench/counter.lua", text)
      fails(message)
      shop:write("bench/counter.lua", BENCH)
    end)
  end

  it("says what else is wrong", function()
    fails("expected --seconds to be a number above 0, got x", "--seconds", "x")
    assert.equal("troupe: no benchmarks here: no files in a folder bench\n",
      project.new():troupe("bench").stderr)
  end)
end)

describe("a kept run", function()
  local shop
  setup(function()
    shop = project.new()
    shop:write("bench/counter.lua", "return { one = function() end }")
  end)

  local function bench(...)
    return shop:troupe("bench", "--seconds=0.01", ...)
  end

  local function with(low, median, high)
    shop:write("before.lua", ("return { { name = 'one', file = " ..
      "'bench/counter.lua', low = %g, median = %g, high = %g, bytes = 0 } }")
      :format(low, median, high))
    local result = bench("--against", "before.lua")
    assert.same({ 0, "" }, { result.status, result.stderr })
    return result.stdout:match " B  (.-)\n"
  end

  it("is compared with", function()
    assert.matches("^[%d.]+ x slower$", with(1e-12, 1e-12, 1e-12))
    assert.matches("^[%d.]+ x faster$", with(1, 2, 3))
    assert.equal("no change", with(0, 1, 2))
    shop:write("before.lua", "return {}")
    assert.matches(" B  new\n", bench("--against", "before.lua").stdout)
  end)

  it("is one that was saved", function()
    assert.equal(0, bench("--save", "kept.lua").status)
    assert.matches(" B  [^\n]+\n", bench("--against", "kept.lua").stdout)
    local text = shop:read "kept.lua"
    assert.matches("%-%- [^\n]+\nreturn {\n  { file = ", text)
  end)

  for message, text in pairs {
    ["before.lua:1: unexpected symbol near '='"] = "= 1",
    ["before.lua: expected what --save has written"] = "return { 5 }",
  } do
    it("that is none is told: " .. message, function()
      shop:write("before.lua", text)
      assert.same({ status = 1, stdout = "", stderr = "troupe: " .. message ..
        "\n" }, bench("--against", "before.lua"))
    end)
  end

  it("that cannot be read or written is told", function()
    assert.same({ status = 1, stdout = "", stderr = "troupe: none.lua: No " ..
      "such file or directory\n" }, bench("--against", "none.lua"))
    local result = bench("--save", "none/kept.lua")
    assert.equal(1, result.status)
    assert.equal("troupe: cannot write none/kept.lua: no such file or " ..
      "directory\n", result.stderr)
  end)
end)
