-- Values as text: troupe.console.pretty.

local actors = require "support.actors"
local fuzz = require "support.fuzz"
local pretty = require "troupe.console.pretty"
local troupe = require "troupe"

local function text(value, options) return pretty.text(value, options) end

local function lines(value, options)
  local list = {}
  for line in (text(value, options) .. "\n"):gmatch "([^\n]*)\n" do
    list[#list + 1] = line
  end
  return list
end

describe("a scalar", function()
  it("is written as Lua reads it", function()
    assert.equal("nil", text(nil))
    assert.equal("false", text(false))
    assert.equal("-9223372036854775808", text(math.mininteger))
    assert.equal("9223372036854775807", text(math.maxinteger))
    for _, value in ipairs { 0.1, 1 / 3, 2.0, -0.0, 1e100, 2 ^ 53, 5e-324,
        123456.789 } do
      local read = load("return " .. text(value))()
      assert.equal("float", math.type(read))
      assert.equal(("%a"):format(value), ("%a"):format(read))
    end
    assert.equal("0.1", text(0.1))
    assert.equal("inf", text(1 / 0))
    assert.equal("-inf", text(-1 / 0))
    assert.equal("nan", text(0 / 0))
  end)

  it("that is a string is quoted, and no terminal obeys it", function()
    assert.equal([["a\tb\n\"c\"\\"]], text "a\tb\n\"c\"\\")
    assert.equal([["\x1B[2J\x00\x7F"]], text "\27[2J\0\127")
    assert.equal("\"zażółć 北\"", text "zażółć 北")
    assert.equal([["\xFF\xC3"]], text "\xff\xc3")
    assert.equal([["\u{9B}\u{202E}"]], text "\u{9b}\u{202e}")
    assert.equal([["\xED\xA0\x80"]], text "\xed\xa0\x80") -- half a pair
  end)

  it("that is a long string is cut between characters", function()
    assert.equal(('"%s"... 1 bytes more'):format(("x"):rep(2000)),
      text(("x"):rep(2001)))
    assert.equal('"é"... 2 bytes more', text("éé", { characters = 3 }))
  end)

  it("that is a function says where it is", function()
    assert.matches("^function <spec/console_pretty_spec.lua:%d+>$", text(lines))
    assert.equal("function", text(print))
  end)

  it("that is a pid tells its behaviour, if that is known", function()
    local pid = troupe.self()
    assert.equal(tostring(pid), text(pid))
    assert.equal(tostring(pid) .. " till", text(pid, { behaviour = function()
      return "till"
    end }))
  end)

  it("that is anything else says what it is", function()
    assert.equal("coroutine, suspended", text(coroutine.create(print)))
    assert.matches("^file %(0x", text(io.stdout))
  end)
end)

describe("a table", function()
  it("has its list first and its keys in order", function()
    assert.equal("{}", text {})
    assert.equal("{1, 2, {3}}", text { 1, 2, { 3 } })
    assert.equal('{10, [-1] = 4, [2.5] = 1, ["a b"] = 2, ["end"] = 3, ' ..
      "x = 0, [false] = 6, [true] = 5}",
      text({ 10, x = 0, ["end"] = 3, ["a b"] = 2, [2.5] = 1, [-1] = 4,
             [true] = 5, [false] = 6 }, { width = 100 }))
    assert.equal("{[{}] = 1}", text { [{}] = 1 })
  end)

  it("that is met twice is marked", function()
    local shared = { 1 }
    assert.equal("{a = &1 {1}, b = *1}", text { a = shared, b = shared })
    local list = {}
    list.self, list.pair = list, { shared, shared }
    assert.equal("&1 {pair = {&2 {1}, *2}, self = *1}", text(list))
    list = {}
    list[list] = 1
    assert.equal("&1 {[*1] = 1}", text(list))
  end)

  it("carries the name that its metatable gives it", function()
    assert.equal("todo.list {1}",
      text(setmetatable({ 1 }, { __module = "todo.list" })))
    assert.equal("point {}", text(setmetatable({}, { __name = "point" })))
    local hidden = setmetatable({}, { __name = "p", __metatable = false })
    assert.equal("p {}", text(hidden))
  end)

  it("runs none of its metamethods", function()
    local function fail() error "called" end
    local value = setmetatable({ 1, a = 2 }, { __index = fail, __len = fail,
      __tostring = fail, __pairs = fail, __name = {} })
    assert.equal("{1, a = 2}", text(value))
  end)

  it("that is too wide is broken into lines", function()
    assert.same({
      "{",
      "  {id = 1, name = \"north\"},",
      "  {",
      "    id = 2,",
      "    name = \"south by south-west\",",
      "  },",
      "}",
    }, lines({ { id = 1, name = "north" },
      { id = 2, name = "south by south-west" } }, { width = 30 }))
  end)

  it("that is a list of short things shares its lines", function()
    local list = {}
    for index = 1, 30 do list[index] = index * 1000 end
    local got = lines(list, { width = 40 })
    assert.equal("  1000, 2000, 3000, 4000, 5000, 6000,", got[2])
    for _, line in ipairs(got) do assert.is_true(#line <= 40) end
    assert.is_true(#got < 10)
  end)

  it("that is long is cut, and says by how much", function()
    local list = {}
    for index = 1, 1000 do list[index] = index end
    assert.matches("%.%.%. 900 more\n}$", text(list))
    assert.equal("{1, 2, ... 998 more}", text(list, { items = 2 }))
    local map = {}
    for index = 1, 500 do map["key" .. index] = index end
    assert.matches("%.%.%. 400 more\n}$", text(map))
  end)

  it("that is deep is cut", function()
    local deep = {}
    for _ = 1, 1000 do deep = { deep } end
    assert.equal("{{{{{{{...}}}}}}}", text(deep))
    assert.equal("{{...}}", text(deep, { depth = 1 }))
  end)

  it("that is huge is looked at in part", function()
    local list, map = {}, {}
    for index = 1, 300000 do list[index] = index end
    for index = 1, 30000 do map[index + 0.5] = index end
    assert.matches("at least 299900 more\n}$", text(list))
    assert.matches("at least 9901 more\n}$", text(map))
    local wide = {}
    for i = 1, 200 do
      wide[i] = {}
      for j = 1, 200 do wide[i][j] = { j, { j } } end
    end
    assert.is_true(#text(wide) < 100000)
  end)
end)

describe("any value", function()
  -- Tables in tables, some of them met again.
  local function value_of(random, met, depth)
    local kind = random(1, depth > 5 and 6 or 10)
    if kind == 1 then return random(-5, 5) end
    if kind == 2 then return random(-5, 5) / 4 end
    if kind == 3 then return random(0, 1) == 1 end
    if kind < 7 then return ("k\27\xffé"):sub(random(1, 5), random(1, 5)) end
    if kind == 7 and #met > 0 then return met[random(1, #met)] end
    local list = {}
    met[#met + 1] = list
    for index = 1, random(0, 6) do
      list[index] = value_of(random, met, depth + 1)
    end
    for _ = 1, random(0, 4) do
      list[value_of(random, met, depth + 1)] = value_of(random, met, depth + 1)
    end
    return list
  end

  it("is shown within the width, as far as its words allow", function()
    for seed = 1, 300 do
      local random = fuzz.random(seed)
      local value, width = value_of(random, {}, 0), random(20, 120)
      local shown = text(value, { width = width })
      assert.truthy(utf8.len(shown))
      assert.is_nil(shown:find "[\0-\9\11-\31\127]")
      assert.equal(shown, (text(value, { width = width, colour = true })
        :gsub("\27%[%d*m", "")))
      local flat = text(value, { width = 1000000 })
      assert.is_nil(flat:find "\n")
      if utf8.len(flat) <= width then assert.equal(flat, shown) end
    end
  end)
end)

describe("several values", function()
  it("share a line if they fit", function()
    assert.equal("", pretty.values { n = 0 })
    assert.equal('nil, "insufficient funds"',
      pretty.values { n = 2, nil, "insufficient funds" })
    assert.equal("1, nil", pretty.values { n = 2, 1, nil })
    local wide = ("x"):rep(60)
    assert.equal(('"%s"\n"%s"'):format(wide, wide),
      pretty.values({ wide, wide }, { width = 80 }))
  end)

  it("have colours only if they are asked for", function()
    local value = { a = "x", 1, true, print, troupe.self() }
    assert.is_nil(text(value):find "\27")
    local coloured = text(value, { colour = true })
    assert.equal(text(value), (coloured:gsub("\27%[%d*m", "")))
    assert.truthy(coloured:find('\27[32m"x"\27[0m', 1, true))
  end)
end)

describe("an actor that lacks libraries", function()
  after_each(actors.finish)

  it("shows its values all the same", function()
    local source = [[
      return require("troupe.console.pretty").text({ 1, a = { "x" } })
    ]]
    for wanted, libraries in pairs {
      ['{1, a = {"x"}}'] = { "load", "string", "table" },
      ["table"] = { "load" },
    } do
      local pid = actors.puppet { libraries = libraries }
      assert.equal(wanted, actors.run(pid, source))
    end
  end)
end)
