-- Loops that do not end, wherever code can stand. See support/hostile.lua.
local CPU = "cpu"

return {
  { "a loop", CPU, [[ while true do end ]] },
  { "a goto", CPU, [[ ::again:: goto again ]] },
  { "a repeat with an upvalue", CPU, [[
    local n = 0
    local function step() n = n + 1 end
    repeat step() until n < 0
  ]] },
  { "tail calls", CPU, [[
    local function again() return again() end
    again()
  ]] },
  { "pcall in a loop", CPU, [[
    while true do pcall(function() while true do end end) end
  ]] },
  { "pcall in pcall", CPU, [[
    local function nest(n)
      while true do
        pcall(n > 0 and nest or error, n - 1)
      end
    end
    nest(150)
  ]] },
  { "a storm of errors", CPU, [[
    while true do pcall(error, {}) end
  ]] },
  { "the handler of xpcall", CPU, [[
    xpcall(error, function() while true do end end)
  ]] },
  { "xpcall whose handler calls xpcall", CPU, [[
    local function handler()
      while true do xpcall(error, function() while true do end end) end
    end
    while true do xpcall(error, handler) end
  ]] },
  { "a handler that raises", "survived", [[
    local function handler() error "again" end
    for _ = 1, 100 do xpcall(error, handler) end
  ]] },
  { "nested coroutines", CPU, [[
    local function nest(n)
      if n == 0 then while true do end end
      coroutine.resume(coroutine.create(nest), n - 1)
      while true do end
    end
    nest(100)
  ]] },
  { "wrap inside pcall inside a loop", CPU, [[
    while true do
      pcall(coroutine.wrap(function()
        while true do pcall(function() while true do end end) end
      end))
    end
  ]] },
  { "coroutines that yield for ever", CPU, [[
    local co = coroutine.wrap(function()
      while true do coroutine.yield() end
    end)
    while true do co() end
  ]] },
  { "a finaliser", CPU, [[
    setmetatable({}, { __gc = function() while true do end end })
    collectgarbage()
  ]] },
  { "a finaliser that pcalls", CPU, [[
    setmetatable({}, { __gc = function()
      while true do pcall(function() while true do end end) end
    end })
    while true do collectgarbage() end
  ]] },
  { "a finaliser that comes back for ever", CPU, [[
    local meta = {}
    meta.__gc = function(self) setmetatable(self, meta) end
    setmetatable({}, meta)
    while true do collectgarbage() end
  ]] },
  { "a finaliser at the end", CPU, [[
    KEEP = setmetatable({}, { __gc = function() while true do end end })
    error "own end"
  ]] },
  { "a finaliser of a userdata", CPU, [[
    debug.getmetatable(io.stdout).__gc = function() while true do end end
    io.tmpfile()
    collectgarbage()
    while true do end
  ]] },
  { "a to-be-closed variable", CPU, [[
    local _ <close> = setmetatable({}, { __close = function()
      while true do end
    end })
  ]] },
  { "a to-be-closed variable after an error", CPU, [[
    while true do
      pcall(function()
        local _ <close> = setmetatable({}, { __close = function()
          while true do pcall(error) end
        end })
        error "x"
      end)
    end
  ]] },
  { "to-be-closed variables of a coroutine", CPU, [[
    while true do
      local co = coroutine.create(function()
        local _ <close> = setmetatable({}, { __close = function()
          while true do end
        end })
        coroutine.yield()
      end)
      coroutine.resume(co)
      pcall(coroutine.close, co)
    end
  ]] },
  { "exit, with a to-be-closed variable", "own end|cpu", [[
    local _ <close> = setmetatable({}, { __close = function()
      while true do pcall(function() while true do end end) end
    end })
    troupe.exit "own end"
  ]] },
  { "exit inside __close", "own end", [[
    local _ <close> = setmetatable({}, { __close = function()
      troupe.exit "own end"
    end })
    coroutine.wrap(function() end)()
  ]] },
  { "a __close at the death of another", "killed", [[
    local _ <close> = setmetatable({}, { __close = function()
      while true do end
    end })
    xpcall(function()
      troupe.send(troupe.self(), "run", "")
      pcall(troupe.kill, troupe.self())
      troupe.sleep(math.huge)
    end, function() while true do end end)
  ]] },
  { "a message handler around a wait", "killed", [[
    xpcall(function()
      local _ <close> = setmetatable({}, { __close = function()
        while true do end
      end })
      troupe.kill(troupe.self())
      troupe.sleep(math.huge)
    end, function() while true do end end)
  ]] },
  { "an iterator", CPU, [[ for _ in function() return 1 end do end ]] },
  { "waits of no time", "survived", [[
    for _ = 1, 1000 do troupe.sleep(0) end
  ]] },
}
