--- What a library of C needs. Not for scripts: see `troupe build`.

local elf = {}

-- Name, type, flags, address, offset, size, link; the rest is of no interest.
local SECTION = "<I4I4I8I8I8I8I4"
local DYNAMIC, NEEDED = 6, 1 -- a section's type, an entry's tag

-- Offset, size and linked section of the first of that type.
local function find(bytes, place, size, count)
  for number = 0, count - 1 do
    local _, kind, _, _, offset, length, link =
      SECTION:unpack(bytes, place + number * size + 1)
    if kind == DYNAMIC then return offset, length, link end
  end
end

local function read(bytes)
  local place = ("<I8"):unpack(bytes, 41)
  local size, count = ("<I2I2"):unpack(bytes, 59)
  local offset, length, link = find(bytes, place, size, count)
  local names = {}
  if not offset then return names end
  local _, _, _, _, texts = SECTION:unpack(bytes, place + link * size + 1)
  for at = offset + 1, offset + length, 16 do
    local tag, value = ("<i8I8"):unpack(bytes, at)
    if tag == NEEDED then
      names[#names + 1] = ("z"):unpack(bytes, texts + value + 1)
    end
  end
  return names
end

--- The libraries that it is linked with; none, if it is no ELF file of 64 bits,
--- or a damaged one, which the linker will say.
---@param bytes string
---@return string[]
function elf.needed(bytes)
  if bytes:sub(1, 6) ~= "\127ELF\2\1" then return {} end
  local good, names = pcall(read, bytes)
  return good and names or {}
end

return elf
