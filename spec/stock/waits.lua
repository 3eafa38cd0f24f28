-- Waits in all places: `pause` returns its arguments, in an actor after a wait.
return {
  ["in pcall and xpcall"] = [[
    local function deep(n)
      if n == 0 then return pause(21) end
      local ok, value = pcall(deep, n - 1)
      return value
    end
    return deep(10), pcall(pause, 1, nil, 3), select("#", pcall(pause)),
      xpcall(function(a) return pause(a), pause(a + 1) end, print, 4),
      pcall(function() pause() error "after" end),
      xpcall(function() pause() error("e", 0) end,
        function(m) return m .. "!" end),
      xpcall(function() error(pause "x") end, debug.traceback),
      pcall(pcall, pause, "y"), pcall(error, pause "z")
  ]],
  ["in every metamethod"] = [[
    local m = {}
    for _, name in ipairs { "add", "sub", "mul", "div", "mod", "pow", "unm",
      "idiv",
      "band", "bor", "bxor", "shl", "shr", "bnot", "concat", "len" } do
      m["__" .. name] = function() return pause(name) end
    end
    m.__eq = function() return pause(true) end
    m.__lt = function() return pause(false) end
    m.__le = function() return pause(1) end
    m.__call = function(_, ...) return pause(...) end
    m.__index = function(_, key) return pause(key) end
    m.__newindex = function(t, key, value) rawset(t, key, pause(value)) end
    local t, u = setmetatable({}, m), setmetatable({}, m)
    t.set = 5
    if t < u then error "lt" end
    if not (t == u) then error "eq" end
    return t + 1, t - 1, t * 1, t / 1, t % 1, t ^ 1, -t, t // 1, t & 1, t | 1,
      t ~ 1,
      t << 1, t >> 1, ~t, t .. "x", "x" .. t, 1 .. "a" .. t, #t, t == u, t ~= u,
      t < u, t <= u, t > u, t(1, nil, 3), t.key, t[1], t.set, t.a.b
  ]],
  ["in the metamethods of expressions and statements"] = [[
    local t = setmetatable({}, { __index = function(_, k) return pause(k) end,
      __lt = function() return pause(true) end, __add = function(a, b)
      return pause(type(b)) end })
    local list = { t.a, t.b, x = t.c, [t.d] = t.e }
    local sum = 0
    for i = t[1], t[3] do sum = sum + i end
    while t < t do sum = sum + 10 break end
    local a, b = t.x, t + t
    if t.y then a = a .. t.z end
    repeat sum = sum + 1 until t.q
    return list[1], list[2], list.x, list.d, sum, a, b, not t.n, t.m and t.o
  ]],
  ["in iterators"] = [[
    local log = {}
    for i in (function()
      local n = 0
      return function() n = n + 1 if n < 5 then return pause(n) end end
    end)() do log[#log + 1] = i end
    for k, v in pairs(setmetatable({}, { __pairs = function(t)
      local n = pause(3)
      return function(_, k)
        k = (k or 0) + 1
        if k <= n then return k, pause(k * 2) end
      end, t, nil
    end })) do log[#log + 1] = k .. ":" .. v end
    for i in pause, "state", nil do log[#log + 1] = i break end
    for k in next, { a = 1 } do pause() log[#log + 1] = k end
    return table.concat(log, " ")
  ]],
  ["in loops of all kinds"] = [[
    local sum, n = 0, 0
    for i = pause(1), pause(4), pause(1) do sum = sum + pause(i) end
    while pause(n) < 3 do n = n + pause(1) end
    repeat n = n - 1 until pause(n == 0)
    for i = 1, 3 do
      if pause(i) == 2 then goto continue end
      sum = sum * 10 + i
      ::continue::
    end
    return sum, n
  ]],
  ["in handlers to be closed"] = [[
    local log = {}
    local function mark(name)
      return setmetatable({}, { __close = function(_, problem)
        log[#log + 1] = pause(name) .. tostring(problem)
        pause()
      end })
    end
    do local a <close> = mark "a" local b <close> = mark "b" pause() end
    pcall(function() local c <close> = mark "c" error(pause "e", 0) end)
    local function f() local d <close> = mark "d" return pause(5), "two" end
    local x, y = f()
    for i = 1, 3 do
      local e <close> = mark("e" .. i)
      if i == 2 then break end
    end
    for k in next, { 1 }, nil, mark "loop" do pause(k) end
    do
      local g <close> = mark "g"
      goto out
    end
    ::out::
    return table.concat(log, " "), x, y
  ]],
  ["in handlers to be closed that raise"] = [[
    local log = {}
    local function failing(name)
      return setmetatable({}, { __close = function(_, problem)
        pause()
        log[#log + 1] = name .. tostring(problem)
        error(name, 0)
      end })
    end
    local a, b = pcall(function()
      local x <close> = failing "x"
      local y <close> = failing "y"
      pause()
      error("body", 0)
    end)
    local c, d = pcall(function()
      local x <close> = failing "z"
      return pause "lost"
    end)
    return a, b, c, d, table.concat(log, " ")
  ]],
  ["in coroutines"] = [[
    local co = coroutine.create(function(a, b)
      local x = pause(a + b)
      local c, d = coroutine.yield(x, pause "y1")
      local z = pause(c + d)
      return z, "end"
    end)
    local r, s = { coroutine.resume(co, 1, 2) }, { coroutine.resume(co, 3, 4) }
    return r[1], r[2], r[3], s[1], s[2], s[3], coroutine.status(co),
      coroutine.resume(co), coroutine.wrap(pause)(1, nil, 3),
      select("#", coroutine.wrap(pause)()),
        coroutine.resume(coroutine.create(pause),
      7, 8)
  ]],
  ["in coroutines and their errors"] = [[
    local f = coroutine.wrap(function() pause() error "after" end)
    local log = {}
    local g = coroutine.wrap(function()
      local _ <close> = setmetatable({}, { __close = function(_, problem)
        log[#log + 1] = problem
      end })
      pause()
      error("closed", 0)
    end)
    local h = coroutine.wrap(function()
      return coroutine.wrap(function() pause() error "inner" end)()
    end)
    local co = coroutine.create(function() pause() error({ 5 }) end)
    local ok, object = coroutine.resume(co)
    return pcall(function() f() end), pcall(g), log[1], pcall(h), ok, object[1],
      coroutine.status(co), pcall(f)
  ]],
  ["in nested coroutines"] = [[
    local function nest(n)
      if n == 0 then return pause "end" end
      pause()
      local result = coroutine.wrap(nest)(n - 1)
      pause()
      return result .. n
    end
    local function resumed(n)
      if n == 0 then return pause(0) end
      local ok, value = coroutine.resume(coroutine.create(resumed), n - 1)
      return value + pause(1)
    end
    return nest(20), resumed(20)
  ]],
  ["in generators on generators"] = [[
    local function numbers(n)
      return coroutine.wrap(function()
        for i = 1, n do coroutine.yield(pause(i)) end
      end)
    end
    local function map(source, f)
      return coroutine.wrap(function()
        for value in source do coroutine.yield(f(value)) end
      end)
    end
    local log = {}
    for value in map(map(numbers(8), function(x) return pause(x * x) end),
      function(x) return pause(x) + 1 end) do
      log[#log + 1] = value
      pause()
    end
    return table.concat(log, " ")
  ]],
  ["between resumes of several coroutines"] = [[
    local log, list = {}, {}
    for i = 1, 5 do
      list[i] = coroutine.wrap(function(x)
        while true do
          log[#log + 1] = i .. pause(x)
          x = coroutine.yield(i)
          pause()
        end
      end)
    end
    for round = 1, 3 do
      for i = 5, 1, -1 do
        pause(list[i](round))
      end
    end
    return table.concat(log, " ")
  ]],
  ["in a yield across a pcall, an iterator and a metamethod"] = [[
    local t = setmetatable({}, { __index = function(_, k)
      return coroutine.yield(pause(k)) + pause(1)
    end })
    local co = coroutine.wrap(function()
      local ok, value = pcall(function() return t[1] + t[2] end)
      for x in function(_, x) x = (x or 0) + 1
        if x < 3 then return coroutine.yield(pause(x)) end
      end do value = value + x end
      return ok, value
    end)
    return co(), co(10), co(20), co(1), co(2)
  ]],
  ["in coroutines in metamethods in coroutines"] = [[
    local t = setmetatable({}, { __index = function(_, k)
      return coroutine.wrap(function() coroutine.yield(pause(k)) end)()
    end, __call = coroutine.wrap(function(self, ...)
      while true do self, __x = coroutine.yield(pause(...)) end
    end) })
    return coroutine.wrap(function() return t[3] + t[4] + t(5) + t(6) end)()
  ]],
  ["in running, status and isyieldable"] = [[
    local co
    co = coroutine.create(function()
      pause()
      local a = coroutine.status(co)
      local b = coroutine.running() == co
      local c = coroutine.wrap(function()
        pause()
        return coroutine.status(co)
      end)()
      coroutine.yield(a, b, c, coroutine.isyieldable(), select(2,
        coroutine.running()))
      pause()
    end)
    local results = table.pack(coroutine.resume(co))
    pause()
    local status = coroutine.status(co)
    coroutine.resume(co)
    local this, main = coroutine.running()
    return table.unpack(results, 1, results.n), status, coroutine.status(co),
      main,
      coroutine.isyieldable(), coroutine.status(this)
  ]],
  ["before a coroutine is closed"] = [[
    local log = {}
    local co = coroutine.create(function()
      local _ <close> = setmetatable({}, { __close = function()
        log[#log + 1] = "closed"
      end })
      pause()
      coroutine.yield(pause(1))
    end)
    local _, a = coroutine.resume(co)
    pause()
    return a, coroutine.close(co), log[1], coroutine.status(co)
  ]],
  ["in tail calls and varargs"] = [[
    local function tail(n) if n == 0 then return pause(1,
      2) end return tail(n - 1)
    end
    local function sum(...)
      local total = 0
      for _, v in ipairs { ... } do total = total + pause(v) end
      return total, ...
    end
    local function count(...) return select("#", ...) end
    return tail(100), sum(1, 2, 3), count(pause(nil, nil)), count((pause(1,
      2))),
      select(2, pause(1), pause(2), pause(3)), #{ pause(1, 2, 3) },
      math.max(pause(1, 5, 3)), ("x"):rep(pause(3)), pause(pause(pause(7)))
  ]],
  ["in a module that is loaded"] = [[
    package.preload.late = function(name) return { pause(2), name } end
    package.preload.bad = function() pause() error("bad", 0) end
    package.preload.outer = function() return { require "late", pause "o" } end
    local late = require "late"
    local outer = require "outer"
    return late[1], late[2], outer[1] == late, outer[2], pcall(require, "bad"),
      package.loaded.bad
  ]],
  ["in a loaded chunk and a dofile"] = [[
    PAUSE = pause
    local name = os.tmpname()
    local f = io.open(name, "w")
    f:write "local s = 0 for i = 1, 5 do s = s + PAUSE(i) end "
    f:write "return s, PAUSE 'x'"
    f:close()
    local a, b = dofile(name)
    local c = loadfile(name)()
    os.remove(name)
    return a, b, c, load "return PAUSE(1), PAUSE(2)" (),
      load("return PAUSE(...)",
      "=c", "t", { PAUSE = pause })(3, 4)
  ]],
  ["in a deep recursion"] = [[
    local function depth(n)
      if n == 0 then return pause(0) end
      return 1 + depth(n - 1)
    end
    return depth(5000), coroutine.wrap(depth)(5000), pause "after"
  ]],
  ["in tracebacks"] = [[
    local function inner() pause() error "raised" end
    local function outer() pause() inner() end
    local co = coroutine.create(outer)
    coroutine.resume(co)
    return select(2, xpcall(outer, debug.traceback)), debug.traceback(co)
  ]],
  ["with locals and upvalues that change"] = [[
    local a, b, c = 1, 2, 3
    local function up() a = a + 1 pause() b = b + a return c end
    local x, y = pause(a) + up(), a
    c = pause(up())
    a, b = pause(b), pause(a)
    local t = { pause(1), up(), k = pause(2), pause(3) }
    return a, b, c, x, y, #t, t[2], t.k, t[3], a .. pause(b) .. c
  ]],
  ["and collections"] = [[
    local log, weak = {}, setmetatable({}, { __mode = "v" })
    for i = 1, 10 do
      weak[i] = setmetatable({}, { __gc = function() log[#log + 1] = i end })
      pause()
    end
    collectgarbage()
    pause()
    local co = coroutine.wrap(function()
      local kept = {}
      weak.kept = kept
      pause()
      collectgarbage()
      coroutine.yield(weak.kept == kept)
      return kept ~= nil
    end)
    local a = co()
    collectgarbage()
    return #log, a, weak.kept ~= nil, co()
  ]],
  ["where none is possible, when none is made"] = [[
    local t = { 3, 1, 2 }
    table.sort(t, function(a, b) return a < b end)
    pause()
    local s = ("abc"):gsub("%w", function(c) return c:upper() end)
    return table.concat(t), s, pause(pcall(table.sort, { 1, 2 }, error))
  ]],
}
