-- As deep as Lua lets C be called, by what takes most of it. A script by
-- itself: see hostile_spec.lua.

local deep
local function by_gsub() return (("x"):gsub("x", deep)) end
local function by_wrap() return coroutine.wrap(by_gsub)() end
function deep()
  return ("%s"):format(setmetatable({}, { __tostring = by_wrap }))
end

print((select(2, pcall(deep)):match "C stack overflow"))
