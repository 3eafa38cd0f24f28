--- What a function's bytecode says. Not for scripts.
--
--     bytecode.read(load "x = 1").constants  --> {"x", false}
--
-- It is that of Lua 5.4, as string.dump gives it.

local bytecode = {}

local SIGNATURE = "\27Lua\x54\0\x19\x93\r\n\x1a\n"
-- Behind it: three sizes, an integer, a number, a count of upvalues.
local HEADER = #SIGNATURE + 3 + 8 + 8 + 1

local ABSOLUTE = -128 -- a line that is told elsewhere

local reader = {}
reader.__index = reader

function reader:byte()
  local byte = self.text:byte(self.at)
  self.at = self.at + 1
  return byte
end

function reader:skip(count) self.at = self.at + count end

-- Seven bits a byte, the highest first; the last one is marked.
function reader:number()
  local number = 0
  repeat
    local byte = self:byte()
    number = number << 7 | byte & 0x7f
  until byte & 0x80 ~= 0
  return number
end

-- Its size is one more; 0: there is none.
function reader:string()
  local size = self:number()
  if size == 0 then return nil end
  self:skip(size - 1)
  return self.text:sub(self.at - size + 1, self.at - 1)
end

function reader:list(read)
  local list = {}
  for index = 1, self:number() do list[index] = read(self) end
  return list
end

local function read_instruction(self)
  self:skip(4)
  return (("<I4"):unpack(self.text, self.at - 4))
end

-- Only strings matter; of others, how long they are.
local SIZES = { [0x03] = 8, [0x13] = 8 }

local function read_constant(self)
  local kind = self:byte()
  if kind & 0x0f == 4 then return self:string() or false end
  self:skip(SIZES[kind] or 0)
  return false
end

local function skip_upvalue(self)
  self:skip(3)
  return true
end

local function read_difference(self)
  self:skip(1)
  return (("<i1"):unpack(self.text, self.at - 1))
end

local function read_absolute(self)
  return { at = self:number() + 1, line = self:number() }
end

-- Of each instruction, from the difference to the one before.
local function read_lines(self, line)
  local differences, absolute = self:list(read_difference), {}
  for _, one in ipairs(self:list(read_absolute)) do
    absolute[one.at] = one.line
  end
  local lines = {}
  for at, difference in ipairs(differences) do
    line = difference == ABSOLUTE and absolute[at] or line + difference
    lines[at] = line
  end
  return lines
end

local function skip_local(self)
  self:string()
  self:number()
  return self:number()
end

local function read_name(self) return self:string() or "" end

local function read_function(self)
  self:string()
  local first = self:number()
  self:number()
  self:skip(1)
  local found = { variable = self:byte() ~= 0 }
  self:skip(1)
  found.code = self:list(read_instruction)
  found.constants = self:list(read_constant)
  self:list(skip_upvalue)
  found.functions = self:list(read_function)
  found.lines = read_lines(self, first)
  self:list(skip_local)
  found.upvalues = self:list(read_name)
  return found
end

--- Its `code`, a list of instructions; `lines`, that of each; `constants`, of
--- which only strings are told, false for others; the names of its `upvalues`;
--- whether it takes a `variable` number of arguments; and the `functions` in
--- it, likewise.
---@param fn function one of Lua
---@return table
function bytecode.read(fn)
  local text = string.dump(fn)
  assert(text:sub(1, #SIGNATURE) == SIGNATURE, "not of Lua 5.4")
  return read_function(setmetatable({ text = text, at = HEADER + 1 }, reader))
end

return bytecode
