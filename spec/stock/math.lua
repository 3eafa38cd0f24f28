-- math
return {
  ["misuse of all functions"] = [[
    local list = { {}, { nil, n = 1 }, { "x" }, { "10" }, { {} }, { 1.5 },
      { 3 },
      { 1, "x" }, { 3, 0 }, { 3.5, 0 }, { 1 / 0 }, { -3, 2 }, { 0 / 0, 1 } }
    local names, log = {}, {}
    for name, value in pairs(math) do
      if type(value) == "function" and not name:match "^random"
        and not name:match "^atan" then -- one function with two names
        names[#names + 1] = name
      end
    end
    table.sort(names)
    for _, name in ipairs(names) do
      for number, arguments in ipairs(list) do
        local results = table.pack(pcall(math[name],
          table.unpack(arguments, 1, arguments.n or #arguments)))
        for i = 1, results.n do results[i] = tostring(results[i]) end
        log[#log + 1] = name .. " " .. number .. ": " ..
          table.concat(results, ", ")
      end
    end
    return table.concat(log, "\n")
  ]],
  ["constants"] = [[
    return math.pi, math.huge, -math.huge, math.maxinteger, math.mininteger,
      rawget(math, "pi"), math.type(math.pi), math.type(math.maxinteger)
  ]],
  ["integers and floats"] = [[
    return math.type(1), math.type(1.0), math.type("1"), pcall(math.type),
      math.tointeger(3.0), math.tointeger(3.5), math.tointeger("8"),
      math.tointeger("x"), math.tointeger(2^63), math.tointeger({}),
      math.ult(1, -1), math.ult(-1, 1)
  ]],
  ["rounding"] = [[
    return math.floor(1.5), math.floor(-1.5), math.ceil(1.5), math.ceil(-1.5),
      math.floor(2^70), math.ceil(-2^70), math.floor(7), math.modf(3.7),
      math.modf(-3.7), math.modf(1/0), math.modf(5), math.fmod(7, 3),
      math.fmod(-7, 3), math.fmod(7, -3), math.fmod(-6.5, 2),
      pcall(math.fmod, 1, 0), math.fmod(1, 0.0),
      math.fmod(math.mininteger, -1)
  ]],
  ["minimum, maximum and absolute values"] = [[
    return math.max(1, 2.5), math.min(3, 1, 2), math.max(1), pcall(math.max),
      math.abs(-3), math.abs(-3.5), math.abs(math.mininteger), math.max(1, 1.0),
      math.max(0/0, 1), math.max(1, 0/0), math.abs(-0.0)
  ]],
  ["functions of floats"] = [[
    return math.sqrt(2), math.sin(1), math.cos(1), math.tan(1), math.asin(1),
      math.acos(0), math.atan(1), math.atan(1, -1), math.exp(1), math.log(10),
      math.log(8, 2), math.log(100, 10), math.log(27, 3), math.log(0),
      math.deg(math.pi), math.rad(180), math.sqrt(-1)
  ]],
  ["random numbers from a seed"] = [[
    math.randomseed(42)
    local log = {}
    for i = 1, 10 do log[i] = math.random(1000) end
    math.randomseed(42, 7)
    local a, b, c = math.random(), math.random(0), math.random(-5, 5)
    math.randomseed(42)
    return table.concat(log, " "), a, b, c, math.random(1000) == log[1],
      math.random(3, 3), math.random(math.mininteger, math.maxinteger),
      math.randomseed(1.0) , math.random(100)
  ]],
  ["misuse of random"] = [[
    return pcall(math.random, 0.5), pcall(math.random, 2, 1),
      pcall(math.random, -1), pcall(math.random, 1, 2, 3),
      pcall(math.random, "x"), pcall(math.randomseed, "x"),
      pcall(math.randomseed, {}), select("#", math.randomseed(1)),
      math.random(1), pcall(math.random, 1, 1.5)
  ]],
  ["random from one seed by every function"] = [[
    local seed = math.randomseed
    seed(7)
    local a = math.random(1 << 40)
    package.loaded.math.randomseed(7)
    local m = require "math"
    return a == m.random(1 << 40), a
  ]],
  ["seeds that nobody set"] = [[
    local value = math.random()
    return value >= 0 and value < 1, math.type(math.random(10)),
      math.type(value), math.random(0) ~= math.random(0)
  ]],
  ["integer arithmetic"] = [[
    return math.maxinteger + 1 == math.mininteger, math.mininteger - 1,
      math.maxinteger * 2, 7 // 2, -7 // 2, 7 // -2, 7 % 3, -7 % 3, 7 % -3,
      math.mininteger // -1, math.mininteger % -1, -math.mininteger,
      pcall(function() return 1 // 0 end), pcall(function() return 1 % 0 end),
      5 // 0.0, -5 // 0.0, 0 / 0 ~= 0 / 0, 5 % math.huge, -5 % math.huge,
      5.5 // 2, -5.5 % 2, 2^10, 10 / 2, 3 | 0, 1e15, 123456789012345678
  ]],
  ["bitwise arithmetic"] = [[
    return 5 & 3, 5 | 3, 5 ~ 3, ~5, 1 << 63, 1 << 64, -1 >> 1, 1 << -1, 2 >> -1,
      -1 >> 64, 3.0 | 0, pcall(function() return 1.5 | 0 end),
      pcall(function() return "a" | 0 end), pcall(function() return {} | 0 end),
      pcall(function() return 2^63 | 0 end),
        pcall(function() return "3" | 0 end)
  ]],
  ["comparisons of integers and floats"] = [[
    local big = 2^53
    return 1 == 1.0, 1 < 1.5, math.maxinteger < 2^63, math.maxinteger + 0.0
      == 2^63, math.maxinteger == 2^63, (big | 0) + 1 == big,
        (big | 0) + 1 > big,
      0.0 == -0.0, 1/0.0 == 1/-0.0, 0/0 == 0/0, math.mininteger == -2^63,
      "10" == 10, pcall(function() return 1 < "2" end), "a" < "b", "" < "\0",
      math.mininteger <= -2^63, math.maxinteger >= 2^63
  ]],
  ["numbers as text"] = [[
    return 1e100, 123456.789e3, 2^24, 1e14, 1e15, 0.1 + 0.2, 100 // 1e-320,
      5 .. "", 5.0 .. "", -0.0 .. "", 1e308 * 10 .. "", 0x7fffffffffffffff,
      0xffffffffffffffff, 0x1p4, 0x.1, 3e-2, 1//1, 1.0//1
  ]],
}
