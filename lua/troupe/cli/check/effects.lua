--- What a chunk would do, seen without running it. Not for scripts: see
--- troupe check.
--
--     effects.of(load "x = 1")  --> {returns = false, globals = {{"x", 1}}}
--
-- Numbers of instructions are not looked up but seen in chunks that are known
-- to have them.

local bytecode = require "troupe.cli.bytecode"

local effects = {}

local function operation(code) return code & 0x7f end

local function nth(text, number)
  return operation(bytecode.read(load(text)).code[number])
end

local SET_GLOBAL = nth("x = 1", 2)
local RETURN = nth("return 1", 3)
local TAIL_CALL = nth("return x()", 3)

local function add_globals(found, globals)
  for at, code in ipairs(found.code) do
    if operation(code) == SET_GLOBAL and
       found.upvalues[(code >> 7 & 0xff) + 1] == "_ENV" then
      local name = found.constants[(code >> 16 & 0xff) + 1]
      globals[#globals + 1] = { name, found.lines[at] }
    end
  end
  for _, inner in ipairs(found.functions) do add_globals(inner, globals) end
end

local function returns(found)
  for _, code in ipairs(found.code) do
    local values = (code >> 16 & 0xff) - 1
    if operation(code) == TAIL_CALL or operation(code) == RETURN and
       values ~= 0 then return true end
  end
  return false
end

--- The globals that it sets, each a name and a line, by line, and whether it
--- returns anything.
---@param chunk function
---@return { globals: table[], returns: boolean }
function effects.of(chunk)
  local found, globals = bytecode.read(chunk), {}
  add_globals(found, globals)
  table.sort(globals, function(one, other) return one[2] < other[2] end)
  return { globals = globals, returns = returns(found) }
end

return effects
