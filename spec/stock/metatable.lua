-- Metamethods.
return {
  ["every operator"] = [[
    local log = {}
    local function show(v) return type(v) == "table" and "T" or tostring(v) end
    local m = {}
    for _, name in ipairs { "add", "sub", "mul", "div", "mod", "pow", "unm",
      "idiv",
      "band", "bor", "bxor", "shl", "shr", "bnot", "concat", "len", "call" } do
      m["__" .. name] = function(...)
        local list = table.pack(...)
        for i = 1, list.n do list[i] = show(list[i]) end
        return name .. "(" .. table.concat(list, ",") .. ")"
      end
    end
    local t = setmetatable({}, m)
    return t + 1, 1 + t, t - 2.5, "x" * t, t / t, t % 2, t ^ 2, -t, t // 1,
      t & 1,
      1 | t, t ~ 1, t << 1, 1 >> t, ~t, t .. "a", "a" .. t, 1 .. t, #t, t(1, 2),
      t + nil, t & 1.5, "a" .. "b" .. t, t .. "a" .. "b"
  ]],
  ["comparisons"] = [[
    local log = {}
    local m = {}
    m.__eq = function(a, b) log[#log + 1] = "eq" return a.v == b.v end
    m.__lt = function(a, b) log[#log + 1] = "lt" return a.v < b.v end
    m.__le = function(a, b) log[#log + 1] = "le" return a.v <= b.v end
    local function new(v) return setmetatable({ v = v }, m) end
    local a, b, c = new(1), new(2), new(1)
    local results = { a == b, a == c, a ~= c, a < b, a > b, a <= c, a >= b,
      rawequal(a, c), a == 1, not (a == a) }
    for i, v in ipairs(results) do results[i] = tostring(v) end
    local n = setmetatable({}, { __lt = function() return nil end })
    local s = setmetatable({}, { __eq = function() return "yes" end })
    return table.concat(results, " "), table.concat(log, " "), n < n,
      s == setmetatable({}, getmetatable(s)),
        pcall(function() return n <= n end),
      pcall(function() return a < 1 end), pcall(function() return "x" < a end)
  ]],
  ["__index"] = [[
    local base = { inherited = "base" }
    local middle = setmetatable({ own = "middle" }, { __index = base })
    local t = setmetatable({}, { __index = middle })
    local f = setmetatable({}, { __index = function(self, key)
      return tostring(self ~= nil) .. tostring(key), "dropped"
    end })
    local s = setmetatable({}, { __index = "text" })
    local u = setmetatable({}, { __index = setmetatable({}, { __index =
      function(_, k) return "deep " .. k end }) })
    return t.inherited, t.own, t.none, f.x, f[1], f[nil], s.len == string.len,
      u.key,
      rawget(t, "own"), (select("#", f.x)), pcall(function()
        return setmetatable({}, { __index = 5 }).x end)
  ]],
  ["__newindex"] = [[
    local log, store = {}, {}
    local t = setmetatable({ present = 1 }, { __newindex = function(t, k, v)
      log[#log + 1] = tostring(k) .. "=" .. tostring(v)
      rawset(t, k, v)
    end })
    t.a = 1
    t.a = 2
    t.present = 3
    t[1] = nil
    local u = setmetatable({}, { __newindex = store })
    u.x = 5
    return table.concat(log, " "), t.a, rawget(u, "x"), store.x,
      pcall(function() setmetatable({}, { __newindex = 5 }).x = 1 end),
      pcall(function() setmetatable({}, { __newindex = {} })[nil] = 1 end)
  ]],
  ["__call"] = [[
    local f = setmetatable({}, { __call = function(self, ...)
      return type(self), select("#", ...), ...
    end })
    local g = setmetatable({}, { __call = f })
    local deep = f
    for i = 1, 50 do deep = setmetatable({}, { __call = deep }) end
    return f(1, 2), pcall(f, 3), g(4), select("#", deep()),
      pcall(setmetatable({}, { __call = 5 })), (f { 1 }), (f "x"),
      pcall(coroutine.wrap, f)
  ]],
  ["__tostring, __name and __len"] = [[
    local t = setmetatable({}, { __tostring = function() return "shown" end,
      __name = "Name", __len = function() return 7 end })
    local named = setmetatable({}, { __name = "Named" })
    return tostring(t), #t, rawlen(t), ("%s"):format(t), tostring(named),
      pcall(function() return named + 1 end),
        pcall(function() return named() end),
      pcall(function() return named < named end), pcall(function()
        return named.x.y end), pcall(function() return #setmetatable({},
          { __len =
        function() error("len", 0) end }) end), pcall(string.rep, named),
      pcall(ipairs), pcall(function() return named .. "" end),
      pcall(function() for _ in named do end end)
  ]],
  ["__concat"] = [[
    local m = { __concat = function(a, b)
      local function text(x) return type(x) == "table" and x.s
        or tostring(x) end
      return setmetatable({ s = "(" .. text(a) .. text(b) .. ")" },
        getmetatable(
        type(a) == "table" and a or b))
    end }
    local t = setmetatable({ s = "t" }, m)
    return (t .. "a" .. "b").s, ("a" .. "b" .. t).s, ("a" .. t .. "b").s,
      (t .. t .. t).s, (1 .. t).s, (t .. 2.5).s, pcall(function()
        return t .. nil .. {} end) ~= nil
  ]],
  ["__pairs and __close and __mode as given"] = [[
    local t = setmetatable({ 1, 2 }, { __pairs = function(t)
      local i = 0
      return function() i = i + 1 if t[i] then return "k" .. i, t[i] end end
    end })
    local log = {}
    for k, v in pairs(t) do log[#log + 1] = k .. v end
    local odd = setmetatable({}, { __mode = "nonsense" })
    odd[1] = {}
    collectgarbage()
    return table.concat(log, " "), odd[1] ~= nil, pcall(function()
      local x <close> = setmetatable({}, { __close = 5 })
    end)
  ]],
  ["__eq and table keys"] = [[
    local m = { __eq = function() return true end }
    local a, b = setmetatable({}, m), setmetatable({}, m)
    local t = { [a] = 1 }
    return a == b, t[b], t[a], rawequal(a, b), a ~= b, a == {}, a == "x"
  ]],
  ["__idiv, __mod and numbers"] = [[
    local m = { __idiv = function(a, b) return "idiv" end,
      __mod = function() return "mod" end, __unm = function(a, b)
      return rawequal(a, b) end, __bnot = function(a, b) return rawequal(a,
        b) end,
      __shl = function(a, b) return "shl" .. type(a) .. type(b) end }
    local t = setmetatable({}, m)
    return t // 1, 1 // t, t % t, -t, ~t, 1 << t, t << 1.5, "a" << t,
      pcall(function() return t >> 1 end)
  ]],
  ["multiple results of metamethods"] = [[
    local t = setmetatable({}, { __index = function() return 1, 2 end,
      __add = function() return 3, 4 end, __len = function() return 5, 6 end,
      __call = function() return 7, 8 end, __eq = function() return nil,
        true end })
    return select("#", t.x), select("#", t + 1), select("#", #t),
      select("#", t()), t == setmetatable({}, getmetatable(t)),
      select("#", (setmetatable({}, { __index = function() end })).x),
      (setmetatable({}, { __add = function() end })) + 1
  ]],
  ["classes"] = [[
    local Animal = {}
    Animal.__index = Animal
    function Animal.new(name) return setmetatable({ name = name }, Animal) end
    function Animal:speak() return self.name .. " makes a sound" end
    local Dog = setmetatable({}, { __index = Animal })
    Dog.__index = Dog
    Dog.__tostring = function(self) return "Dog " .. self.name end
    function Dog.new(name) return setmetatable(Animal.new(name), Dog) end
    function Dog:speak() return Animal.speak(self) .. ": woof" end
    local dog = Dog.new "Rex"
    return dog:speak(), tostring(dog), Animal.new "Cat":speak(),
      getmetatable(dog) ==
      Dog, dog.absent
  ]],
  ["a metatable shared and changed"] = [[
    local m = {}
    local a, b = setmetatable({}, m), setmetatable({}, m)
    local before = pcall(function() return a + b end)
    m.__add = function() return "added" end
    local after = a + b
    m.__add = nil
    return before, after, pcall(function() return a + b end),
      setmetatable(m, m) == m, getmetatable(m) == m
  ]],
  ["proxies and read-only tables"] = [[
    local function read_only(t)
      return setmetatable({}, { __index = t, __newindex = function()
        error("read only", 2)
      end, __len = function() return #t end, __pairs = function()
        return pairs(t) end, __metatable = false })
    end
    local t = read_only { 1, 2, 3 }
    local sum = 0
    for _, v in pairs(t) do sum = sum + v end
    return #t, t[2], sum, pcall(function() t[1] = 5 end), getmetatable(t),
      pcall(setmetatable, t, {}), next(t), table.concat(t, ","), table.unpack(t)
  ]],
  ["metamethods that raise"] = [[
    local t = setmetatable({}, { __index = function(_, k) error("no " .. k) end,
      __add = function() error({ code = 5 }) end, __tostring = function()
      error("ts", 0) end, __eq = function() error("eq", 2) end })
    return pcall(function() return t.field end), select(2, pcall(function()
      return t + 1 end)).code, pcall(tostring, t), pcall(function()
      return t == setmetatable({}, getmetatable(t)) end), pcall(print == nil and
      print or tostring, t)
  ]],
  ["memoisation and default values"] = [[
    local calls = 0
    local fib = setmetatable({ [0] = 0, [1] = 1 }, { __index = function(t, n)
      calls = calls + 1
      local v = t[n - 1] + t[n - 2]
      t[n] = v
      return v
    end })
    local zero = setmetatable({}, { __index = function() return 0 end })
    for c in ("hello"):gmatch "." do zero[c] = zero[c] + 1 end
    return fib[80], calls, zero.l, zero.z
  ]],
}
