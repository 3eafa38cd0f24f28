-- Library functions that would take for ever. See support/hostile.lua.
local CPU, MEMORY = "cpu", "memory"

return {
  { "a pattern that backtracks", CPU, [[
    local text = ("a"):rep(100)
    text:find((".-"):rep(20) .. "b")
  ]] },
  { "a pattern that backtracks, in pcall", CPU, [[
    local text = ("a"):rep(100)
    while true do pcall(string.match, text, ("a*"):rep(20) .. "b") end
  ]] },
  { "a plain find of much in more", CPU, [[
    local a = ("a"):rep(2 ^ 21)
    local b = ("a"):rep(2 ^ 20) .. "b"
    while true do a:find(b, 1, true) end
  ]] },
  { "gmatch", CPU, [[
    for _ in ("a"):rep(100):gmatch((".-"):rep(20) .. "b") do end
    while true do end
  ]] },
  { "gsub", CPU, [[
    ("a"):rep(100):gsub(("a-"):rep(20) .. "b", "")
  ]] },
  { "move", CPU .. "|" .. MEMORY, [[ table.move({}, 1, 1 << 62, 2) ]] },
  { "move of what is there", CPU .. "|" .. MEMORY, [[
    table.move(setmetatable({}, { __index = function() return 1 end,
      __newindex = function() end }), 1, 1 << 62, 2)
  ]] },
  { "insert under a huge __len", CPU .. "|" .. MEMORY, [[
    table.insert(setmetatable({}, { __len = function() return 1 << 60 end }),
      1, 1)
  ]] },
  { "remove under a huge __len", CPU .. "|" .. MEMORY, [[
    table.remove(setmetatable({}, { __len = function() return 1 << 60 end }), 1)
  ]] },
  { "concat of much", CPU .. "|" .. MEMORY, [[
    local t = setmetatable({}, { __index = function() return "x" end })
    while true do pcall(table.concat, t, "", 1, 1 << 60) end
  ]] },
  { "unpack of much", CPU, [[
    while true do pcall(table.unpack, {}, 1, 1 << 30) end
  ]] },
  { "sort under a huge __len", CPU, [[
    local t = setmetatable({}, { __len = function() return (1 << 31) - 2 end,
      __index = function() return 1 end, __newindex = function() end })
    while true do pcall(table.sort, t) end
  ]] },
  { "rep of nothing", CPU .. "|survived|" .. MEMORY, [[
    ("").rep("", 1 << 50)
  ]] },
  { "rep of much", MEMORY .. "|resulting string too large", [[
    local s = ("x"):rep(1 << 40)
  ]] },
}
