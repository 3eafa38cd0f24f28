-- How deep, how many, how long.
return {
  ["recursion deep inside a coroutine"] = [[
    local function depth(n) if n == 0 then return 0
      end return 1 + depth(n - 1) end
    local function forever() return 1 + forever() end
    local ok, problem = coroutine.resume(coroutine.create(forever))
    return coroutine.wrap(depth)(15000), ok,
      problem:match "stack overflow", depth(15000)
  ]],
  ["a nest of coroutines"] = [[
    local function nest(n)
      if n == 0 then return "end" end
      return coroutine.wrap(nest)(n - 1)
    end
    local function resumed(n)
      if n == 0 then return "end" end
      local ok, value = coroutine.resume(coroutine.create(resumed), n - 1)
      if not ok then error(value, 0) end
      return value
    end
    local ok, problem = pcall(resumed, 1000)
    local fine, other = pcall(nest, 1000)
    return nest(100), resumed(100), ok, problem:match "C stack overflow", fine,
      other:match "C stack overflow"
  ]],
  ["too many values"] = [[
    local t = {}
    for i = 1, 999000 do t[i] = i end
    local co = coroutine.create(function(...) return select("#", ...) end)
    local ok, problem = pcall(function()
      return coroutine.resume(co, 1, table.unpack(t, 1, 900000))
    end)
    return ok, problem
  ]],
  ["stack overflow"] = [[
    local function forever() return 1 + forever() end
    local handled = select(2, xpcall(forever, function(problem)
      return "handled " .. problem:gsub("\n.*", "")
    end))
    local t = setmetatable({}, { __index = function(t, key)
      return t[key + 1]
    end })
    local deep = {}
    for _ = 1, 10 do deep = setmetatable({ x = deep.x or 1 },
      { __index = deep }) end
    return handled, select(2, pcall(function() return t[1] end)):match
      "stack overflow", deep.x
  ]],
  ["a C stack that overflows"] = [[
    local function deep(n)
      if n == 0 then return "end" end
      return (("x"):gsub("x", function() return deep(n - 1) end))
    end
    local ok, problem = pcall(deep, 250)
    return deep(100), ok, problem:match "C stack overflow",
      pcall(load, ("("):rep(1000)), select(2, pcall(string.gsub, "x", "x",
      function() error "inside" end))
  ]],
  ["limits of a text"] = [==[
    local function many(format, count, separator)
      local list = {}
      for i = 1, count do list[i] = format:gsub("#", i) end
      return table.concat(list, separator)
    end
    local function try(text)
      local f, problem = load(text, "=c")
      return problem or "fine"
    end
    return try("local " .. many("a#", 200, ",")), try("local " .. many("a#",
      201,
      ",")), try("local " .. many("a#", 100,
        ",") .. " return function() return "
      .. many("a#", 100, "+") .. " end"), try("return " .. many("#", 300, ",")),
      try("return function(" .. many("a#", 250, ",") .. ") end"),
      try("f(" .. many("#", 300, ",") .. ")"), try(many("local a# = #", 150,
        "\n") ..
      "\nreturn function() local x = " .. many("a#", 150,
        "+") .. " return function()"
      .. many("b# = a#", 150, " ") .. " end end"), try("x = " .. many("#",
        5000, "+")),
      #load("return {" .. many("#", 70000, ",") .. "}")(),
      load("return " .. many("'s#'", 60000, ",") ~= nil and "return 1")()
  ]==],
  ["deep recursion"] = [[
    local function sum(n) if n == 0 then return 0 end return n + sum(n - 1) end
    local function ackermann(m, n)
      if m == 0 then return n + 1 end
      if n == 0 then return ackermann(m - 1, 1) end
      return ackermann(m - 1, ackermann(m, n - 1))
    end
    return sum(15000), ackermann(2, 9)
  ]],
  ["tail calls"] = [[
    local function loop(n) if n == 0 then return "end"
      end return loop(n - 1) end
    local function a(n) if n == 0 then return debug.traceback("t", 1) end
      return a(n - 1) end
    return loop(300000), a(3)
  ]],
  ["modules that require each other for ever"] = [[
    package.preload.left = function() return require "right" end
    package.preload.right = function() return require "left" end
    local ok, problem = pcall(require, "left")
    return ok, problem:match "overflow"
  ]],
}
