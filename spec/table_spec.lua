-- The functions of `table` that are our own: as in stock Lua, but none holds
-- a worker, and what they call may wait.

local actors = require "support.actors"
local eventually = require "support.eventually"
local differential = require "support.differential"
local probe = require "probe"
local troupe = require "troupe"

local run, puppet, begin = actors.run, actors.puppet, actors.begin

describe("the functions of table, called at random,", function()
  after_each(actors.finish)

  for _, seed in ipairs(differential.seeds) do
    it(("do what stock Lua does (seed %d)"):format(seed), function()
      for way, text in pairs(differential.run("table", seed, 1200)) do
        assert.is_true(#text.stock > 2000, way)
        assert.equal(text.stock, text.ours, way)
      end
    end)
  end
end)

describe("a long list", function()
  after_each(actors.finish)

  it("is joined, whatever its pieces", function()
    for _, count in ipairs { 1, 255, 256, 257, 511, 512, 4096, 70001 } do
      for _, between in ipairs { "", ", " } do
        local list, length = {}, 0
        for i = 1, count do
          list[i] = i % 3 == 0 and i or ("x"):rep(i % 7)
          length = length + #tostring(list[i])
        end
        local text = table.concat(list, between)
        assert.equal(length + #between * (count - 1), #text)
        local at = 1
        for i = 1, count, 1 + count // 300 do
          local piece = table.concat(list, between, at, i)
          assert.equal(piece, text:sub(1, #piece))
          text = text:sub(#piece + #between + 1)
          at = i + 1
        end
        assert.equal(table.concat(list, between, at), text)
      end
    end
  end)

  it("is joined in steps, too", function()
    assert.same({ true, true }, { actors.pacing [[
      local list = {}
      for i = 1, 3000 do list[i] = i end
      local text = table.concat(list, "-")
      local front = setmetatable({}, { __len = function() return 3000 end,
        __index = function(_, i) return i end })
      return text == table.concat(front, "-"), text:sub(-9) == "2999-3000"
    ]] })
  end)

  it("of a million is sorted", function()
    local list, sum = {}, 0
    for i = 1, 1000000 do
      list[i] = i * 7919 % 1000003
      sum = sum + list[i]
    end
    table.sort(list)
    for i = 2, #list do
      sum = sum - list[i]
      if list[i - 1] > list[i] then error "not in order" end
    end
    assert.equal(sum, list[1])
  end)

  it("is sorted in few comparisons, whatever it is like", function()
    local shapes = {
      function(i) return i end,
      function(i) return -i end,
      function(i) return i % 2 == 0 and i or -i end,
      function(i) return i % 10 end,
      function(i) return math.abs(i - 500) end,
      function(i) return i * 7919 % 1009 end,
      function() return 1 end,
    }
    for _, shape in ipairs(shapes) do
      local list, count = {}, 0
      for i = 1, 1000 do list[i] = shape(i) end
      table.sort(list, function(a, b)
        count = count + 1
        return a < b
      end)
      assert.is_true(count <= 1000 * 10)
      for i = 2, #list do assert.is_true(list[i - 1] <= list[i]) end
    end
  end)

  it("keeps what is equal in order", function()
    local list = {}
    for i = 1, 2000 do list[i] = { i * 31 % 17, i } end
    table.sort(list, function(a, b) return a[1] < b[1] end)
    for i = 2, #list do
      local a, b = list[i - 1], list[i]
      assert.is_true(a[1] < b[1] or (a[1] == b[1] and a[2] < b[2]))
    end
  end)

  it("of numbers keeps integers and floats, and puts none away", function()
    local list = { 3, 2.5, -0.0, 0, math.huge, -math.huge, math.maxinteger,
      2.0 ^ 63, math.mininteger, 1e-310, -1, 7, 7.0, 9, 11, 2, 1 }
    table.sort(list)
    local text = {}
    for i, value in ipairs(list) do text[i] = tostring(value) end
    assert.matches("^-inf %-9223372036854775808 %-1 ", table.concat(text, " "))
    assert.matches("9223372036854775807 9.2233720368548e%+18 inf$",
      table.concat(text, " "))
    assert.equal(17, #list)
    local floats, nan = { 2.5, 0 / 0, -1.5, 0 / 0, 0.0, 9.0 }, 0
    table.sort(floats)
    for _, value in ipairs(floats) do
      if value ~= value then nan = nan + 1 end
    end
    assert.equal(2, nan)
    assert.equal(6, #floats)
  end)
end)

describe("a comparator", function()
  after_each(actors.finish)

  it("may wait: call, sleep, yield", function()
    local other = puppet()
    assert.same({ "1 2 3 4 5", "5 4 3 2 1", "a b c" }, { actors.pacing([[
      local other = ...
      local list = { 3, 1, 5, 4, 2 }
      table.sort(list, function(a, b)
        return troupe.call(other, "run", "local a, b = ... return a < b", a, b)
      end)
      local up = table.concat(list, " ")
      table.sort(list, function(a, b)
        troupe.sleep(0)
        return a > b
      end)
      local down = table.concat(list, " ")
      local words = { "b", "c", "a" }
      local co = coroutine.wrap(function()
        table.sort(words, function(a, b) return coroutine.yield(a, b) end)
      end)
      local a, b = co()
      while a do a, b = co(a < b) end
      return up, down, table.concat(words, " ")
    ]], other) })
  end)

  it("may be a metamethod that waits", function()
    assert.equal("1 2 3 4", actors.pacing [[
      local meta = { __lt = function(a, b)
        troupe.sleep(0)
        return a[1] < b[1]
      end }
      local list = {}
      for i, n in ipairs { 3, 1, 4, 2 } do
        list[i] = setmetatable({ n }, meta)
      end
      table.sort(list)
      for i = 1, 4 do list[i] = list[i][1] end
      return table.concat(list, " ")
    ]])
  end)

  it("that raises leaves the list as it was", function()
    local list, calls = {}, 0
    for i = 1, 100 do list[i] = 101 - i end
    assert.has_error(function()
      table.sort(list, function(a, b)
        calls = calls + 1
        if calls == 300 then error("enough", 0) end
        return a < b
      end)
    end, "enough")
    for i = 1, 100 do assert.equal(101 - i, list[i]) end
  end)

  it("that says yes to everything is an error", function()
    for _, count in ipairs { 4, 5, 6, 100, 5000 } do
      local list = {}
      for i = 1, count do list[i] = i end
      local ok, problem = pcall(table.sort, list, function(a, b)
        assert(a and b)
        return true
      end)
      assert.is_false(ok)
      assert.equal("invalid order function for sorting", problem)
    end
  end)

  it("that lies loses nothing and gets nothing else to see", function()
    local state = 1
    for round = 1, 50 do
      local list, sum = {}, 0
      for i = 1, round * 7 do list[i], sum = i, sum + i end
      pcall(table.sort, list, function(a, b)
        assert(math.type(a) == "integer" and math.type(b) == "integer")
        state = (state * 1103515245 + 12345) & 0x7fffffff
        return state & 4096 ~= 0
      end)
      for i = 1, round * 7 do sum = sum - list[i] end
      assert.equal(0, sum)
    end
  end)

  it("that changes the list does no harm", function()
    local list = {}
    for i = 1, 2000 do list[i] = { 2000 - i } end
    table.sort(list, function(a, b)
      for i = #list, 1, -1 do list[i] = nil end
      collectgarbage "step"
      return a[1] < b[1]
    end)
    for i = 1, 2000 do assert.equal(i - 1, list[i][1]) end
  end)
end)

describe("metamethods of a list", function()
  after_each(actors.finish)

  it("may wait in all functions", function()
    local wanted = { "0 1 2 3 4", "4", "1,2,3", "1 3", "2 3", "1 2 3" }
    assert.same(wanted, { actors.pacing [[
      local function proxy(list)
        return setmetatable({}, {
          __index = function(_, i) troupe.sleep(0) return list[i] end,
          __newindex = function(_, i, v) troupe.sleep(0) list[i] = v end,
          __len = function() troupe.sleep(0) return #list end,
          __eq = function() troupe.sleep(0) return true end
        }), list
      end
      local a, list = proxy { 1, 2, 3 }
      table.insert(a, 4)
      table.insert(a, 1, 0)
      local inserted = table.concat(list, " ")
      local removed = table.remove(a)
      table.remove(a, 1)
      local joined = table.concat(a, ",")
      local b, other = proxy { 3, 1 }
      table.sort(b)
      local moved = table.concat(other, " ")
      table.move(a, 2, 3, 1, b)
      return inserted, tostring(removed), joined, moved,
        table.concat(other, " "), table.concat({ table.unpack(a) }, " ")
    ]] })
  end)

  it("that chain in a circle are an error", function()
    for _, call in ipairs { "insert", "remove", "concat", "unpack", "sort" } do
      local one = setmetatable({}, { __len = function() return 3 end })
      getmetatable(one).__index = one
      getmetatable(one).__newindex = one
      local ok, problem = pcall(table[call], one, 1)
      assert.is_false(ok)
      if call ~= "sort" then
        assert.matches("chain too long; possibl", problem)
      end
    end
  end)
end)

-- --- What would not end ------------------------------------------------------

local FRONT = [[
  local front = setmetatable({}, { __len = function() return 1 << 62 end })
]]

local endless = {
  ["a move to and fro"] = "table.move({}, 1, 1 << 62, 2)",
  ["a move to another table"] = "table.move({}, 1, 1 << 62, 2, {})",
  ["an insertion at the front"] = FRONT .. "table.insert(front, 1, 0)",
  ["a removal at the front"] = FRONT .. "table.remove(front, 1)",
  ["a list without end that is joined"] = [[
    table.concat(setmetatable({}, { __index = function() return "" end }), "",
      1, 1 << 62)
  ]],
  ["elements that are looked for for ever"] = [[
    table.unpack(setmetatable({}, { __index = function()
      while true do end
    end }), 1, 2)
  ]],
  ["a length that is never known"] = [[
    table.insert(setmetatable({}, { __len = function()
      while true do end
    end }), 1)
  ]],
  ["a comparator that loops"] =
    "table.sort({ 1, 2, 3 }, function() while true do end end)",
  ["a __lt that loops"] = [[
    local item = setmetatable({}, { __lt = function() while true do end end })
    table.sort({ item, item })
  ]],
  ["a comparator that sorts for ever"] = [[
    local function less() table.sort({ 2, 1 }, less) end
    while true do pcall(less) end
  ]],
  ["a sort of nothing"] = [[
    table.sort(setmetatable({}, { __len = function() return 1 << 30 end }),
      function(a, b) return a < b end)
  ]],
}

describe("no other actor waits for", function()
  after_each(actors.finish)

  for name, source in pairs(endless) do
    it(name .. ", and a kill ends it", function()
      local pids = {}
      for i = 1, probe.workers() + 1 do
        pids[i] = puppet()
        begin(pids[i], "pcall(function() " .. source .. " end)")
      end
      local one, other = puppet(), puppet()
      for i = 1, 20 do
        assert.equal(i, run(one, [[
          local other, i = ...
          return troupe.call(other, "run", "return ...", i)
        ]], other, i))
      end
      for _, pid in ipairs(pids) do troupe.kill(pid) end
      eventually(function()
        for _, pid in ipairs(pids) do
          if troupe.send(pid, "there") then return false end
        end
        return true
      end)
    end)

    it(name .. ", even where it cannot wait", function()
      local pid = puppet()
      begin(pid, [[
        tostring(setmetatable({}, { __tostring = function()
          pcall(function() ]] .. source .. [[ end)
        end }))
      ]])
      local other = puppet()
      assert.equal(1, run(other, "return 1"))
      troupe.kill(pid)
      eventually(function() return not troupe.send(pid, "there") end)
    end)
  end
end)

describe("a list too long to sort", function()
  it("is refused at once", function()
    local ok, problem = pcall(table.sort, setmetatable({}, {
      __len = function() return math.maxinteger end }))
    assert.is_false(ok)
    assert.matches("array too big", problem, 1, true)
  end)
end)
