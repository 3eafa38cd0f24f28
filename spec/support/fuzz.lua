-- What the scripts have in common that do things at random, by a seed, in an
-- actor and in stock Lua: string_fuzz.lua, table_fuzz.lua.

local fuzz = {}

--- The same numbers everywhere, for the same seed.
---@param seed integer
---@return fun(low: integer, high: integer): integer
function fuzz.random(seed)
  local state = seed
  return function(low, high)
    state = (state * 6364136223846793005 + 1442695040888963407)
    return low + (state >> 33) % (high - low + 1)
  end
end

--- Ends such a script: run by itself it prints what `run` returns for the seed
--- and the rounds on its command line; else that is what `require` returns.
---@param name string the script's, without ".lua"
---@param run fun(seed: integer, rounds: integer): string
function fuzz.script(name, run)
  if arg and arg[0] and arg[0]:find(name, 1, true) then
    io.write(run(tonumber(arg[1]), tonumber(arg[2])))
  end
  return run
end

return fuzz
