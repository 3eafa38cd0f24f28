-- coroutine
return {
  ["misuse of all functions"] = [[
    local list = { {}, { nil, n = 1 }, { 1 }, { {} }, { "x" },
      { coroutine.create(print), 1 } }
    local log = {}
    for _, name in ipairs { "create", "resume", "status", "wrap", "close",
      "isyieldable" } do
      for number, arguments in ipairs(list) do
        if number < 6 or name == "status" or name == "isyieldable" then
          local ok, result = pcall(coroutine[name],
            table.unpack(arguments, 1, arguments.n or #arguments))
          log[#log + 1] = name .. number .. tostring(ok) .. tostring(result)
        end
      end
    end
    log[#log + 1] = tostring(select(2, pcall(function()
      coroutine.resume() end)))
    log[#log + 1] = tostring(select(2, pcall(function() coroutine.wrap(1) end)))
    return table.concat(log, "\n")
  ]],
  ["values in and out"] = [[
    local co = coroutine.create(function(...)
      local a, b = coroutine.yield(select("#", ...), ...)
      local c = coroutine.yield(a, b)
      return c, "end"
    end)
    return coroutine.resume(co, 1, nil), coroutine.resume(co, "a", "b"),
      coroutine.resume(co), coroutine.resume(co), coroutine.status(co)
  ]],
  ["results one by one"] = [[
    local co = coroutine.wrap(function(...)
      local n = select("#", ...)
      while true do n = select("#", coroutine.yield(n, n)) end
    end)
    return select("#", co()), (co()), (co(1)), (co(1, nil, nil)), select("#",
      co(1, 2))
  ]],
  ["status"] = [[
    local co
    co = coroutine.create(function()
      local inner = coroutine.wrap(function() return coroutine.status(co) end)
      return coroutine.status(co), inner(), coroutine.yield()
    end)
    local a = coroutine.status(co)
    local _, b, c = coroutine.resume(co)
    return a, b, c, coroutine.status(co), coroutine.resume(co),
      coroutine.status(co), coroutine.resume(co)
  ]],
  ["status before and between"] = [[
    local co
    co = coroutine.create(function()
      coroutine.yield(coroutine.status(co), coroutine.wrap(function()
        return coroutine.status(co)
      end)())
    end)
    local a = coroutine.status(co)
    local _, b, c = coroutine.resume(co)
    local d = coroutine.status(co)
    coroutine.resume(co)
    return a, b, c, d, coroutine.status(co), select(2, coroutine.resume(co))
  ]],
  ["running and isyieldable"] = [[
    local this, main = coroutine.running()
    local inner, inner_main = coroutine.wrap(coroutine.running)()
    return type(this), main, coroutine.isyieldable(), coroutine.status(this),
      inner ~= this, inner_main, coroutine.wrap(coroutine.isyieldable)(),
      coroutine.isyieldable(this),
        coroutine.isyieldable(coroutine.create(print)),
      this == coroutine.running(), select("#", coroutine.running())
  ]],
  ["isyieldable where it is not"] = [[
    return coroutine.wrap(function()
      local log = {}
      load(function() log[1] = coroutine.isyieldable() end);
      tostring(setmetatable({}, { __tostring = function()
        log[2] = coroutine.isyieldable()
        return ""
      end }))
      pcall(function() log[3] = coroutine.isyieldable() end)
      for _ in function() log[4] = coroutine.isyieldable() end do end
      do
        local _ <close> = setmetatable({}, { __close = function()
          log[5] = coroutine.isyieldable()
        end })
      end
      setmetatable({},
        { __gc = function() log[6] = coroutine.isyieldable() end })
      collectgarbage()
      return table.unpack(log, 1, 6)
    end)()
  ]],
  ["resume of what cannot be resumed"] = [[
    local this, co = coroutine.running()
    co = coroutine.create(function()
      return coroutine.wrap(function() return coroutine.resume(co) end)()
    end)
    local dead = coroutine.create(function() end)
    coroutine.resume(dead)
    return coroutine.resume(this), coroutine.resume(co), coroutine.resume(dead),
      coroutine.wrap(function() return coroutine.resume(this) end)(),
      coroutine.wrap(function()
        return coroutine.resume((coroutine.running()))
      end)()
  ]],
  ["yields that cannot be"] = [[
    return coroutine.wrap(function()
      return select(2, pcall(load, coroutine.yield)),
        select(2, pcall(tostring, setmetatable({}, { __tostring =
          coroutine.yield }))),
        coroutine.isyieldable()
    end)()
  ]],
  ["errors in a coroutine"] = [[
    local co = coroutine.create(function() error "raised" end)
    local a, b = coroutine.resume(co)
    local co2 = coroutine.create(function() error({ 5 }) end)
    local c, d = coroutine.resume(co2)
    local co3 = coroutine.create(function() local x x.y = 1 end)
    return a, b, coroutine.status(co), coroutine.resume(co), c, d[1],
      coroutine.resume(co3), coroutine.resume(coroutine.create(error)),
      select("#", coroutine.resume(coroutine.create(error)))
  ]],
  ["wrap and errors"] = [[
    local f = coroutine.wrap(function() error "e" end)
    local g = coroutine.wrap(function()
      coroutine.wrap(function() error "inner" end)()
    end)
    local h = coroutine.wrap(function() error({ 5 }) end)
    local i = coroutine.wrap(function() end)
    i()
    local ok, object = pcall(h)
    return pcall(function() f() end), pcall(f), pcall(g), ok, object[1],
      pcall(i),
      pcall(function() i() end), pcall(coroutine.wrap(function()
        error("bare", 0) end)), pcall(coroutine.wrap(error), 5)
  ]],
  ["wrap closes what is pending"] = [[
    local log = {}
    local function mark(name)
      return setmetatable({}, { __close = function(_, problem)
        log[#log + 1] = name .. ":" .. tostring(problem)
      end })
    end
    local f = coroutine.wrap(function()
      local a <close>, b = mark "a", 1
      local c <close> = mark "c"
      coroutine.yield()
      error("e1", 0)
    end)
    f()
    local ok, problem = pcall(f)
    local g = coroutine.wrap(function()
      local _ <close> = setmetatable({}, { __close = function(_, problem)
        error("e2 after " .. problem, 0)
      end })
      error("e1", 0)
    end)
    return ok, problem, table.concat(log, " "), pcall(g)
  ]],
  ["resume leaves open what is pending"] = [[
    local log = {}
    local co = coroutine.create(function()
      local _ <close> = setmetatable({}, { __close = function(_, problem)
        log[#log + 1] = tostring(problem)
      end })
      error("e", 0)
    end)
    local a, b = coroutine.resume(co)
    local before = #log
    return a, b, before, coroutine.close(co), table.concat(log),
      coroutine.close(co)
  ]],
  ["close"] = [[
    local log = {}
    local function mark(name)
      return setmetatable({}, { __close = function(_, problem)
        log[#log + 1] = name .. tostring(problem)
      end })
    end
    local co = coroutine.create(function()
      local x <close> = mark "x"
      local y <close> = mark "y"
      coroutine.yield()
    end)
    coroutine.resume(co)
    return coroutine.close(co), coroutine.status(co), table.concat(log, " "),
      coroutine.close(co), coroutine.close(coroutine.create(print)),
      coroutine.resume(co)
  ]],
  ["close and errors"] = [[
    local function failing(text)
      return setmetatable({}, { __close = function(_, problem)
        error(text .. " after " .. tostring(problem), 0)
      end })
    end
    local co = coroutine.create(function()
      local x <close> = failing "x"
      local y <close> = failing "y"
      coroutine.yield()
    end)
    coroutine.resume(co)
    local dead = coroutine.create(function() error("d", 0) end)
    coroutine.resume(dead)
    local a, b = coroutine.close(co)
    local c, d = coroutine.close(dead)
    return a, b, coroutine.status(co), coroutine.close(co), c, d,
      coroutine.close(dead)
  ]],
  ["close of what cannot be closed"] = [[
    local this, co = coroutine.running()
    co = coroutine.create(function()
      return coroutine.wrap(function() return pcall(coroutine.close, co) end)()
    end)
    return pcall(coroutine.close, this), coroutine.resume(co),
      coroutine.wrap(function() return pcall(coroutine.close, this) end)(),
      pcall(coroutine.close)
  ]],
  ["close within close"] = [[
    local log = {}
    local function chain(n)
      local inner = n > 0 and chain(n - 1)
      local co = coroutine.create(function()
        local _ <close> = setmetatable({}, { __close = function()
          log[#log + 1] = n
          if inner then assert(coroutine.close(inner)) end
        end })
        coroutine.yield()
      end)
      coroutine.resume(co)
      return co
    end
    return coroutine.close(chain(20)), table.concat(log, " ")
  ]],
  ["coroutines within a close handler"] = [[
    local log = {}
    local co = coroutine.create(function()
      local _ <close> = setmetatable({}, { __close = function()
        for value in coroutine.wrap(function()
          for i = 1, 3 do coroutine.yield(i) end
        end) do log[#log + 1] = value end
      end })
      coroutine.yield()
    end)
    coroutine.resume(co)
    return coroutine.close(co), table.concat(log, " ")
  ]],
  ["a yield in a close handler"] = [[
    local co = coroutine.wrap(function()
      local _ <close> = setmetatable({}, { __close = function()
        coroutine.yield "closing"
      end })
      return "result"
    end)
    local failing = coroutine.wrap(function()
      return pcall(function()
        local _ <close> = setmetatable({}, { __close = function(_, problem)
          coroutine.yield("closing " .. problem)
        end })
        error("e", 0)
      end)
    end)
    return co(), co(), failing(), failing()
  ]],
  ["yields across everything that allows them"] = [[
    local y = coroutine.yield
    local t = setmetatable({}, { __index = function(_, k) return y(k) end,
      __newindex = function(_, k, v) y(v) end, __call = function(_, v)
      return y(v) end, __add = function(a, b) return y "add" end,
      __concat = function() return y "concat" end, __eq = function()
      return y "eq" end, __lt = function() return y "lt" end, __le = function()
      return y "le" end, __len = function() return y "len" end,
        __unm = function()
      return y "unm" end, __pairs = function(t) y "pairs" return next, {},
        nil end })
    local co = coroutine.wrap(function()
      local log = { t.x, t(1), t + 1, 1 + t, t .. "x", "x" .. t,
        t == setmetatable({}, getmetatable(t)), t < t, t <= t, #t, -t }
      t.z = "set"
      for _ in pairs(t) do end
      for v in function() return y "next" end do log[#log + 1] = v end
      log[#log + 1] = select(2, pcall(y, "pcall"))
      log[#log + 1] = select(2, xpcall(y, print, "xpcall"))
      for i, v in ipairs(log) do log[i] = tostring(v) end
      return "done " .. table.concat(log, " ")
    end)
    local log, value = {}, co()
    while not tostring(value):match "^done" do
      log[#log + 1] = tostring(value)
      if value == "next" and #log > 20 then value = co(nil) else
        value = co(#log) end
    end
    return table.concat(log, " "), value
  ]],
  ["generators on generators"] = [[
    local function numbers(n)
      return coroutine.wrap(function() for i = 1,
        n do coroutine.yield(i) end end)
    end
    local function map(source, f)
      return coroutine.wrap(function()
        for value in source do coroutine.yield(f(value)) end
      end)
    end
    local function filter(source, f)
      return coroutine.wrap(function()
        for value in source do if f(value) then coroutine.yield(value) end end
      end)
    end
    local sum = 0
    for value in filter(map(numbers(100), function(x) return x * x end),
      function(x) return x % 3 == 0 end) do sum = sum + value end
    return sum
  ]],
  ["permutations"] = [[
    local function permute(list, n)
      n = n or #list
      if n <= 1 then coroutine.yield(table.concat(list)) end
      for i = 1, n do
        list[n], list[i] = list[i], list[n]
        permute(list, n - 1)
        list[n], list[i] = list[i], list[n]
      end
    end
    local log = {}
    for p in coroutine.wrap(function() permute { "a", "b", "c", "d" } end) do
      log[#log + 1] = p
    end
    return #log, table.concat(log, " ")
  ]],
  ["many values at once"] = [[
    local function pass(...) return coroutine.yield(...) end
    local co = coroutine.create(function(...) return pass(...) end)
    local t = {}
    for i = 1, 5000 do t[i] = i end
    return select("#", coroutine.resume(co, table.unpack(t))),
      select("#", coroutine.resume(co, table.unpack(t))), coroutine.status(co),
      select("#", coroutine.wrap(pass)(table.unpack(t)))
  ]],
  ["many coroutines"] = [[
    local list, sum = {}, 0
    for i = 1, 2000 do
      list[i] = coroutine.wrap(function(n) while true do
        n = coroutine.yield(n + i)
      end end)
    end
    for round = 1, 3 do for i = 1, 2000 do sum = sum + list[i](round) end end
    return sum
  ]],
  ["coroutines that are collected"] = [[
    local log = 0
    local weak = setmetatable({}, { __mode = "k" })
    for i = 1, 100 do
      local co = coroutine.create(function()
        local object = setmetatable({}, { __gc = function() log = log + 1 end })
        local _ <close> = setmetatable({}, { __close = error })
        coroutine.yield(object)
      end)
      coroutine.resume(co)
      weak[co] = true
    end
    collectgarbage()
    collectgarbage()
    return log, next(weak)
  ]],
  ["a coroutine as a table key and in a closure"] = [[
    local co = coroutine.create(print)
    local t = { [co] = 1 }
    local a = tostring(co):match "^thread: "
    return t[co], a, co == co, type(co), co ~= coroutine.create(print)
  ]],
  ["a consumer of values"] = [[
    local function producer()
      local list = {}
      for i = 1, 3 do list[i] = coroutine.yield(i) end
      return table.concat(list, ",")
    end
    local co = coroutine.wrap(producer)
    return co(), co "a", co "b", co "c"
  ]],
  ["a table.unpack and a pcall of yields"] = [[
    local co = coroutine.wrap(function()
      local results = table.pack(pcall(coroutine.yield, 1, 2))
      local more = table.pack(pcall(pcall, coroutine.yield, "in"))
      local bad = table.pack(pcall(function()
        coroutine.yield "before"
        error "after"
      end))
      return results.n, results[2], more.n, more[3], bad[2]
    end)
    return co(), co("x", "y"), co("z"), co()
  ]],
  ["a coroutine that resumes its resumer's other"] = [[
    local a, b
    local log = {}
    a = coroutine.create(function()
      for i = 1, 3 do
        log[#log + 1] = "a" .. i
        coroutine.resume(b)
        coroutine.yield()
      end
    end)
    b = coroutine.create(function()
      while true do
        log[#log + 1] = "b" .. coroutine.status(a)
        coroutine.yield()
      end
    end)
    for _ = 1, 4 do coroutine.resume(a) end
    return table.concat(log, " "), coroutine.status(a), coroutine.status(b)
  ]],
}
