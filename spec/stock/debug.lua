-- debug
return {
  ["misuse of all functions"] = [[
    local list = { {}, { nil, n = 1 }, { 1 }, { {} }, { "x" }, { print },
      { print, 1 }, { function() end, 1 }, { 1, "x" }, { 1000, 1 }, { {}, {} },
      { print, "bad!" }, { function() end, "bad!" }, { -1, 1 }, { print, {} } }
    local log = {}
    for _, name in ipairs { "gethook", "getinfo", "getlocal", "getmetatable",
      "getupvalue", "getuservalue", "setlocal", "setupvalue", "upvalueid",
      "upvaluejoin", "setmetatable" } do
      for number, arguments in ipairs(list) do
        if name ~= "setmetatable" or number > 9 or number < 2 then
          local ok, result = pcall(debug[name],
            table.unpack(arguments, 1, arguments.n or #arguments))
          log[#log + 1] = name .. " " .. number .. " " .. tostring(ok) ..
            (type(result) == "table" and " a table" or tostring(result))
        end
      end
    end
    debug.setmetatable(print, nil)
    return table.concat(log, "\n")
  ]],
  ["all functions but one"] = [[
    local names = {}
    for name, value in pairs(debug) do
      if name ~= "getregistry" then names[#names + 1] = name .. type(value) end
    end
    table.sort(names)
    return table.concat(names, " ")
  ]],
  ["traceback"] = [[
    local function f() error "x" end
    local ok, trace = xpcall(f, debug.traceback)
    local function g() string.rep() end
    local function h() local t = setmetatable({}, { __index = function()
      error "in index" end }) return t.x end
    function global_function() error "gg" end
    return ok, trace, select(2, xpcall(g, debug.traceback)),
      select(2, xpcall(h, debug.traceback)),
      select(2, xpcall(global_function, debug.traceback))
  ]],
  ["traceback in library functions"] = [[
    return select(2, xpcall(function()
      table.sort({ 3, 2, 1 }, function() error "cmp" end)
    end, debug.traceback)), select(2, xpcall(function()
      ("x"):gsub("x", function() error "sub" end)
    end, debug.traceback)), select(2, xpcall(function()
      local t <close> = setmetatable({}, { __close = function() error "c" end })
    end, debug.traceback)), select(2, xpcall(function()
      for k in pairs(setmetatable({}, { __pairs = error })) do end
    end, debug.traceback)), select(2, xpcall(function()
      coroutine.wrap(function() error "w" end)()
    end, debug.traceback)), select(2, xpcall(function()
      require "absent.module" end, function(m)
      return debug.traceback((m:gsub("\n.*", ""))) end))
  ]],
  ["traceback and its arguments"] = [[
    local t = {}
    return debug.traceback "message", debug.traceback("message", 1),
      debug.traceback("message", 2) ~= nil, debug.traceback(t) == t,
      debug.traceback(nil) == debug.traceback(), debug.traceback(5),
      debug.traceback("x", 100), pcall(debug.traceback, "x", "y")
  ]],
  ["traceback of coroutines"] = [[
    local co = coroutine.create(function() local x = nil x() end)
    coroutine.resume(co)
    local waiting = coroutine.create(function()
      local function inner() coroutine.yield() end
      inner()
    end)
    coroutine.resume(waiting)
    local fresh = coroutine.create(print)
    return debug.traceback(co), debug.traceback(co, "msg"),
      debug.traceback(co, nil, 1), debug.traceback(waiting),
      debug.traceback(waiting, "m", 1), debug.traceback(fresh)
  ]],
  ["a long traceback"] = [[
    local function deep(n)
      if n == 0 then return debug.traceback "deep" end
      local trace = deep(n - 1)
      return trace
    end
    return coroutine.wrap(deep)(30)
  ]],
  ["getinfo of functions"] = [[
    local x = 1
    local function f(a, b, ...) local c = x return c end
    local function tell(info)
      return table.concat({ info.source, info.short_src, info.what,
        info.linedefined, info.lastlinedefined, info.nups, info.nparams,
        tostring(info.isvararg), tostring(info.currentline),
        tostring(info.func ~= nil), tostring(info.istailcall) }, " ")
    end
    local log = { tell(debug.getinfo(f)), tell(debug.getinfo(print)) }
    for _, g in ipairs { pairs, next, rawget, setmetatable, load, dofile,
      coroutine.resume, coroutine.wrap, coroutine.wrap(print), coroutine.yield,
      os.exit, string.rep, math.random, io.open, utf8.codes, debug.getlocal } do
      log[#log + 1] = tell(debug.getinfo(g))
    end
    local lines = {}
    for line in pairs(debug.getinfo(f, "L").activelines) do
      lines[#lines + 1] = line
    end
    table.sort(lines)
    return table.concat(log, "\n"), table.concat(lines, " ")
  ]],
  ["getinfo of levels"] = [[
    local log = {}
    local function f()
      for level = 0, 2 do
        local info = debug.getinfo(level, "nSlutr")
        log[#log + 1] = table.concat({ tostring(info.name), info.namewhat,
          info.what, info.currentline, info.nups, tostring(info.istailcall),
          info.ftransfer, info.ntransfer }, " ")
      end
    end
    f()
    local t = { method = f }
    t:method()
    t.method()
    local function tail() return f() end
    tail()
    setmetatable(t, { __index = f, __add = f })
    local _ = t.absent, t + 1
    for _ in f do end
    global = f
    global()
    return table.concat(log, "\n")
  ]],
  ["getinfo of threads"] = [[
    local co = coroutine.create(function() local a = 1 coroutine.yield() end)
    coroutine.resume(co)
    local info = debug.getinfo(co, 1, "Sl")
    return info.currentline, info.what, debug.getinfo(co, 0, "n").name,
      debug.getinfo(co, 2), debug.getlocal(co, 1, 1), debug.setlocal(co, 1, 1,
        5),
      debug.getlocal(co, 1, 1), debug.getlocal(co, 1, 9),
      pcall(debug.getlocal, co, 9, 1), debug.getinfo(100),
      pcall(debug.getinfo, 1, ">S"), pcall(debug.getinfo, "x")
  ]],
  ["locals"] = [[
    local log = {}
    local function f(a, b, ...)
      local c = 3
      for number = 1, 10 do
        local name, value = debug.getlocal(1, number)
        if not name then break end
        log[#log + 1] = name .. "=" .. tostring(value)
      end
      log[#log + 1] = tostring(debug.getlocal(1, -1)) .. select(2,
        debug.getlocal(1, -2))
      log[#log + 1] = debug.setlocal(1, 1, "A") .. a
      log[#log + 1] = debug.setlocal(1, 3, "new") .. tostring(c)
      log[#log + 1] = tostring(debug.setlocal(1, -1, "V")) .. (...)
      log[#log + 1] = tostring(debug.getlocal(1, -9)) ..
        tostring(debug.setlocal(1, 99, 1))
    end
    f(1, 2, "v1", "v2")
    return table.concat(log, " "), debug.getlocal(f, 1), debug.getlocal(f, 2),
      debug.getlocal(f, 3), pcall(debug.getlocal, 100, 1),
      pcall(debug.setlocal, 100, 1, 1), pcall(debug.setlocal, 1, 1)
  ]],
  ["the locals of a caller"] = [[
    local function callee()
      local name, value = debug.getlocal(2, 1)
      debug.setlocal(2, 1, value .. "!")
      return name, value
    end
    local function caller()
      local mine = "text"
      local a, b = callee()
      return mine, a, b
    end
    return caller()
  ]],
  ["upvalues"] = [[
    local x, y = 1, 2
    local function f() return x + y end
    local function g() return x end
    local a = { debug.getupvalue(f, 1) }
    local b = debug.setupvalue(f, 1, 10)
    local c = f()
    debug.upvaluejoin(f, 1, function() return y end, 1)
    return a[1], a[2], b, c, x, f(), debug.getupvalue(f, 9),
      debug.setupvalue(f, 9, 1), debug.upvalueid(f, 1) == debug.upvalueid(f, 2),
      debug.upvalueid(g, 1) ~= debug.upvalueid(f, 1), debug.getupvalue(print,
        1),
      debug.getupvalue(string.gmatch("x", "x"), 1), pcall(debug.upvalueid, g,
        9),
      pcall(debug.upvaluejoin, g, 9, f, 1), pcall(debug.upvaluejoin, print, 1,
        f,
      1), debug.getupvalue(coroutine.wrap(g), 1)
  ]],
  ["metatables"] = [[
    local t = setmetatable({}, { __metatable = "locked" })
    debug.setmetatable(nil, { __index = function() return 1 end })
    local absent
    local a = absent.y
    debug.setmetatable(nil, nil)
    debug.setmetatable(print, { __index = { field = 5 } })
    local b = (function() end).field
    debug.setmetatable(print, nil)
    debug.setmetatable(1, { __call = function(n, x) return n * x end })
    local c = (7)(6)
    debug.setmetatable(1, nil)
    debug.setmetatable(true, { __len = function() return 3 end })
    local d = #true
    debug.setmetatable(true, nil)
    local same = debug.setmetatable(t, {}) == t
    return a, pcall(function() return absent.y end), b, c, d, getmetatable(t) ~=
      "locked", same, debug.setmetatable(5, nil), debug.getmetatable(5),
      debug.getmetatable(io.stdout).__name
  ]],
  ["uservalues"] = [[
    return debug.getuservalue(5), debug.getuservalue({}),
      debug.getuservalue(io.stdout), debug.getuservalue(io.stdout, 1),
      debug.getuservalue(io.stdout, 5), pcall(debug.getuservalue, io.stdout,
        {}),
      pcall(debug.setuservalue, 5, 1), pcall(debug.setuservalue)
  ]],
  ["line hooks"] = [[
    local lines = {}
    debug.sethook(function(event, line) lines[#lines + 1] = event .. line end,
      "l")
    local x = 1
    for i = 1, 2 do
      x = x + i
    end
    debug.sethook()
    return table.concat(lines, " "), debug.gethook()
  ]],
  ["call and return hooks"] = [[
    local log = {}
    local function f() return 1 end
    local function g() return f() end
    local function hook(event)
      local info = debug.getinfo(2, "nS")
      log[#log + 1] = event .. " " .. info.what .. " " .. tostring(info.name)
    end
    debug.sethook(hook, "cr")
    f()
    g()
    string.rep("x", 2)
    debug.sethook()
    return table.concat(log, "\n"), debug.gethook()
  ]],
  ["count hooks"] = [[
    local count = 0
    debug.sethook(function(event) count = count + 1 end, "", 100)
    local hook, mask, every = debug.gethook()
    for i = 1, 10000 do end
    debug.sethook()
    return count, type(hook), mask, every
  ]],
  ["an error from a hook"] = [[
    local ok, problem = pcall(function()
      debug.sethook(function() debug.sethook() error "from the hook" end, "",
        1000)
      while true do end
    end)
    return ok, problem
  ]],
  ["hooks of other threads"] = [[
    local log = {}
    local co = coroutine.create(function()
      local x = 1
      coroutine.yield()
      x = 2
    end)
    debug.sethook(co, function(_, line) log[#log + 1] = line end, "l")
    coroutine.resume(co)
    coroutine.resume(co)
    return table.concat(log, " "), debug.gethook(), type(debug.gethook(co)),
      debug.sethook(co), debug.gethook(co), pcall(debug.sethook, 1),
      pcall(debug.sethook, co, 1)
  ]],
}
