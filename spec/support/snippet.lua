-- Runs a piece of Lua and tells, as text, what came of it: in a stock Lua
-- (stock_main.lua) as in an actor (fixtures/snippet.lua).
--
--   snippet.run("return 1 + 1", "main", print)  --> "returned\nnumber 2"
--
-- A piece must find the libraries untouched, as far as possible: an actor
-- fills them in when they are touched first. So this file uses a few functions
-- only, and none of a library.

local load, pcall, select, tostring, type = load, pcall, select, tostring, type

local snippet = {}

local function tell(ok, ...)
  local text = ok and "returned" or "raised"
  for index = 1, select("#", ...) do
    local value = select(index, ...)
    text = text .. "\n" .. type(value) .. " " .. tostring(value)
  end
  return text
end

---@param text string the chunk's; it knows `pause`
---@param within string "main", or "coroutine": what it is run in
---@param pause function what stands for a wait; returns its arguments
---@return string
function snippet.run(text, within, pause)
  local chunk, problem = load("local pause = ...; " .. text, "=snippet", "t")
  if not chunk then return "refused\n" .. problem end
  if within == "main" then return tell(pcall(chunk, pause)) end
  return tell(coroutine.resume(coroutine.create(chunk), pause))
end

return snippet
