--- Which lines of a file could run. Not for scripts: see troupe.test.coverage.
--
-- Lua tells of a function that is there which lines it has, not of one that
-- nobody has made yet; so they are read from the file's bytecode, of the form
-- that Lua 5.4 has.

local chunk = {}

local SIGNATURE = "\27Lua\x54\0\x19\x93\r\n\x1a\n"
local ABSOLUTE = -128 -- a line that is told elsewhere

-- Sizes of constants, by their kinds: two of number; nil and booleans.
local SIZES = { [0x03] = 8, [0x13] = 8, [0x00] = 0, [0x01] = 0, [0x11] = 0 }

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

function reader:string()
  local size = self:number()
  if size > 0 then self:skip(size - 1) end
end

function reader:constants()
  for _ = 1, self:number() do
    local size = SIZES[self:byte()]
    if size then self:skip(size) else self:string() end
  end
end

-- The line of each instruction, from the difference to the one before.
function reader:lines(first)
  local differences, absolute, lines = {}, {}, {}
  for index = 1, self:number() do
    local byte = self:byte()
    differences[index] = byte < 128 and byte or byte - 256
  end
  for _ = 1, self:number() do
    local instruction = self:number() + 1
    absolute[instruction] = self:number()
  end
  local line = first
  for index, difference in ipairs(differences) do
    line = difference == ABSOLUTE and absolute[index] or line + difference
    lines[index] = line
  end
  return lines
end

function reader:names()
  for _ = 1, self:number() do
    self:string()
    self:number()
    self:number()
  end
  for _ = 1, self:number() do self:string() end
end

-- The last instruction is the return that every function ends with, whether it
-- is reached or not; the first of one with `...` prepares it.
function reader:fn(found)
  self:string()
  local first = self:number()
  self:number()
  self:byte()
  local variable = self:byte() ~= 0
  self:byte()
  self:skip(4 * self:number())
  self:constants()
  self:skip(3 * self:number())
  for _ = 1, self:number() do self:fn(found) end
  local lines = self:lines(first)
  self:names()
  for index = variable and 2 or 1, #lines - 1 do found[lines[index]] = true end
end

--- The lines of a source of Lua, as a set; nil: it is none.
---@param source string
---@return table<integer, true>|nil
function chunk.lines(source)
  local fn = load((source:gsub("^#[^\n]*", "")), "=", "t")
  if not fn then return nil end
  local text = string.dump(fn)
  if text:sub(1, #SIGNATURE) ~= SIGNATURE then return nil end
  local found = {}
  -- Behind it three sizes, two numbers, and the count of upvalues.
  local self = setmetatable({ text = text, at = #SIGNATURE + 3 + 16 + 2 },
    reader)
  self:fn(found)
  return found
end

return chunk
