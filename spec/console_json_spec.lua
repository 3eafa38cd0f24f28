-- The console's JSON: troupe.console.json, read back by a parser of others.

local json = require "troupe.console.json"
local pretty = require "troupe.console.pretty"
local troupe = require "troupe"

local found, dkjson = pcall(require, "dkjson")

describe("JSON", function()
  it("has what Lua has", function()
    assert.equal("null", json.encode(nil))
    assert.equal("true", json.encode(true))
    assert.equal("[1,2,[3]]", json.encode { 1, 2, { 3 } })
    assert.equal('{"a":1,"b":{"c":[]}}', json.encode { b = { c = {} }, a = 1 })
    assert.equal('[1,null,"x"]', json.values { n = 3, 1, nil, "x" })
    assert.equal("[]", json.values { n = 0 })
  end)

  it("keeps numbers as they are", function()
    assert.equal("9223372036854775807", json.encode(math.maxinteger))
    assert.equal("-9223372036854775808", json.encode(math.mininteger))
    assert.equal("0.1", json.encode(0.1))
    assert.equal("2.0", json.encode(2.0))
    assert.equal("1e+100", json.encode(1e100))
    assert.equal('["nan","inf","-inf"]', json.encode { 0 / 0, 1 / 0, -1 / 0 })
  end)

  it("is valid UTF-8 whatever the string", function()
    assert.equal([["a\n\t\"\\\u0000\u001b"]], json.encode "a\n\t\"\\\0\27")
    assert.equal([["\u007f"]], json.encode "\127")
    assert.equal('"zażółć 😀"', json.encode "zażółć 😀")
    assert.equal([["\u00ff\u00c3é\u00ed\u00a0\u0080"]],
      json.encode "\xff\xc3é\xed\xa0\x80")
    for _ = 1, 200 do
      local bytes = {}
      for index = 1, 30 do bytes[index] = string.char(math.random(0, 255)) end
      local text = json.encode(table.concat(bytes))
      assert.truthy(utf8.len(text))
      assert.is_nil(text:find "%c")
      if found then assert.equal("string", type(dkjson.decode(text))) end
    end
  end)

  it("writes keys that are no strings as text", function()
    assert.equal('{"1.5":1,"17":2,"true":3}',
      json.encode { [17] = 2, [1.5] = 1, [true] = 3 })
    assert.equal('{"17":2,"[17]":1}', json.encode { [17] = 1, ["17"] = 2 })
    local pid = troupe.self()
    assert.equal(('{"%s":1}'):format(pid), json.encode { [pid] = 1 })
    assert.equal('{"2":1}', json.encode { [2] = 1 })
  end)

  it("writes what has no place in it as text", function()
    local list = { 1 }
    list[2] = list
    assert.equal('[1,"{...}"]', json.encode(list))
    local shared = { 1 }
    assert.equal("[[1],[1]]", json.encode { shared, shared })
    assert.equal(('"%s"'):format(troupe.self()), json.encode(troupe.self()))
    assert.equal('"function"', json.encode(print))
    assert.equal(('"%s"'):format(pretty.text(json.encode)),
      json.encode(json.encode))
    local deep = {}
    for _ = 1, 300 do deep = { deep } end
    assert.equal(("["):rep(100) .. '"{...}"' .. ("]"):rep(100),
      json.encode(deep))
  end)

  it("does not care for metatables", function()
    local function fail() error "called" end
    assert.equal("[1]", json.encode(setmetatable({ 1 }, { __index = fail,
      __len = fail, __pairs = fail, __tostring = fail })))
  end)

  it("that would be too large is refused", function()
    local long = ("x"):rep(1024 * 1024)
    local list = {}
    for index = 1, 33 do list[index] = long end
    local ok, problem = pcall(json.encode, list)
    assert.is_false(ok)
    assert.matches("32 MiB", problem.message)
  end)
end)
