-- Games with the debug library. See support/hostile.lua.
local CPU = "cpu"

return {
  { "a hook that does not return", CPU, [[
    debug.sethook(function() while true do end end, "", 1)
    while true do end
  ]] },
  { "a hook on calls that does not return", CPU, [[
    debug.sethook(function() while true do end end, "crl")
    print()
  ]] },
  { "a hook that raises", "by the hook", [[
    debug.sethook(function() error "by the hook" end, "", 1)
    while true do pcall(function() while true do end end) end
  ]] },
  { "a hook that raises into a handler", CPU, [[
    debug.sethook(function() error "by the hook" end, "", 100)
    while true do
      xpcall(function() while true do end end, function()
        while true do end
      end)
    end
  ]] },
  { "a hook that pcalls for ever", CPU, [[
    debug.sethook(function()
      while true do pcall(function() while true do end end) end
    end, "l")
    local n = 1
    n = n + 1
  ]] },
  { "a hook that sets itself again", CPU, [[
    local function hook() debug.sethook(hook, "", 1) end
    hook()
    while true do end
  ]] },
  { "a hook that takes itself off", CPU, [[
    debug.sethook(function() debug.sethook() end, "", 1)
    while true do debug.sethook() end
  ]] },
  { "a hook of another thread", CPU, [[
    local co = coroutine.create(function() while true do end end)
    debug.sethook(co, function() debug.sethook(co) end, "", 1)
    while true do coroutine.resume(co) end
  ]] },
  { "a hook on every new thread", CPU, [[
    while true do
      local co = coroutine.create(function() while true do end end)
      debug.sethook(co, function() error() end, "", 100)
      coroutine.resume(co)
    end
  ]] },
  { "a hook that yields", CPU .. "|error", [[
    debug.sethook(function() coroutine.yield() end, "", 1)
    while true do end
  ]] },
  { "getinfo and getlocal", CPU, [[
    while true do
      for level = 0, 5 do
        debug.getinfo(level)
        pcall(debug.getlocal, level, 1)
        pcall(debug.setlocal, level, 1, {})
      end
    end
  ]] },
}
