--- What a chunk does, read out of its bytecode, without running it. Not for
--- scripts: see troupe check.
--
--     bytecode.read(load "x = 1")  --> {returns = false, globals = {{"x", 1}}}
--
-- It is that of Lua 5.4, whose numbers of instructions are not looked up but
-- seen in chunks that are known to have them.

local bytecode = {}

-- --- Reading -----------------------------------------------------------------

local reader = {}
reader.__index = reader

function reader:byte()
  local value = self.text:byte(self.at)
  self.at = self.at + 1
  return value
end

-- Seven bits a byte, the highest first; the last byte is marked.
function reader:number()
  local value = 0
  while true do
    local byte = self:byte()
    value = value << 7 | byte & 0x7f
    if byte & 0x80 ~= 0 then return value end
  end
end

-- Its size is one more; 0: there is none.
function reader:string()
  local size = self:number()
  if size == 0 then return nil end
  self.at = self.at + size - 1
  return self.text:sub(self.at - size + 1, self.at - 1)
end

function reader:list(read)
  local list = {}
  for index = 1, self:number() do list[index] = read(self) end
  return list
end

local function read_instruction(self)
  local code
  code, self.at = ("<I4"):unpack(self.text, self.at)
  return code
end

-- Only strings matter; of others, how long they are.
local SIZES = { [0x03] = 8, [0x13] = 8 }

local function read_constant(self)
  local kind = self:byte()
  if kind & 0x0f == 4 then return self:string() or false end
  self.at = self.at + (SIZES[kind] or 0)
  return false
end

local function skip(size)
  return function(self)
    self.at = self.at + size
    return true
  end
end

local function read_delta(self)
  local delta
  delta, self.at = ("<i1"):unpack(self.text, self.at)
  return delta
end

local function read_line(self)
  return { at = self:number(), line = self:number() }
end

local function read_local(self)
  self:string()
  self:number()
  return self:number()
end

local function read_function(self)
  local found = {}
  self:string()
  found.line = self:number()
  self:number()
  self.at = self.at + 3
  found.code = self:list(read_instruction)
  found.constants = self:list(read_constant)
  self:list(skip(3))
  found.functions = self:list(read_function)
  found.deltas = self:list(read_delta)
  found.lines = self:list(read_line)
  self:list(read_local)
  found.upvalues = self:list(function(from) return from:string() or "" end)
  return found
end

local HEADER = 4 + 2 + 6 + 3 + 8 + 8 + 1

local function parse(chunk)
  return read_function(setmetatable({ text = string.dump(chunk),
    at = HEADER + 1 }, reader))
end

-- --- What it says ------------------------------------------------------------

local function operation(code) return code & 0x7f end

local SET_GLOBAL = operation(parse(load "x = 1").code[2])
local RETURN = operation(parse(load "return 1").code[3])
local TAIL_CALL = operation(parse(load "return x()").code[3])

-- The line of each instruction.
local function lines_of(found)
  local lines, line, known = {}, found.line, {}
  for _, one in ipairs(found.lines) do known[one.at + 1] = one.line end
  for at, delta in ipairs(found.deltas) do
    line = delta == -128 and known[at] or line + delta
    lines[at] = line
  end
  return lines
end

local function add_globals(found, globals)
  local lines = lines_of(found)
  for at, code in ipairs(found.code) do
    if operation(code) == SET_GLOBAL and
       found.upvalues[(code >> 7 & 0xff) + 1] == "_ENV" then
      local name = found.constants[(code >> 16 & 0xff) + 1]
      globals[#globals + 1] = { name, lines[at] }
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
function bytecode.read(chunk)
  local found, globals = parse(chunk), {}
  add_globals(found, globals)
  table.sort(globals, function(one, other) return one[2] < other[2] end)
  return { globals = globals, returns = returns(found) }
end

return bytecode
