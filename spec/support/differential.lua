-- Our own functions beside stock Lua's, doing the same at random:
--
--   for way, text in pairs(differential.run("string", 7, 2000)) do
--     assert.equal(text.stock, text.ours)   -- spec/support/string_fuzz.lua
--   end

local actors = require "support.actors"
local troupe = require "troupe"

local PATIENCE = tonumber(os.getenv "TROUPE_SPEC_PATIENCE") or 1

local differential = { seeds = { 1, 20, 300 } }

local function stock(name, seed, rounds)
  local pipe = io.popen(("LUA_PATH='spec/?.lua;;' lua5.4 " ..
    "spec/support/%s_fuzz.lua %d %d"):format(name, seed, rounds))
  local text = pipe:read "a"
  pipe:close()
  return text
end

--- Runs a script in stock Lua, here, and in an actor that makes way at each
--- step, or nearly so, where it does a quarter of the rounds.
---@param name string the library's
---@param seed integer
---@param rounds integer
---@return table<string, {stock: string, ours: string}>
function differential.run(name, seed, rounds)
  local whole = stock(name, seed, rounds)
  local texts = { plainly = { stock = whole,
    ours = require("support." .. name .. "_fuzz")(seed, rounds) } }
  local pid = actors.puppet()
  for _, way in ipairs { "pace(1)", "pace(3)", "slice(7)" } do
    local text = troupe.timeout(60 * PATIENCE, actors.run, pid, ([[
      require "probe".%s
      return require "support.%s_fuzz"(...)
    ]]):format(way, name), seed, rounds // 4)
    texts[way] = { stock = whole:sub(1, #text), ours = text }
  end
  return texts
end

return differential
