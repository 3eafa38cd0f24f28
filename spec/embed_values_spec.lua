-- clock: virtual
-- What a host writes and reads without Lua (host/troupe.h), beside what the
-- codec of Lua values makes of the same bytes: by the module probe, which
-- calls that face.

local entity = require "troupe.entity"
local probe = require "probe"
local troupe = require "troupe"

local DEEP = 100

local function bits(value)
  if math.type(value) == "float" then return ("<d"):pack(value) end
  return value
end

-- Floats by their bits: 1 is not 1.0, and NaN is NaN.
local function exact(value)
  if type(value) ~= "table" then
    return { math.type(value) or type(value), bits(value) }
  end
  local copy = {}
  for key, field in pairs(value) do copy[key] = exact(field) end
  return copy
end

-- What writes this value: a list for probe.values_write.
local function written(value, list)
  list = list or {}
  local kind = math.type(value) or type(value)
  if kind == "float" then
    list[#list + 1] = { "number", value }
  elseif kind ~= "table" then
    list[#list + 1] = { kind == "userdata" and "pid" or kind, value }
  else
    local items, pairs_of = #value, {}
    for key, field in pairs(value) do
      local listed = math.type(key) == "integer" and key >= 1 and key <= items
      if not listed then table.insert(pairs_of, { key, field }) end
    end
    list[#list + 1] = { "table", items, #pairs_of }
    for item = 1, items do written(value[item], list) end
    for _, pair in ipairs(pairs_of) do
      written(pair[1], list)
      written(pair[2], list)
    end
  end
  return list
end

local function refused(list)
  local nothing, why = probe.values_write(list)
  assert.is_nil(nothing)
  return why
end

local scalars = {
  function() return math.random(-40, 140) end,
  function() return math.random(0) >> math.random(0, 63) end,
  function() return -(math.random(0) >> math.random(0, 63)) end,
  function() return math.random() * 10.0 ^ math.random(-20, 20) end,
  function() return math.random(-5, 5) + 0.0 end,
  function() return math.random(2) == 1 end,
  function() return ("x"):rep(math.random(0, 40)) end,
  function() return ("y\0z"):rep(math.random(0, 300)) end,
  function() return troupe.self() end,
}

local function scalar() return scalars[math.random(#scalars)]() end

local function random_value(depth)
  if depth == 0 or math.random(3) == 1 then return scalar() end
  local value = {}
  for item = 1, math.random(0, 6) do value[item] = random_value(depth - 1) end
  for _ = 1, math.random(0, 5) do
    local key = scalar()
    if key == key then value[key] = random_value(depth - 1) end
  end
  return value
end

-- Tables in it that stand in several places, and in themselves.
local function tangle(tables)
  local all = {}
  for index = 1, tables do all[index] = { name = index } end
  for _ = 1, tables * 2 do
    local from, to = all[math.random(tables)], all[math.random(tables)]
    if math.random(2) == 1 then
      from[#from + 1] = to
    else
      from["k" .. math.random(5)] = to
    end
  end
  return all[1]
end

-- A text that is the same for two values just if they have the same shape.
local function shape(value, seen, out)
  seen, out = seen or { count = 0 }, out or {}
  if type(value) ~= "table" then
    out[#out + 1] = tostring(value)
  elseif seen[value] then
    out[#out + 1] = "#" .. seen[value]
  else
    seen.count = seen.count + 1
    seen[value] = seen.count
    local keys = {}
    for key in pairs(value) do keys[#keys + 1] = key end
    table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
    out[#out + 1] = "{"
    for _, key in ipairs(keys) do
      out[#out + 1] = tostring(key) .. "="
      shape(value[key], seen, out)
    end
    out[#out + 1] = "}"
  end
  return table.concat(out, " ")
end

describe("what a host writes", function()
  it("arrives in Lua as it was written", function()
    local some = { 0, -1, 127, -128, 128, 32767, -32768, 65536, 1 << 31,
      -(1 << 31) - 1, math.maxinteger, math.mininteger, 0.0, -0.0, 1.0, 0.1,
      math.huge, -math.huge, 0 / 0, true, false, "", "a", ("b"):rep(31),
      ("c"):rep(32), ("d\0"):rep(100000), troupe.self(), {}, { 1, 2, 3 },
      { a = 1 }, { 1, a = { b = { "c" } } },
      { [true] = 1, [1.5] = 2, [-1] = 3 } }
    for _, value in ipairs(some) do
      local arrived = probe.values_write(written(value))
      assert.same(exact(value), exact(arrived))
    end
  end)

  it("arrives whatever it is", function()
    for seed = 1, 150 do
      math.randomseed(seed)
      local value = random_value(4)
      local arrived = probe.values_write(written(value))
      assert.same(exact(value), exact(arrived), "seed " .. seed)
    end
  end)

  it("is several values, of which the last may be nil", function()
    assert.same({ n = 4, "move", 1.5, 2.5 }, table.pack(probe.values_write {
      { "text", "move" }, { "number", 1.5 }, { "number", 2.5 }, { "nil" } }))
    assert.same({ n = 0 }, table.pack(probe.values_write {}))
  end)

  it("may have holes, and numbers that are keys of items", function()
    assert.same({ 7, nil, 9 }, probe.values_write { { "table", 3, 0 },
      { "integer", 7 }, { "nil" }, { "integer", 9 } })
    assert.same({ "a", "b" }, probe.values_write { { "table", 0, 2 },
      { "number", 2 }, { "text", "b" }, { "integer", 1 }, { "text", "a" } })
  end)

  it("is of a pid nil if there is none", function()
    assert.same({ n = 1 }, table.pack(probe.values_write { { "word", 0 } }))
  end)

  it("begins anew after a reset", function()
    assert.equal(2, probe.values_write { { "integer", 1 }, { "table", 5, 5 },
      { "word", 3 }, { "reset" }, { "integer", 2 } })
  end)

  it("goes down a hundred tables, and no further", function()
    local list = {}
    for _ = 1, DEEP do list[#list + 1] = { "table", 1, 0 } end
    list[#list + 1] = { "integer", 1 }
    local value = probe.values_write(list)
    for _ = 1, DEEP do value = value[1] end
    assert.equal(1, value)
    table.insert(list, 1, { "table", 1, 0 })
    assert.equal("tables are nested more than 100 deep", refused(list))
  end)
end)

describe("a writer", function()
  it("is refused with a table that is not complete", function()
    local fewer = "a table has fewer values than it should"
    assert.equal(fewer, refused { { "table", 1, 0 } })
    assert.equal(fewer, refused { { "table", 0, 1 } })
    assert.equal(fewer, refused { { "table", 2, 1 }, { "integer", 1 } })
    assert.equal(fewer, refused { { "table", 2, 0 }, { "table", 0, 0 } })
    assert.equal("a key of a table has no value yet",
      refused { { "table", 1, 1 }, { "integer", 1 }, { "text", "key" } })
  end)

  it("is refused with a key that is none", function()
    assert.equal("a key of a table cannot be nil",
      refused { { "table", 0, 1 }, { "nil" }, { "integer", 1 } })
    assert.equal("a key of a table cannot be nil",
      refused { { "table", 0, 1 }, { "word", 0 }, { "integer", 1 } })
    assert.equal("a key of a table cannot be NaN",
      refused { { "table", 0, 1 }, { "number", 0 / 0 }, { "integer", 1 } })
    for _, none in ipairs { { "copy" }, { "copy", 0 / 0 } } do
      assert.equal("a key of a table cannot be nil or NaN",
        refused { { "table", 0, 1 }, none, { "integer", 1 } })
    end
  end)

  it("is refused with what is nothing", function()
    assert.equal("a text is NULL", refused { { "text" } })
    assert.equal("a string is NULL", refused { { "string" } })
    assert.equal("a pid is none", refused { { "word", 17 } })
    assert.equal("the type of a handle has no name", refused { { "handle" } })
    assert.equal("the type of a handle has no name",
      refused { { "handle", "", 1 } })
    assert.equal("what is to be copied is no value",
      refused { { "copy", { a = 1 }, "b" } })
  end)

  it("is refused with more than a message holds", function()
    local large = "more than 4 GiB cannot be sent at once"
    assert.equal(large, refused { { "table", -1, 0 } })
    assert.equal(large, refused { { "table", 0, math.mininteger } })
    local many = {}
    for item = 1, 65535 do many[item] = { "nil" } end
    many[#many + 1] = { "nil" }
    assert.equal("more than 65535 values cannot be sent at once",
      refused(many))
  end)

  it("keeps to the first of its errors", function()
    assert.equal("a text is NULL", refused { { "text" }, { "word", 1 },
      { "table", 1, 0 }, { "copy", { 1 } }, { "integer", 1 }, { "string" } })
  end)
end)

describe("what a host reads", function()
  it("is what Lua has sent", function()
    for seed = 1, 150 do
      math.randomseed(seed)
      local value, other = random_value(4), random_value(2)
      local read = table.pack(probe.values_read(value, nil, other))
      assert.same(exact { value, nil, other }, exact { table.unpack(read) },
        "seed " .. seed)
      assert.equal(3, read.n)
    end
  end)

  it("is what it has written itself", function()
    math.randomseed(7)
    local value = random_value(6)
    assert.same(exact(value),
      exact((probe.values_read((probe.values_write(written(value)))))))
  end)

  it("is a handle, which has a type and a number", function()
    local list = { { "handle", "sprite", 1 << 40 | 7 }, { "table", 0, 1 },
      { "text", "a" }, { "handle", "b", -1 } }
    assert.same({ { handle = "sprite", id = 1 << 40 | 7 },
      { a = { handle = "b", id = -1 } } }, { probe.values_write(list, true) })
  end)

  it("is a table where two share it", function()
    local shared = { 1, x = { 2 } }
    assert.same({ { 1, x = { 2 } }, { a = { 1, x = { 2 } } }, { 2 } },
      { probe.values_read(shared, { a = shared }, shared.x) })
    assert.same({ shared, shared, shared, shared },
      { probe.values_read(shared, shared, shared, shared) })
  end)

  it("is a table in itself, down to a hundred", function()
    local circle = { name = "c" }
    circle.me = circle
    local read = probe.values_read(circle)
    for _ = 2, DEEP do
      assert.equal("c", read.name)
      read = read.me
    end
    assert.same({ name = "c", me = "deeper" }, read)
    assert.equal("after it", (select(2, probe.values_read(circle, "after it"))))
  end)

  it("is an object's table, an error's, and else to be passed", function()
    package.loaded["embed.values.class"] = { __module = "embed.values.class" }
    local object = setmetatable({ x = 1 }, package.loaded["embed.values.class"])
    local _, failure = pcall(troupe.call, troupe.self(), "x")
    local read = { probe.values_read(object, failure, { object, object }) }
    package.loaded["embed.values.class"] = nil
    assert.same({ x = 1 }, read[1])
    assert.equal(failure.kind, read[2].error.kind)
    assert.equal(failure.message, read[2].error.message)
    assert.same({ { x = 1 }, { x = 1 } }, read[3])
  end)

  it("is passed over where only scripts can use it", function()
    local address = entity.kind("embed.values"):at("key")
    assert.same({ "other", { "other", 1 } },
      { probe.values_read(address, { address, 1 }) })
  end)
end)

describe("a reader", function()
  local function field(...) return (probe.values_field(...)) end

  it("finds fields and items", function()
    local value = { 10, { 20 }, x = { y = { 1, 2, z = "deep" } }, [0] = "zero",
      [7] = "seven" }
    assert.equal(10, field(value, 1))
    assert.equal(20, field(value, 2, 1))
    assert.equal("deep", field(value, "x", "y", "z"))
    assert.equal(2, field(value, "x", "y", 2))
    assert.equal("zero", field(value, 0))
    assert.equal("seven", field(value, 7))
  end)

  it("has nothing in front where there is none, and is asked on", function()
    local value = { 1, nil, 3, x = { 4 }, text = "a" }
    for _, path in ipairs { { "no" }, { "x", "y" }, { "x", 2 }, { 2 }, { 9 },
      { -1 }, { "no", "x", 1, "y" }, { "text", "x" }, { 1, 1 },
      { "x", 1, 1 } } do
      assert.same({ n = 2, [2] = 0 },
        table.pack(probe.values_field(value, table.unpack(path))))
    end
    assert.equal(0, (select(2, probe.values_field(nil, "x"))))
  end)

  it("finds the items of a list that Lua does not keep in order", function()
    for seed = 1, 50 do
      math.randomseed(seed)
      local list, count = { name = "list" }, math.random(20)
      local order = {}
      for item = 1, count do
        table.insert(order, math.random(#order + 1), item)
      end
      for _, item in ipairs(order) do list[item] = item * 10 end
      for item = 1, count do assert.equal(item * 10, field(list, item)) end
      assert.is_nil(field(list, count + 1))
      assert.equal("list", field(list, "name"))
    end
  end)

  it("follows references both ways", function()
    local a, b = { name = "a" }, { name = "b" }
    a.other, b.other = b, a
    local value = { a, b, { a, b, a, last = b } }
    assert.equal("b", field(value, 1, "other", "name"))
    assert.equal("a", field(value, 2, "other", "name"))
    assert.equal("b", field(value, 3, "last", "other", "other", "name"))
    assert.equal("a", field(value, 3, 3, "name"))
  end)
end)

describe("a copy", function()
  it("is the value", function()
    for seed = 1, 100 do
      math.randomseed(seed)
      local value = random_value(4)
      local copied = probe.values_write { { "copy", value } }
      assert.same(exact(value), exact(copied), "seed " .. seed)
    end
  end)

  it("is the value inside of others", function()
    assert.same({ { { 1 }, { a = "x" } }, k = { 2 } }, probe.values_write {
      { "table", 1, 1 }, { "table", 2, 0 }, { "copy", { 1 } },
      { "copy", { b = { a = "x" } }, "b" }, { "copy", "k" },
      { "copy", { 2 } } })
  end)

  it("shares what the value shares, and no more", function()
    for seed = 1, 100 do
      math.randomseed(seed)
      local first, second = tangle(math.random(40)), tangle(math.random(6))
      local list = { { "table", 1, 0 }, { "table", 1, 1 }, { "copy", first },
        { "text", "x" }, { "copy", second }, { "copy", first } }
      local before, after = probe.values_write(list)
      assert.equal(shape { { first, x = second } }, shape(before))
      assert.equal(shape(first), shape(after), "seed " .. seed)
    end
  end)

  it("has what a part of a value shares with the rest", function()
    for seed = 1, 100 do
      math.randomseed(seed)
      local value = { tangle(math.random(12)), part = tangle(5) }
      table.insert(value.part, value[1])
      table.insert(value[1], value)
      assert.equal(shape(value.part),
        shape((probe.values_write { { "copy", value, "part" } })),
        "seed " .. seed)
    end
  end)

  it("goes a hundred tables down, with those that it is in", function()
    local value = 1
    for _ = 1, DEEP - 1 do value = { value } end
    assert.is_table(probe.values_write { { "table", 1, 0 },
      { "copy", value } })
    local deep = "tables are nested more than 100 deep"
    assert.equal(deep, refused { { "table", 1, 0 }, { "table", 1, 0 },
      { "copy", value } })
    local shared = {}
    value = { value, shared, shared }
    assert.is_table(probe.values_write { { "copy", value } })
    assert.equal(deep, refused { { "table", 1, 0 }, { "copy", value } })
  end)

  it("carries what only scripts can use", function()
    local address = entity.kind("embed.values"):at("key")
    assert.equal(address,
      probe.values_write { { "copy", { x = address }, "x" } })
  end)
end)

describe("without memory", function()
  -- Do the objects of Lua come from slabs of their own?
  local function apart()
    local before, kept = probe.heap(), {}
    for item = 1, 100 do kept[item] = {} end
    return probe.heap() - before < #kept
  end

  -- Fails the first acquisition, the second, ...: how often that was one that
  -- Lua does not simply try again.
  local function sweep(run, check)
    collectgarbage()
    local before, failures = probe.heap(), 0
    for count = 0, 60 do
      probe.fail_after(count)
      local outcome = table.pack(pcall(run))
      probe.fail_after(-1)
      if outcome[1] and outcome[2] ~= nil then
        check(table.unpack(outcome, 2))
      else
        local why = outcome[1] and outcome[3] or tostring(outcome[2])
        assert.is_truthy(why:find("memory", 1, true), why)
        failures = failures + 1
      end
    end
    collectgarbage()
    assert.is_true(not apart() or probe.heap() <= before + 2)
    return failures
  end

  it("nothing is sent, and nothing lost", function()
    local list = written { ("x"):rep(5000), { a = "b" } }
    local failures = sweep(function() return probe.values_write(list) end,
      function(value) assert.equal(5000, #value[1]) end)
    assert.is_true(failures >= 3)
  end)

  it("nothing is copied, and nothing lost", function()
    local value = {}
    for item = 1, 60 do
      value[item] = { item }
      value["k" .. item] = value[item]
    end
    local list = { { "copy", value } }
    local failures = sweep(function() return probe.values_write(list) end,
      function(copy) assert.equal(shape(value), shape(copy)) end)
    assert.is_true(failures >= 5)
  end)
end)

describe("bytes that are no encoding", function()
  local function mutate(bytes)
    local at = math.random(#bytes)
    local change = math.random(4)
    if change == 1 then return bytes:sub(1, at - 1) end
    if change == 2 then return bytes:sub(1, at - 1) .. bytes:sub(at + 1) end
    local byte = change == 3 and math.random(0, 255) or
      math.random(0xc0, 0xff)
    return bytes:sub(1, at - 1) .. string.char(byte) .. bytes:sub(at + 1)
  end

  it("are read to their end, and not beyond it", function()
    for seed = 1, 60 do
      math.randomseed(seed)
      local bytes = probe.values_bytes(random_value(4), tangle(6),
        troupe.self())
      for _ = 1, 10 do
        bytes = mutate(bytes)
        if bytes == "" then break end
        assert.is_true(probe.values_look(bytes, math.random(4)) >= 0)
      end
    end
  end)

  it("are what chance makes of them", function()
    math.randomseed(1)
    for _ = 1, 1000 do
      local bytes = {}
      for at = 1, math.random(30) do
        bytes[at] = string.char(math.random(0, 3) == 0 and math.random(0, 255)
          or math.random(0xbe, 0xf5))
      end
      probe.values_look(table.concat(bytes), 3)
    end
  end)

  it("are tables without an end, references to what comes later", function()
    for _, bytes in ipairs { "\xc1\0\0\0", "\xe9\1\xdc\0\0\0\0", "\xc0\2\0",
      "\xe9\1\xc0\0", "\xe9\0", "\xec\0", "\xeb\1a", "\xf0\3abc" } do
      probe.values_look(bytes, 1)
    end
  end)

  it("are none", function()
    assert.equal(0, probe.values_look("", 0))
    assert.equal(0, probe.values_look("", 3))
  end)
end)
