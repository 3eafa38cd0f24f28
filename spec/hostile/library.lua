-- What the libraries offer. See support/hostile.lua.
local CPU, MEMORY = "cpu", "memory"

return {
  { "ipairs", CPU, [[
    for _ in ipairs(setmetatable({}, { __index = function() return 1 end })) do
    end
  ]] },
  { "next of a large table", CPU, [[
    local t = {}
    for i = 1, 100000 do t[i] = i end
    while true do for _ in pairs(t) do end end
  ]] },
  { "collections without an end", CPU, [[
    local t = {}
    for i = 1, 100000 do t[i] = {} end
    while true do collectgarbage() end
  ]] },
  { "steps without an end", CPU, [[
    collectgarbage "generational"
    while true do collectgarbage "step" end
  ]] },
  { "tracebacks", CPU, [[
    local function deep(n)
      if n > 0 then return 1 + deep(n - 1) end
      while true do debug.traceback() end
    end
    deep(1000)
  ]] },
  { "bytecode", "survived", [[
    local code = string.dump(function() return 1 end)
    for i = 1, #code do
      local forged = code:sub(1, i - 1) .. "\xff" .. code:sub(i + 1)
      assert(not load(forged, "=x", "b"))
      assert(not load(forged))
    end
  ]] },
  { "dumps", CPU, [[ while true do string.dump(function() end) end ]] },
  { "files", CPU, [[
    while true do
      local file = io.tmpfile()
      file:write "x"
      pcall(file.read, file, "n")
      file:close()
      pcall(file.write, file, "x")
    end
  ]] },
  { "files that are left open", CPU .. "|error|" .. MEMORY, [[
    while true do local _ = assert(io.open "/dev/null") end
  ]] },
  { "lines", CPU, [[ for _ in io.lines("/dev/zero", 1) do end ]] },
  { "os.exit", "normal", [[ os.exit(1, true) ]] },
  { "os.exit in pcall", "normal", [[
    while true do pcall(os.exit, 0) end
  ]] },
}
