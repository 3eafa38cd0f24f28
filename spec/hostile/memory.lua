-- Bombs, and depth. See support/hostile.lua.
local CPU, MEMORY = "cpu", "memory"
local EITHER = CPU .. "|" .. MEMORY

return {
  { "a string that doubles", MEMORY, [[
    local s = "x"
    while true do s = s .. s end
  ]] },
  { "a string that doubles, by rep", MEMORY, [[
    local s = "x"
    while true do s = s:rep(2) end
  ]] },
  { "many strings", MEMORY, [[
    local t = {}
    for i = 1, math.huge do t[i] = ("x"):rep(1000) .. i end
  ]] },
  { "a table", MEMORY, [[
    local t = {}
    for i = 1, math.huge do t[i] = i end
  ]] },
  { "tables", MEMORY, [[
    local t = {}
    while true do t = { t } end
  ]] },
  { "closures", MEMORY, [[
    local f
    while true do
      local inner = f
      f = function() return inner end
    end
  ]] },
  { "coroutines", MEMORY, [[
    local t = {}
    while true do
      local co = coroutine.create(function() coroutine.yield() end)
      coroutine.resume(co)
      t[#t + 1] = co
    end
  ]] },
  { "wide format", MEMORY, [[
    local s = ("x"):rep(1000000)
    while true do s = ("%s%s"):format(s, s) end
  ]] },
  { "concat", MEMORY, [[
    local t = {}
    for i = 1, 10000 do t[i] = "0123456789" end
    local s = table.concat(t)
    while true do s = table.concat { s, s, s } end
  ]] },
  { "gsub that grows", EITHER, [[
    local s = "xx"
    while true do s = s:gsub("x", "xx") end
  ]] },
  { "with the collector stopped", EITHER, [[
    collectgarbage "stop"
    while true do local _ = { {} } end
  ]] },
  { "with the collector stopped, caught", EITHER, [[
    collectgarbage "stop"
    while true do
      pcall(function() while true do local _ = ("x"):rep(1000) .. {} end end)
    end
  ]] },
  { "caught, and kept", EITHER, [[
    local t = {}
    while true do
      pcall(function() while true do t[#t + 1] = ("x"):rep(100) .. #t end end)
    end
  ]] },
  { "caught by a handler that wants more", EITHER, [[
    local t = {}
    while true do
      xpcall(function() while true do t[#t + 1] = { t } end end, function()
        while true do t[#t + 1] = { t } end
      end)
    end
  ]] },
  { "finalisers in the queue", EITHER, [[
    local kept = {}
    while true do
      setmetatable({}, { __gc = function(self)
        kept[#kept + 1] = { self, self, self }
      end })
    end
  ]] },
  { "a message to oneself that grows", EITHER .. "|overload", [[
    local t = {}
    while true do
      t = { t, ("x"):rep(1000) .. #t, t }
      pcall(troupe.encode, t)
      for i = 1, 100 do t[#t + 1] = ("y"):rep(i) end
    end
  ]] },
  { "a deep error object", "error object is a table", [[
    local t = {}
    pcall(function() while true do t = { t } end end)
    error(t)
  ]] },
  { "the text of an error that grows", "memory", [[
    error(setmetatable({}, { __tostring = function()
      local s = "x"
      while true do s = s .. s end
    end }))
  ]] },
  { "recursion", "memory|stack overflow", [[
    local function deep() return 1 + deep() end
    deep()
  ]] },
  { "recursion, caught", EITHER, [[
    local function deep() return 1 + deep() end
    while true do pcall(deep) end
  ]] },
  { "recursion in a handler", EITHER .. "|survived", [[
    local function deep() return 1 + deep() end
    for _ = 1, 10 do xpcall(deep, deep) end
  ]] },
  { "recursion through gsub", "stack overflow", [[
    local function deep() return (("x"):gsub("x", deep)) end
    deep()
  ]] },
  { "recursion through sort", "stack overflow|error", [[
    local function deep() table.sort({ 1, 2 }, deep) end
    deep()
  ]] },
  { "recursion through pcall", "stack overflow|survived", [[
    local function deep() local ok, problem = pcall(deep)
      if not ok then error(problem, 0) end
    end
    deep()
  ]] },
  { "recursion through metamethods", "stack overflow", [[
    local t = setmetatable({}, {})
    getmetatable(t).__add = function() return t + 1 end
    return t + 1
  ]] },
  { "recursion through __index", "stack overflow", [[
    local t = setmetatable({}, { __index = function(t, k) return t[k + 1] end })
    return t[1]
  ]] },
  { "recursion through tostring", "stack overflow", [[
    local t = setmetatable({}, { __tostring = tostring })
    tostring(t)
  ]] },
  { "recursion through format", "stack overflow", [[
    local t = setmetatable({}, {})
    getmetatable(t).__tostring = function() return ("%s"):format(t) end
    return ("%s"):format(t)
  ]] },
  { "recursion through wrap", "stack overflow", [[
    local function deep() return coroutine.wrap(deep)() end
    deep()
  ]] },
  { "recursion through wrap, sort and gsub", "stack overflow", [[
    local deep
    local function by_sort() table.sort({ 1, 2 }, deep) end
    local function by_gsub() ("x"):gsub("x", by_sort) end
    function deep() coroutine.wrap(by_gsub)() end
    deep()
  ]] },
  { "recursion through resume in gsub, caught", EITHER, [[
    local function deep()
      ("x"):gsub("x", function()
        coroutine.resume(coroutine.create(deep))
      end)
    end
    while true do pcall(deep) end
  ]] },
  { "recursion through load", "stack overflow|survived|error", [[
    load("return " .. ("("):rep(100000))
    local s = ("{"):rep(150) .. ("}"):rep(150)
    local function deep(n)
      return load(function() deep(n + 1) return nil end)
    end
    deep(1)
  ]] },
  { "recursion through require", "overflow|error", [[
    package.preload.left = function() return require "right" end
    package.preload.right = function() return require "left" end
    require "left"
  ]] },
  { "100,000 coroutines closed from __close", EITHER .. "|overflow|survived", [[
    local inner
    for _ = 1, 100000 do
      local mine = inner
      inner = coroutine.create(function()
        local _ <close> = setmetatable({}, { __close = function()
          if mine then coroutine.close(mine) end
        end })
        coroutine.yield()
      end)
      coroutine.resume(inner)
    end
    assert(coroutine.close(inner))
  ]] },
  { "many to-be-closed variables, killed", "killed", [[
    local function deep(n)
      local _ <close> = setmetatable({}, { __close = function()
        while true do end
      end })
      if n == 0 then
        troupe.kill(troupe.self())
        troupe.sleep(math.huge)
      end
      deep(n - 1)
    end
    deep(180)
  ]] },
}
