-- _G, package.loaded and the tables of the libraries, which an actor fills in
-- as they are touched.
return {
  ["all globals"] = [[
    local names = {}
    for name, value in pairs(_G) do names[#names + 1] = name .. type(value) end
    table.sort(names)
    return table.concat(names, " ")
  ]],
  ["all fields of all libraries"] = [[
    local log = {}
    for _, library in ipairs { "string", "table", "math", "os", "io", "utf8",
      "coroutine", "package" } do
      local names = {}
      for name, value in pairs(_G[library]) do
        names[#names + 1] = name .. ":" .. type(value)
      end
      table.sort(names)
      log[#log + 1] = library .. ": " .. table.concat(names, " ")
    end
    return table.concat(log, "\n")
  ]],
  ["all loaded libraries"] = [[
    local names = {}
    for name, value in pairs(package.loaded) do
      if rawget(_G,
        name) ~= nil then names[#names + 1] = name .. type(value) end
    end
    table.sort(names)
    return table.concat(names, " ")
  ]],
  ["a library by every way to it"] = [[
    return package.loaded.string == string, package.loaded._G == _G,
      _G._G == _G, package.loaded.io == io, io == require "io",
      require "string" == string, package.loaded.package == package,
      (require "table") == table, package.loaded.coroutine == coroutine,
      _ENV == _G, rawequal(_ENV, _G)
  ]],
  ["a library by package.loaded first"] = [[
    return package.loaded.string.upper "x", string == package.loaded.string,
      getmetatable "".__index == string
  ]],
  ["a library by require first"] = [[
    local r = require "string"
    return r == string, require "_G" == _G, select("#", require "math"),
      select("#", require "math"), (require "utf8").char(228)
  ]],
  ["a library by a string first"] = [[
    return ("abc"):upper(), #"abc", ("%d"):format(3), ("x").rep == string.rep,
      ("x")[1], ("x").nothing
  ]],
  ["rawget of globals"] = [[
    return type(rawget(_G, "string")), rawget(_G, "nothing"),
      type(rawget(_G, "print")), rawget(_G, "print") == print,
      rawget(package.loaded, "os") == os, type(rawget(string, "upper")),
      rawget(string, 1), rawget(string, "nothing"), rawlen(string), #string
  ]],
  ["no library has a metatable"] = [[
    return getmetatable(_G), debug.getmetatable(_G),
      getmetatable(package.loaded), getmetatable(coroutine),
      getmetatable(string), debug.getmetatable(table)
  ]],
  ["a strict _G"] = [[
    local same = setmetatable(_G, {
      __newindex = function(_, name) error("assign " .. name, 2) end,
      __index = function(_, name) error("undefined " .. name, 2) end,
    }) == _G
    return same, pcall(function() foo = 1 end),
      pcall(function() return bar end),
      type(print), type(string.rep), type(require), type(utf8),
      type(coroutine.wrap)
  ]],
  ["the idiom of strict.lua"] = [[
    local m = getmetatable(_G)
    if m == nil then
      m = {}
      setmetatable(_G, m)
    end
    m.__index = function(_, name)
      error("variable '" .. name .. "' is not declared", 2)
    end
    return pcall(function() return x.y end), type(utf8), getmetatable(_G) == m
  ]],
  ["a metatable that is taken away"] = [[
    setmetatable(_G, { __index = function() return "inherited" end })
    local a, b = absent, type(table)
    setmetatable(_G, nil)
    return a, b, absent, type(math.pi), getmetatable(_G)
  ]],
  ["a metatable for a library"] = [[
    setmetatable(string, { __index = function(_, name) return name end })
    return string.absent, ("x").absent, string.upper "x", ("x"):upper(),
      setmetatable(string, nil) == string, string.absent
  ]],
  ["a global that is removed"] = [[
    print = nil
    local a = print
    print = nil
    return a, print, rawget(_G, "print")
  ]],
  ["a library that is removed before it is used"] = [[
    _G.utf8 = nil
    return utf8, rawget(_G, "utf8"), type(package.loaded.utf8)
  ]],
  ["a global that is changed and removed"] = [[
    tostring = 5
    local a = tostring
    tostring = nil
    rawset(_G, "type", 7)
    local b = type
    rawset(_G, "type", nil)
    rawset(_G, "select", nil)
    return a, tostring, b, type, select
  ]],
  ["string as a global that is removed"] = [[
    string = nil
    return ("x"):upper(), string, getmetatable "".__index.upper "q"
  ]],
  ["string removed from package.loaded"] = [[
    package.loaded.string = nil
    local ok = pcall(require, "string")
    return ok, package.loaded.string, ("x"):rep(3), type(string)
  ]],
  ["string as a global that is replaced"] = [[
    string = { upper = function() return "mine" end }
    return ("x"):upper(), string.upper()
  ]],
  ["a function that is replaced in a library"] = [[
    local upper = string.upper
    function string.upper(s) return "<" .. upper(s) .. ">" end
    function string.added(s, n) return s .. n end
    string.lower = nil
    return ("x"):upper(), string.upper "y", ("x"):added(1), string.lower,
      ("x").lower
  ]],
  ["next on _G and on libraries"] = [[
    local count = 0
    for key in next, _G do count = count + 1 end
    return count > 20, next(_G, "print") ~= next(_G), pcall(next, _G, "absent"),
      next(string, "upper") ~= 1, type(next(package.loaded))
  ]],
  ["fields added while _G is traversed"] = [[
    local seen = {}
    for name, value in pairs(_G) do
      seen[#seen + 1] = name
      if name == "math" then _G[name] = nil end
    end
    return #seen > 20, math, type(package.loaded.math)
  ]],
  ["globals that are set and cleared"] = [[
    x = 1
    local a = x
    x = nil
    local b = x
    x = 2
    return a, b, x, rawget(_G, "x"), _G.x
  ]],
  ["bad keys of _G"] = [[
    return pcall(function() _G[nil] = 1 end), pcall(function() _G[0/0] = 1 end),
      pcall(rawset, _G, nil, 1), _G[nil], _G[0/0]
  ]],
  ["bad keys of a library"] = [[
    return pcall(function() table[nil] = 1 end),
      pcall(function() local k = 0/0; string[k] = 1 end)
  ]],
  ["keys of _G that are no names"] = [[
    _G[1], _G[print], _G[1.5], _G[true] = "a", "b", "c", "d"
    return _G[1], _G[print], _G[1.5], _G[2], #_G, _G[true], _G[1.0], rawlen(_G)
  ]],
  ["the array functions on libraries"] = [[
    table.insert(string, "first")
    table.insert(math, 1, "pi")
    return string[1], #string, table.concat(math), table.unpack(math),
      table.remove(string), string[1], table.unpack(os), table.concat(utf8),
      select("#", table.unpack(coroutine, 1, 3)), #table.move({ 7, 8 }, 1, 2, 1,
      os), os[2], ipairs(io)(io, 0)
  ]],
  ["a library as __index"] = [[
    local t = setmetatable({}, { __index = math })
    local u = setmetatable({}, { __index = t })
    local g = setmetatable({}, { __index = _G })
    return t.floor(1.5), u.ceil(1.5), t.absent, g.print == print, g.os == os,
      rawget(t, "floor"), g.absent
  ]],
  ["a library as __newindex"] = [[
    local t = setmetatable({}, { __newindex = table })
    t.added = 1
    t.insert = nil
    local g = setmetatable({}, { __newindex = _G })
    g.global, g.print = 5, nil
    return rawget(t, "added"), table.added, table.insert, global, print
  ]],
  ["a library as an environment"] = [[
    local f = load("return floor(2.5), pi == nil, x", "=e", "t", math)
    local g = load("x = 1 upper = nil", "=e", "t", string)
    g()
    return f(), string.x, string.upper, ("x").upper
  ]],
  ["_ENV"] = [[
    local _G, print = _G, print
    local _ENV = { print = print }
    x = 1
    return x, _G.x, print == _G.print, _ENV.x
  ]],
  ["an _ENV that falls back to _G"] = [[
    local _ENV = setmetatable({}, { __index = _G })
    x = 1
    return x, _G.x, tostring(1), type(string), type(coroutine.create)
  ]],
  ["names in messages about globals"] = [[
    local log = {}
    for _, f in ipairs { function() return absent.x end,
      function() absent() end, function() string.absent() end,
      function() string.absent.x = 1 end, function() return string + 1 end,
      function() return #absent end, function() return absent < 1 end,
      function() return ("x"):absent() end, function() math() end,
      function() return -print end, function() return "x" .. absent end,
    } do log[#log + 1] = select(2, pcall(f)) end
    return table.concat(log, "\n")
  ]],
  ["equality and kinds of libraries"] = [[
    return string == table, string ~= string, type(string), rawequal(string,
      string), ({ [string] = 1 })[string],
        ({ [math] = 1 })[package.loaded.math],
      tostring(os), pcall(function() return string < table end)
  ]],
  ["a weak table of libraries"] = [[
    local weak = setmetatable({}, { __mode = "kv" })
    weak[1], weak[2], weak[3], weak[4] = string, _G, coroutine, package.loaded
    collectgarbage()
    return weak[1] == string, weak[2] == _G, weak[3] == coroutine,
      weak[4] == package.loaded
  ]],
  ["debug.setmetatable for a library"] = [[
    debug.setmetatable(table, { __call = function() return "called" end })
    return table(), type(table.concat), table.absent,
      debug.setmetatable(_G, nil) == _G, type(os)
  ]],
  ["a debug.setmetatable for strings"] = [[
    debug.setmetatable("", { __index = function(_, k) return "mine" .. k end })
    return ("x").foo, type(string.upper), ("x").foo,
      pcall(function() return "1" + 1 end)
  ]],
  ["a changed metatable of strings"] = [[
    local m = getmetatable ""
    m.__index = function(_, i) return i end
    m.__call = function(s, x) return s .. x end
    m.__add = function() return "added" end
    return ("x")[5], ("x").foo, ("x")("y"), "1" + "2", type(string.rep)
  ]],
  ["an index of strings by the metatable"] = [[
    local m = getmetatable ""
    local old = m.__index
    m.__index = function(s, k)
      if type(k) == "number" then return old.sub(s, k, k) end
      return old[k]
    end
    return ("abc")[2], ("abc"):upper(), ("abc")[9]
  ]],
  ["a package that is removed"] = [[
    package = nil
    local r = require
    require = nil
    return package, type(r "package"), require, type(r "string")
  ]],
  ["line hooks and untouched libraries"] = [[
    local calls = 0
    debug.sethook(function() calls = calls + 1 end, "c")
    local a = string.upper("x") .. math.floor(1.5) .. ("y"):rep(2)
    debug.sethook()
    return a, calls
  ]],
}
