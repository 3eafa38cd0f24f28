-- The language: control, variables, calls, closing and collecting.
return {
  ["goto and labels"] = [[
    local log = {}
    for i = 1, 5 do
      if i % 2 == 0 then goto continue end
      log[#log + 1] = i
      ::continue::
    end
    local n = 0
    ::again::
    n = n + 1
    if n < 4 then goto again end
    for i = 1, 3 do for j = 1, 3 do
      if j == 2 then goto outer end
      log[#log + 1] = i .. j
    end ::outer:: end
    do goto done end
    log[#log + 1] = "skipped"
    ::done::
    return table.concat(log, " "), n
  ]],
  ["goto and closures"] = [[
    local list = {}
    do
      local i = 1
      ::top::
      local x = i * 10
      list[i] = function() x = x + 1 return x end
      i = i + 1
      if i <= 3 then goto top end
    end
    return list[1](), list[1](), list[2](), list[3]()
  ]],
  ["numeric loops"] = [[
    local log = {}
    local function run(a, b, c)
      local list = {}
      for i = a, b, c or 1 do
        list[#list + 1] = tostring(i)
        if #list > 5 then break end
      end
      log[#log + 1] = table.concat(list, ",")
    end
    run(1, 3)
    run(3, 1)
    run(3, 1, -1)
    run(1.0, 2)
    run(1, 2, 0.5)
    run(math.maxinteger - 1, math.maxinteger)
    run(math.mininteger, math.mininteger + 1)
    run(1, math.huge)
    run(-1, -math.huge, -1)
    run(1, 2.9)
    run(3, 2.1, -1)
    run(math.maxinteger - 1, 1e300)
    run(0.1, 0.35, 0.1)
    run(1, 0 / 0)
    return table.concat(log, "; ")
  ]],
  ["generic loops"] = [[
    local log = {}
    for a, b, c in function(state, control)
      if control < 3 then return control + 1, state, nil end
    end, "state", 0 do log[#log + 1] = a .. b .. tostring(c) end
    for k, v in next, { 10 } do log[#log + 1] = k .. "=" .. v k = nil end
    for x in setmetatable({}, { __call = function(_, _, x)
      x = (x or 0) + 1
      if x < 3 then return x end
    end }) do log[#log + 1] = "call" .. x end
    return table.concat(log, " ")
  ]],
  ["the fourth value of a loop"] = [[
    local log = {}
    local function mark(name)
      return setmetatable({}, { __close = function(_, problem)
        log[#log + 1] = name .. tostring(problem)
      end })
    end
    for i in next, { 1, 2 }, nil, mark "end" do end
    for i in next, { 1, 2 }, nil, mark "break" do break end
    pcall(function()
      for i in next, { 1 }, nil, mark "error" do error("e", 0) end
    end)
    local function f() for i in next, { 1 }, nil,
      mark "return" do return i end end
    local x = f()
    for i in next, {}, nil, nil do end
    for i in next, { 1 }, nil, mark "goto" do goto out end
    ::out::
    return table.concat(log, " "), x
  ]],
  ["loops and their variables"] = [[
    local list = {}
    for i = 1, 3 do
      local j = i
      list[i] = function() j = j + 1 return i, j end
      i = i * 10
    end
    local a = list[1]()
    local k = 5
    while k > 0 do local k2 = k k = k - 2 if k2 == 3 then break end end
    local n = 0
    repeat local stop = n >= 3 n = n + 1 until stop
    return a, select(2, list[1]()), list[2](), k, n
  ]],
  ["assignments"] = [[
    local t, i = {}, 1
    i, t[i] = i + 1, 20
    local a, b, c = (function() return 1, 2 end)()
    local d, e = ((function() return 1, 2 end)())
    a, b = b, a
    local x, y, z = 0, (function() return 1, 2 end)()
    local p, q = (function() end)()
    t.x, t.x = 1, 2
    return t[1], i, a, b, c, d, e, x, y, z, p, q, t.x
  ]],
  ["varargs"] = [[
    local function count(...) return select("#", ...) end
    local function pass(...) return ... end
    local function tail(_, ...) return ... end
    local function pack(...) return { ... }, ... end
    local t = { pass(1, 2), pass(1, 2) }
    local u = { pass(1, 2), (pass(1, 2)) }
    return count(), count(nil), count(pass()), count(pass(nil, nil)),
      count((pass(1, 2))), #t, #u, tail(1, 2, 3), #pack(1, 2, 3),
      select("#", pack(1, nil)), (pass(1, 2))
  ]],
  ["closures share variables"] = [[
    local function counter()
      local n = 0
      return function() n = n + 1 return n end, function() return n end,
        function(v) n = v end
    end
    local up, get, set = counter()
    up()
    up()
    local a = get()
    set(10)
    local other = counter()
    return a, up(), other(), get()
  ]],
  ["calls"] = [[
    local function f(a, b) return a, b end
    local t = { f = f, name = "t" }
    function t:method(x) return self.name, x end
    function t.plain(x) return x end
    local s = f "text" .. type(f {}) .. tostring(f [=[
long]=])
    return s, t:method(1), t.method(t, 2), t.plain(3), f(1), f(1, 2, 3),
      (f(1, 2)), t["f"](5), #"abc" + 1, -2 ^ 2, not nil == true, 2 ^ 3 ^ 2,
      1 .. 2 == "12", "a" .. "b" == "ab" and 1 or 2, 7 // 2 * 2, 1 << 2 + 1
  ]],
  ["and, or, not"] = [[
    return nil and 1, false or 2, 1 and 2, nil or false, not 0, not nil, 1 or
      error "never", nil and error "never", (false or nil) == nil, 0 and "yes"
  ]],
  ["constants"] = [[
    local a <const>, b <const> = 10, "text"
    local c <const> = { 1 }
    c[1] = 2
    local function f() return a + 1, b end
    return f(), c[1], load("local x <const> = 1; x = 2", "=c")
  ]],
  ["literals"] = [==[
    return 0xA, 0Xa.8p0, 1e2, .5, 3., 0x.1p4, "\65\066\x41\u{48}\z
      joined", 'a\'b', "tab\tnew\
line", [[long
text]], [=[with ]] in]=], #"\0\00\000",
  "\u{7FFFFFFF}" == "\xFD\xBF\xBF\xBF\xBF\xBF",
      0xfffffffffffffffff, 1e308 * 10, -9223372036854775808,
      9223372036854775807 + 0, 3 == 3.0, "\a\b\f\v" == "\7\8\12\11"
  ]==],
  ["table constructors"] = [[
    local function three() return 1, 2, 3 end
    local t = { three(), three(), x = 1, [10] = "ten", three(); "semi", }
    local u = { three(), n = three() }
    local v = { [1] = "a", "b" }
    return #t, t[4], t.x, t[10], #u, u.n, v[1], #{ three() }, #{ (three()) },
      next({}), #{ n = 1 }, ({ 5, 6 })[2], ({ x = { y = 1 } }).x.y
  ]],
  ["variables to be closed"] = [[
    local log = {}
    local function mark(name)
      return setmetatable({}, { __close = function(_, problem)
        log[#log + 1] = name .. "(" .. tostring(problem) .. ")"
      end })
    end
    do
      local a <close> = mark "a"
      local b <close> = mark "b"
      local none <close> = nil
      local no <close> = false
      log[#log + 1] = "body"
    end
    for i = 1, 3 do
      local c <close> = mark("c" .. i)
      if i == 2 then goto continue end
      log[#log + 1] = "i" .. i
      ::continue::
    end
    local function f() local d <close> = mark "d" return "r1", "r2" end
    local x, y = f()
    local function g() local e <close> = mark "e" return f() end
    g()
    return table.concat(log, " "), x, y
  ]],
  ["variables to be closed, and errors"] = [[
    local log = {}
    local function mark(name, fails)
      return setmetatable({}, { __close = function(_, problem)
        log[#log + 1] = name .. "(" .. tostring(problem) .. ")"
        if fails then error(name, 0) end
      end })
    end
    local a, b = pcall(function()
      local x <close> = mark "x"
      local y <close> = mark("y", true)
      local z <close> = mark("z", true)
      error("body", 0)
    end)
    local c, d = pcall(function()
      local x <close> = mark("x", true)
      return "lost"
    end)
    local e, f = pcall(function()
      local x <close> = mark "x"
      local y <close> = 42
    end)
    local g, h = pcall(function()
      local x <close> = mark "x"
      getmetatable(x).__close = nil
    end)
    return a, b, c, d, e, f, g, h, table.concat(log, " ")
  ]],
  ["finalisers"] = [[
    collectgarbage "stop" -- or a cycle of its own may divide them
    local log = {}
    local function object(name)
      return setmetatable({ name = name }, { __gc = function(self)
        log[#log + 1] = self.name
      end })
    end
    object "a"
    object "b"
    collectgarbage()
    local late = setmetatable({}, {})
    getmetatable(late).__gc = function() log[#log + 1] = "unmarked" end
    late = nil
    collectgarbage()
    local again = setmetatable({}, { __gc = function(self) kept = self end })
    again = nil
    collectgarbage()
    setmetatable({}, { __gc = "no function" })
    collectgarbage()
    return table.concat(log, " "), type(kept)
  ]],
  ["finalisers in order, and twice"] = [[
    collectgarbage "stop" -- or a cycle of its own may divide them
    local log, list = {}, {}
    for i = 1, 5 do
      list[i] = setmetatable({}, { __gc = function() log[#log + 1] = i end })
    end
    list = nil
    collectgarbage()
    local m = {}
    m.__gc = function(self)
      log[#log + 1] = "m"
      if #log < 8 then setmetatable(self, m) end
    end
    setmetatable({}, m)
    for _ = 1, 5 do collectgarbage() end
    return table.concat(log, " ")
  ]],
  ["finalisers that raise"] = [[
    setmetatable({}, { __gc = function() error "unheard" end })
    collectgarbage()
    local ran
    setmetatable({}, { __gc = function() ran = true end })
    collectgarbage()
    return ran
  ]],
  ["weak tables"] = [[
    local keys = setmetatable({}, { __mode = "k" })
    local values = setmetatable({}, { __mode = "v" })
    local kept = {}
    keys[{}], keys[kept], keys["s"] = 1, 2, {}
    values[1], values[2], values[3], values.x = {}, kept, "text", 5
    local eph = setmetatable({}, { __mode = "k" })
    do local k = {} eph[k] = { k } end
    collectgarbage()
    local count = 0
    for _ in pairs(keys) do count = count + 1 end
    return count, keys[kept], type(keys.s), values[1], values[2] == kept,
      values[3],
      values.x, next(eph)
  ]],
  ["memory that comes back"] = [[
    local before = collectgarbage "count"
    for i = 1, 100 do local t = {} for j = 1, 1000 do t[j] = { j } end end
    collectgarbage()
    collectgarbage()
    return collectgarbage "count" - before < 200
  ]],
  ["the arguments of the chunk"] = [[
    return select("#", ...), debug.getinfo(1, "S").what,
      debug.getinfo(1, "S").source, debug.getinfo(1, "l").currentline
  ]],
  ["the type and identity of functions"] = [[
    local function f() end
    local function make() return function() end end
    return type(f), f == f, make() == make() or "either", f ~= print,
      ({ [f] = 1 })[f], print == print
  ]],
  ["sieve and sort as work"] = [[
    local sieve, primes = {}, {}
    for i = 2, 5000 do
      if not sieve[i] then
        primes[#primes + 1] = i
        for j = i * i, 5000, i do sieve[j] = true end
      end
    end
    local words = {}
    for i = 1, 500 do words[i] = tostring((i * 7919) % 1009) end
    table.sort(words)
    return #primes, primes[#primes], table.concat(words, " ")
  ]],
}
