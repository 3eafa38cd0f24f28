-- The base functions.

-- Calls every function of a list with many kinds of arguments.
local MISUSE = [[
  package.path, package.cpath = "./absent/?.lua", "./absent/?.so"
  local functions = FUNCTIONS
  local list = { {}, { nil, n = 1 }, { {} }, { 1 }, { -1 }, { "x" }, { type },
    { true }, { 1.5 }, { {}, {} }, { {}, 1 }, { "a", "b" }, { 1, 2 }, { {}, nil,
    1, n = 3 }, { type, 1 }, { "x", 1.5 }, { {}, "x", {} }, { 1, {} } }
  local log = {}
  for _, name in ipairs(functions) do
    for number, arguments in ipairs(list) do
      local results = table.pack(pcall(_G[name],
        table.unpack(arguments, 1, arguments.n or #arguments)))
      for index = 1, results.n do
        local value = results[index]
        results[index] = type(value) == "table" and "a table"
          or type(value) == "function" and "a function" or tostring(value)
      end
      log[#log + 1] = name .. " " .. number .. ": " ..
        table.concat(results, ", ")
    end
  end
  return table.concat(log, "\n")
]]

local function misuse(list) return (MISUSE:gsub("FUNCTIONS", list)) end

return {
  ["misuse of what takes tables"] = misuse [[{ "next", "pairs", "ipairs",
    "rawget", "rawset", "rawlen", "rawequal", "getmetatable",
      "setmetatable" }]],
  ["misuse of what takes functions"] = misuse [[{ "pcall", "xpcall", "error",
    "assert", "select" }]],
  ["misuse of what takes values"] = misuse [[{ "tostring", "tonumber", "type",
    "select", "collectgarbage" }]],
  ["misuse of what takes code"] = misuse [[{ "load", "require" }]],
  ["the names of misused functions"] = [[
    local log = {}
    for _, misuse in ipairs {
      function() setmetatable(1, {}) end, function() setmetatable({}) end,
      function() getmetatable() end, function() rawget() end,
      function() rawset({}) end, function() rawset({}, 1) end,
      function() rawset({}, nil, 1) end, function() load() end,
      function() load("x", {}) end, function() load("x", "y", {}) end,
      function() loadfile({}) end, function() dofile({}) end,
      function() pairs() end, function() next() end, function() next({}, 1) end,
      function() require() end, function() ("x"):rep() end,
      function() ("x"):bad() end, function() string.rep() end,
      function() local f = rawget f() end, function() os.time "x" end,
    } do log[#log + 1] = select(2, pcall(misuse)) end
    return table.concat(log, "\n")
  ]],
  ["assert"] = [[
    return assert(1, 2, 3), select("#", assert(true, nil)),
      select(2, pcall(assert, false)), select(2, pcall(assert, nil, "text")),
      type(select(2, pcall(assert, nil, {}))), select(2, pcall(assert))
  ]],
  ["error with levels"] = [[
    local function raise(level) error("text", level) end
    local log = {}
    for _, level in ipairs { 0, 1, 2, 3, 40 } do
      log[#log + 1] = select(2, pcall(function()
        raise(level)
      end))
    end
    return table.concat(log, "\n"), select(2, pcall(error)),
      select(2, pcall(error, nil)), select("#", pcall(error, nil)),
      select(2, pcall(error, 5)), type(select(2, pcall(error, {})))
  ]],
  ["pcall and its results"] = [[
    return pcall(pcall), select("#", pcall(select, 1)),
      pcall(pcall, error, "e"), pcall(function(...) return ... end, 1, nil)
  ]],
  ["xpcall and its handler"] = [[
    local function handler(problem) return "<" .. tostring(problem) .. ">",
      2 end
    return select("#", xpcall(error, handler, "e")),
      select(2, xpcall(error, handler, "e")), xpcall(math.max, handler, 3, 4),
      select(2, xpcall(function() local x x() end, handler)),
      select(2, xpcall(nil, handler))
  ]],
  ["an error in a handler"] = [[
    local ok, problem = xpcall(error, function(p) error(p) end, "first")
    local count = 0
    local twice = select(2, xpcall(error, function(problem)
      count = count + 1
      if count < 3 then error("again " .. count, 0) end
      return problem
    end, "x"))
    return ok, problem, twice, count, select(2, pcall(xpcall, error, nil, "x"))
  ]],
  ["select"] = [[
    return select("#"), select("#", nil, nil), select(-1, 1, 2),
      select(2, "a", "b", "c"), select("2", "a", "b"), pcall(select, -2, 1)
  ]],
  ["tostring of all kinds"] = [[
    return tostring(nil), tostring(true), tostring(12), tostring(-0.0),
      tostring(1e15), tostring(1e16), tostring(2^53), tostring(2^63),
      tostring(1/0), tostring(-1/0), tostring(3.14159265358979),
      tostring(math.mininteger), tostring("x\0y"), tostring(print),
      tostring({}), tostring(coroutine.create(print)), tostring(0.1)
  ]],
  ["tostring of what says how"] = [[
    local function with(f) return setmetatable({}, { __tostring = f }) end
    return tostring(with(function() return "mine" end)),
      select(2, pcall(tostring, with(function() return 5 end))),
      select(2, pcall(tostring, with(function() return {} end))),
      tostring(setmetatable({}, { __name = "My type" })),
      tostring(setmetatable({}, { __name = 5 }))
  ]],
  ["tonumber of texts"] = [[
    local log = {}
    for _, text in ipairs { "10", " 10 ", "0x10", "1e1", "0x.8p1", "1e", "",
      " ",
      "1 2", "0x", "nan", "inf", "1_000", "9223372036854775807",
      "9223372036854775808", "-9223372036854775808", "0xffffffffffffffff",
      "0x1ffffffffffffffff", "1.", ".5", ".", "5e+", "1e400", "\t7\n" } do
      log[#log + 1] = text .. "=" .. tostring(tonumber(text))
    end
    return table.concat(log, "\n")
  ]],
  ["tonumber with a base"] = [[
    return tonumber("ff", 16), tonumber("ZZ", 36), tonumber("8", 8),
      tonumber("-101", 2), tonumber(" 11 ", 2), tonumber("1.0", 10),
      tonumber("7fffffffffffffff", 16), tonumber("ffffffffffffffffff", 16),
      select(2, pcall(tonumber, 10, 16)), select(2, pcall(tonumber, "1", 1)),
      select(2, pcall(tonumber, "1", 37)), tonumber("", 10)
  ]],
  ["type"] = [[
    return type(nil), type(type), type(1), type(1.5), type(""), type({}),
      type(true), type(coroutine.create(type)), type(io.stdout)
  ]],
  ["_VERSION"] = "return _VERSION, rawget(_G, '_VERSION')",
  ["rawequal and rawlen"] = [[
    local t = setmetatable({ 1, 2 }, { __len = function() return 9 end,
      __eq = function() return true end })
    return #t, rawlen(t), rawlen("abc"), t == {}, t == setmetatable({},
      getmetatable(t)), rawequal(t, {}), rawequal(t, t), rawequal(1, 1.0)
  ]],
  ["rawget and rawset pass metamethods by"] = [[
    local t = setmetatable({}, { __index = function() return "index" end,
      __newindex = function() error "newindex" end })
    return rawget(t, "x"), rawset(t, "x", 1) == t, t.x, t.y,
      select(2, pcall(rawset, {}, nil, 1)), select(2, pcall(rawset, {}, 0/0, 1))
  ]],
  ["next over everything"] = [[
    local t, seen = { 10, 20, nil, 40, x = 1, [2.5] = 2 }, {}
    local key, value = next(t)
    while key do
      seen[#seen + 1] = tostring(key) .. "=" .. tostring(value)
      key, value = next(t, key)
    end
    table.sort(seen)
    return table.concat(seen, " "), next({}), select("#", next({})),
      select(2, pcall(next, {}, "absent")), next({}, nil, 3)
  ]],
  ["next while fields are cleared"] = [[
    local t, count = {}, 0
    for i = 1, 100 do t[i], t["k" .. i] = i, i end
    for key in next, t do t[key] = nil count = count + 1 end
    return count, next(t)
  ]],
  ["pairs"] = [[
    local t, sum = { 1, 2, 3, x = 4 }, 0
    for _, value in pairs(t) do sum = sum + value end
    local a, b, c = pairs(t)
    return sum, a == next, b == t, c, select("#", pairs(t)),
      select(2, pcall(pairs)), select(2, pcall(pairs, nil))
  ]],
  ["pairs of what says how"] = [[
    local t = setmetatable({}, { __pairs = function(t) return 1, 2, 3, 4 end })
    local u = setmetatable({}, { __pairs = function(t) return t end })
    return pairs(t), select("#", pairs(t)), select(2, pairs(u)),
      select("#", pairs(u)),
      select(2, pcall(pairs, setmetatable({}, { __pairs = 1 })))
  ]],
  ["ipairs"] = [[
    local t = setmetatable({ 1, 2 }, { __index = function(_, i)
      if i < 5 then return i * 10 end
    end })
    local log = {}
    for index, value in ipairs(t) do log[#log + 1] = index .. "=" .. value end
    return table.concat(log, " "), select("#", ipairs({})), select(3,
      ipairs({})),
      pcall(ipairs)
  ]],
  ["getmetatable and protection"] = [[
    local locked = setmetatable({}, { __metatable = "locked" })
    local open = setmetatable({}, {})
    return getmetatable(locked), pcall(setmetatable, locked, {}),
      getmetatable(setmetatable({}, { __metatable = false })),
      getmetatable(open) ~= nil, setmetatable(open, nil) == open,
      getmetatable(open), getmetatable(1), getmetatable(print)
  ]],
  ["setmetatable returns its table"] = [[
    local t, m = {}, {}
    return setmetatable(t, m) == t, getmetatable(t) == m, setmetatable(t, nil)
      == t, select(2, pcall(setmetatable, t)), select(2, pcall(setmetatable, t,
      1)), select(2, pcall(setmetatable, "", {}))
  ]],
  ["the metatable of strings"] = [[
    local m = getmetatable ""
    local names = {}
    for name, value in pairs(m) do names[#names + 1] = name .. type(value) end
    table.sort(names)
    return m.__index == string, table.concat(names, " "), m.__name,
      getmetatable "a" == m
  ]],
  ["load of a text"] = [[
    return load "return 1, 2" (), load("return ...", "=n", "t", {})(5),
      load "syntax error here", select("#", load "return"),
      load("x =", "=name"), load("x =", "@file.lua"), load("x =", "the text"),
      load("x =\n=", "first\nsecond"), load("x = =", ("long "):rep(40)),
      load("x = = ", "=" .. ("long "):rep(40))
  ]],
  ["load with an environment"] = [[
    local env = {}
    load("x = 1 y = _ENV", nil, nil, env)()
    return env.x, env.y == env, x, load("return x", "", "t", nil) ~= nil,
      select(2, pcall(load("return x", "=c", "t", nil))),
      load("return _ENV", "", "t", 5)(), load("return _ENV")() == _G
  ]],
  ["load from a function"] = [[
    local function parts(list)
      local at = 0
      return function() at = at + 1 return list[at] end
    end
    return load(parts { "return ", "1 ", "+ 1" })(),
      load(parts { "return 1", "", " + 2" })(), load(parts {}) ~= nil,
      load(parts { "return ", 5 })(), load(parts { {} }),
      load(function() error "raised" end),
        load(function() error({}) end) == nil,
      load(parts { "x =" }), load(parts { "x =" }, "=named")
  ]],
  ["load and modes"] = [[
    return load("return 1", "=x", "b"), load("return 1", "=x", "bt")(),
      load("return 1", "=x", "t")(), load("return 1", "=x", ""),
      load("return 1", "=x", "other")
      and load("return 1", "=x", "other")(), load("return 1", "=x", "nothing")
  ]],
  ["load of numbers and more"] = [[
    return load(12), pcall(load, nil), pcall(load, {}), pcall(load, true),
      load("return 1", 12)(), load("#!first\nreturn 1")
  ]],
  ["loadfile and dofile"] = [[
    local name = os.tmpname()
    local function with(text)
      local file <close> = io.open(name, "w")
      file:write(text)
    end
    with "#!first line\nlocal a = ... return a, debug.getinfo(1).currentline"
    local a, b = loadfile(name)(7)
    local c, d = dofile(name)
    with "return x"
    local e = loadfile(name, "t", { x = "of env" })()
    with "x = = 1"
    local h, i = loadfile(name)
    local j, k = pcall(dofile, name)
    with "\xEF\xBB\xBFreturn 'after a mark'"
    local l = dofile(name)
    with "\xEF\xBB\xBF# skipped\nreturn 1, 2, 3"
    local m = select("#", dofile(name))
    with ""
    local n = select("#", dofile(name))
    os.remove(name)
    local function short(text) return (text:gsub("/tmp/lua_%w+", "FILE")) end
    return a, b, c, d, e, h, short(i), j, short(k), l, m, n,
      loadfile "/absent/file.lua", pcall(dofile, "/absent/file.lua")
  ]],
  ["an error in a dofile"] = [[
    local name = os.tmpname()
    local file <close> = io.open(name, "w")
    file:write "\n\nerror('raised')"
    file:flush()
    local ok, problem = pcall(dofile, name)
    os.remove(name)
    return ok, (problem:gsub("/tmp/lua_%w+", "FILE"))
  ]],
  ["collectgarbage"] = [[
    collectgarbage "incremental" -- which the program lua does not choose
    return math.type(collectgarbage "count"), collectgarbage(),
      collectgarbage "collect", collectgarbage "stop",
      collectgarbage "isrunning", collectgarbage "restart",
      collectgarbage "isrunning", collectgarbage "incremental",
      collectgarbage "generational", collectgarbage "incremental",
      collectgarbage("setpause", 150), collectgarbage("setpause", 200),
      collectgarbage("setstepmul", 200), collectgarbage("setstepmul", 100),
      select(2, pcall(collectgarbage, "bad"))
  ]],
  ["collectgarbage frees"] = [[
    local weak = setmetatable({}, { __mode = "v" })
    weak[1], weak[2], weak.kept = {}, {}, weak
    collectgarbage()
    local before = collectgarbage "count"
    do local big = ("x"):rep(1 << 20) end
    collectgarbage()
    return weak[1], weak[2], weak.kept == weak,
      collectgarbage "count" - before < 100
  ]],
  ["warn"] = [[
    return pcall(warn), pcall(warn, {}), pcall(warn, "a", {}),
      select("#", warn "@off"), select("#", warn("unheard", "text"))
  ]],
}
