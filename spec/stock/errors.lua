-- Errors that Lua itself raises: their texts, and the positions in them.
return {
  ["operations on the wrong types"] = [[
    local log = {}
    local t, u = {}, nil
    for _, f in ipairs {
      function() return t + 1 end, function() return t.x.y end,
      function() return t.x.y.z end, function() t.x.y = 1 end,
      function() return u[1] end, function() u.x = 1 end, function() u() end,
      function() t() end, function() t.x() end, function() t:x() end,
      function() t[1]() end, function() return #u end, function() return -t end,
      function() return t .. "x" end, function() return t < t end,
      function() return t < 1 end, function() return 1 < "1" end,
      function() return {} <= {} end, function() return nil > 1 end,
      function() return 1 & 1.5 end, function() return "a" | 1 end,
      function() return 1 << {} end, function() return 2^64 | 1 end,
      function() t[nil] = 1 end, function() t[0 / 0] = 1 end,
      function() return ("x")() end, function() return (1)() end,
      function() return t.a.b() end, function() return 1 + nil end,
      function() return "x" + 1 end, function() return 10 // 0 end,
      function() return 10 % 0 end, function() return ~1.5 end,
      function() for i = "a", 2 do end end, function() for i = 1, {} do end end,
      function() for i = 1, 2, "x" do end end, function() for i = 1, 2, 0 do
      end end, function() for i = 1.5, 2, 0 do end end,
      function() for x in 5 do end end, function() for x in nil do end end,
      function() for x in pairs(nil) do end end,
      function() local x <close> = 5 end, function() local x <close> = {} end,
      function() for a in next, {}, nil, 5 do end end,
      function() string.rep(t) end, function() ("x"):rep(t) end,
      function() t.f = string.rep t.f() end, function() string.rep("x",
        1.5) end,
      function() string.rep("x", "y") end, function() math.floor("x") end,
      function() setmetatable({}, { __index = t.x.y }) end,
      function() return math.huge // 1 | 0 end,
      function() return t .. nil end, function() return "a" .. u .. "b" end,
      function() return 2 .. {} end, function() return u.x .. "" end,
    } do log[#log + 1] = select(2, pcall(f)) end
    return table.concat(log, "\n")
  ]],
  ["the names of variables"] = [[
    local log = {}
    local up, tab = nil, { field = {} }
    local key = "name"
    for _, f in ipairs {
      function() local loc loc() end, function() up() end,
      function() tab.field.sub.x() end, function() tab[key]() end,
      function() tab[up.x]() end, function() glob() end,
        function() glob.x() end,
      function() tab:method() end, function(a) a.b() end,
      function(...) (...)() end, function() tab.field() end,
      function() local a = tab.field a() end, function() (up or tab)() end,
      function() return up + 1 end, function() return tab.field + 1 end,
      function() return glob + 1 end, function() return tab[1] + 1 end,
      function() return up .. "x" end, function() up.x = 1 end,
      function() return tab.field < 1 end, function() return #tab.none end,
      function() local s = "str" s.x.y = 1 end, function() _ENV.x.y = 1 end,
      function() local _ENV = {} x() end, function() return 1 & tab.field end,
    } do log[#log + 1] = select(2, pcall(f)) end
    return table.concat(log, "\n")
  ]],
  ["texts that do not compile"] = [==[
    local log = {}
    for _, text in ipairs { "x =", "x = = 1", "x", "for", "for i", "for i = 1",
      "for i = 1, 2 do", "if x", "if x then", "while true", "repeat",
        "return return",
      "local", "local 1", "local x <", "local x <bad> = 1",
        "local x <const> = 1 x = 2",
      "local x <close>, y <close> = 1, 2", "goto nowhere", "::a:: ::a::",
        "break",
      "do goto a local x ::a:: print(x) end", "x = 'abc", 'x = "a\nb"',
        "x = [[abc",
      "--[[abc", "x = '\\q'", "x = '\\300'", "x = '\\xg'",
        "x = '\\u{110000000}'",
      "x = '\\u{zz}'", "x = 1e", "x = 0x", "x = 3x", "x = 1..2", "x = @",
        "x = $",
      "function", "function f", "function f(", "function f(a,",
        "function f(...,a) end",
      "f(", "f{", "a.b:c = 1", "a.1 = 2", "x = }", "x = (1", "(x) = 1", "x + 1",
      "return 1 2", "local function f() return ... end", "x = ~= 2", "end",
        "until",
      "else", "x = function() end end", "a, b += 1", "local t = {1, 2",
        "f() = 1",
      "x = [=abc", "\0", "\1\2", "é = 1", "goto 1", "::1::",
        "if x then else elseif",
      "x = a.b.c:d", "return;;", "x = not", "x = #", "x = -", "x = 1 .. ",
        "...",
      "local a <const> = 1; function a() end", ("("):rep(300) .. "1",
      ("x = "):rep(3) .. ("{"):rep(300), ("do "):rep(300),
        "x = " .. ("-"):rep(300)
    } do
      log[#log + 1] = text:sub(1, 40) .. ": " .. tostring(select(2, load(text,
        "=c")))
    end
    return table.concat(log, "\n")
  ]==],
  ["a loop of metatables"] = [[
    local a, b = {}, {}
    setmetatable(a, { __index = b, __newindex = b })
    setmetatable(b, { __index = a, __newindex = a })
    return pcall(function() return a.x end), pcall(function() a.x = 1 end)
  ]],
  ["memory that is not there"] = [[
    return pcall(string.rep, "x", 1 << 46), pcall(function()
      return ("x"):rep(1 << 45) end), #("x"):rep(1 << 20)
  ]],
  ["errors that are no strings"] = [[
    local t = {}
    local object = setmetatable({},
      { __tostring = function() return "obj" end })
    return select(2, pcall(error, t)) == t, select(2, pcall(error, nil)),
      select(2, pcall(error, true)), select(2, pcall(error, 42)),
      math.type(select(2, pcall(error, 42))), tostring(select(2, pcall(error,
      object))), select(2, pcall(error, print)) == print,
      select(2, pcall(error, "x", 2)), select(2, pcall(error, 42, 1))
  ]],
  ["an error across pcalls and coroutines"] = [[
    local function raise() error("deep", 0) end
    local ok, problem = pcall(pcall, raise)
    local result = select(2, pcall(function()
      local _, inner = pcall(raise)
      error(inner .. " again", 0)
    end))
    return ok, problem, result, pcall(coroutine.wrap(function()
      local _, inner = pcall(raise)
      error(inner .. " wrapped", 0)
    end)), select(2, coroutine.resume(coroutine.create(function()
      pcall(raise)
      return "survived"
    end)))
  ]],
  ["positions in long lines and chunks"] = [[
    local f = load("\n\n\nerror 'four'", "=chunk")
    local g = load("local x = {\n1,\n2,\nnil + 1 }", "@file.lua")
    local h = load("local function f()\n  error('two', 2)\nend\n\nf()",
      "a text")
    local i = load("x = \n y.z \n .w", "=c")
    return pcall(f), pcall(g), pcall(h), pcall(i)
  ]],
}
