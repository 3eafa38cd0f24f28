-- table
local MISUSE = [[
  local list = { {}, { {} }, { {}, 1 }, { {}, 5 }, { {}, "x" }, { 1 },
    { { 1, 2, 3 }, 2 }, { { 1, 2, 3 }, 9, 9 }, { { 1, {}, 3 } }, { "text" },
    { { 1, 2 }, ",", 0, 3 }, { { 3, 1, 2 }, 1 }, { {}, 1, 2, 3 },
    { {}, 1, 2, 3, {} }, { { 1, 2 }, 1.5 }, { { 1, 2 }, {}, 1 },
    { {}, 0 }, { {}, -1, 5 } }
  local names, log = {}, {}
  for name in pairs(table) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    for number, arguments in ipairs(list) do
      local results = table.pack(pcall(table[name], table.unpack(arguments)))
      for i = 1, results.n do
        results[i] = type(results[i]) == "table" and "table of " ..
          #results[i] or tostring(results[i])
      end
      log[#log + 1] = name .. " " .. number .. ": " ..
        table.concat(results, ", ")
    end
  end
  return table.concat(log, "\n")
]]

return {
  ["misuse of all functions"] = MISUSE,
  ["concat"] = [[
    return table.concat({}), table.concat({ 1, 2.5, "x" }, "-"),
      table.concat({ 1, 2, 3 }, ",", 2), table.concat({ 1, 2, 3 }, ",", 2, 2),
      table.concat({ 1, 2, 3 }, ",", 3, 2),
      select(2, pcall(table.concat, { 1, {}, 3 })),
      select(2, pcall(table.concat, { 1 }, ",", 1, 2)),
      table.concat({ [math.maxinteger] = "end" }, "x", math.maxinteger,
        math.maxinteger)
  ]],
  ["insert and remove"] = [[
    local t = {}
    table.insert(t, "a")
    table.insert(t, 1, "b")
    table.insert(t, 3, "c")
    local a = table.concat(t)
    local b, c = table.remove(t), table.remove(t, 1)
    return a, b, c, table.concat(t), table.remove({}), table.remove({}, 0),
      select(2, pcall(table.insert, {}, 3, "x")),
      select(2, pcall(table.remove, { 1 }, 3)), table.remove({ 1 }, 2),
      select("#", table.insert({}, 1)), select("#", table.remove({}))
  ]],
  ["move"] = [[
    local t = table.move({ 1, 2, 3 }, 2, 3, 1)
    local u = table.move({ 1, 2, 3 }, 1, 3, 2)
    local v = table.move({ 1, 2, 3 }, 1, 3, 3, { 9, 9 })
    return table.concat(t, ","), table.concat(u, ","), table.concat(v, ","),
      #table.move({ 1 }, 1, 0, 5),
      select(2, pcall(table.move, {}, 1, math.maxinteger, 2)),
      select(2, pcall(table.move, {}, -1, math.maxinteger, 2))
  ]],
  ["pack and unpack"] = [[
    local t = table.pack(1, nil, 3, nil)
    return t.n, t[3], table.pack().n, table.unpack({ 1, 2, 3 }, 2),
      select("#", table.unpack({}, 1, 3)), table.unpack({ 1, 2 }, -1, 1),
      select(2, pcall(table.unpack, {}, 1, 1e7)),
      select(2, pcall(table.unpack, {}, math.mininteger, math.maxinteger)),
      select("#", table.unpack({}, math.maxinteger, math.maxinteger)),
      select("#", table.unpack({}, 2, 1))
  ]],
  ["many values"] = [[
    local t = {}
    for i = 1, 100000 do t[i] = i end
    return select("#", table.unpack(t)), (select(-1, table.unpack(t))),
      math.max(table.unpack(t)), #table.pack(table.unpack(t)),
      pcall(string.char, table.unpack(t, 1, 300))
  ]],
  ["sort"] = [[
    local t = {}
    for i = 1, 200 do t[i] = (i * 37) % 211 end
    table.sort(t)
    local up = table.concat(t, " ")
    table.sort(t, function(a, b) return a > b end)
    local words = { "b", "a", "C", "ab", "" }
    table.sort(words)
    return up, table.concat(t, " "), table.concat(words, " "),
      select("#", table.sort({})), pcall(table.sort, { 1, "x" }),
      pcall(table.sort, { {}, {} }), pcall(table.sort, { 3, 2, 1 }, 5)
  ]],
  ["sort with metamethods"] = [[
    local m = { __lt = function(a, b) return a.value < b.value end }
    local t = {}
    for i = 1, 10 do t[i] = setmetatable({ value = i * 7 % 11 }, m) end
    table.sort(t)
    for i = 1, 10 do t[i] = t[i].value end
    return table.concat(t, " ")
  ]],
  ["sort with a bad order"] = [[
    local t = {}
    for i = 1, 100 do t[i] = i end
    return pcall(table.sort, t, function() return true end),
      pcall(table.sort, { 1, 2, 3 }, function() return true end)
  ]],
  ["errors in a comparator"] = [[
    local t = { 3, 1, 2 }
    return pcall(table.sort, t, function() error("raised", 0) end),
      pcall(table.sort, t, function() error({}) end) == false,
      pcall(table.sort, t, function(a, b) return a.x < b end), table.concat(t)
  ]],
  ["sort in sort"] = [[
    local rows = { { 2, 1 }, { 9, 3 }, { 5, 4 } }
    table.sort(rows, function(a, b)
      table.sort(a)
      table.sort(b)
      return a[1] > b[1]
    end)
    local log = {}
    for i, row in ipairs(rows) do log[i] = table.concat(row, ",") end
    return table.concat(log, " ")
  ]],
  ["functions on a proxy"] = [[
    local function proxy(list)
      local log = {}
      return setmetatable({}, {
        __index = function(_, i) log[#log + 1] = "get" .. i return list[i] end,
        __newindex = function(_, i, v)
          log[#log + 1] = "set" .. i
          list[i] = v
        end,
        __len = function() log[#log + 1] = "len" return #list end,
      }), list, log
    end
    local p, list, log = proxy { 3, 1, 2 }
    table.insert(p, 4)
    table.insert(p, 1, 0)
    table.remove(p, 2)
    local before = #log
    table.sort(p) -- in which order it looks at them is its own affair
    for i = #log, before + 1, -1 do log[i] = nil end
    table.move(p, 1, 2, 3)
    local text = table.concat(p, ",")
    return text, table.unpack(p), table.concat(list, ","),
      table.concat(log, " ")
  ]],
  ["a proxy without some metamethods"] = [[
    local t = setmetatable({}, { __len = function() return "x" end })
    local u = setmetatable({}, { __len = function() return 3 end })
    return pcall(table.insert, t, 1), pcall(table.unpack, t),
      select("#", table.unpack(u)), pcall(table.concat, u),
      pcall(table.insert, setmetatable({}, { __len = function()
        return math.maxinteger end }), 1),
      pcall(function() return #t end)
  ]],
  ["userdata and numbers as tables"] = [[
    return pcall(table.insert, io.stdout, 1), pcall(table.concat, 5),
      pcall(table.sort, "x"), pcall(table.unpack, nil), pcall(table.unpack, 5)
  ]],
  ["borders of tables with holes"] = [[
    local t = { 1, 2, nil, 4 }
    local u = { n = 1, nil, nil, 3 }
    local v = {}
    v[1], v[2], v[4] = 1, 2, 4
    return #t, #u, #v, #{}, #{ nil }, #{ nil, 2 }
  ]],
  ["integer and float keys"] = [[
    local t = {}
    t[1], t[1.0], t[2^53], t["1"] = "a", "b", "c", "d"
    t[-0.0] = "zero"
    local count = 0
    for _ in pairs(t) do count = count + 1 end
    return t[1], t[2^53 | 0], t["1"], t[0], count,
      math.type(next({ [3.0] = 1 }))
  ]],
}
