-- Pictures of scripts/embed/sdl, and what is written on them.
--
--   local bitmap = require "support.bitmap"
--   local picture = bitmap.read("picture.bmp")
--   assert.equal("2", picture:row(3))

local command = require "support.command"

local bitmap = {}

local picture = {}
picture.__index = picture

--- A BMP of 24 bits a pixel.
---@param file string
---@return table picture width, height
function bitmap.read(file)
  local bytes = assert(command.read(file), "there is no " .. file)
  local start, width, height, bits = ("<I4 xxxx i4i4 xx I2"):unpack(bytes, 11)
  assert(bytes:sub(1, 2) == "BM" and bits == 24 and height > 0)
  return setmetatable({ bytes = bytes, start = start, width = width,
    height = height, stride = (width * 3 + 3) // 4 * 4 }, picture)
end

--- The pixel, from 0, from the top left.
---@return integer red 0 to 255
---@return integer green
---@return integer blue
function picture:pixel(x, y)
  local at = self.start + (self.height - 1 - y) * self.stride + 3 * x
  local blue, green, red = self.bytes:byte(at + 1, at + 3)
  return red, green, blue
end

--- The names and numbers of a header: those that are written as numbers.
local function constants(file)
  local found = {}
  for name, number in assert(command.read(file)):gmatch
    "#define ([%w_]+) (%d+)" do
    found[name] = tonumber(number)
  end
  return found
end

-- What each glyph looks like: a string of its rows, to the character.
local function read_font(folder)
  local glyphs, next_one = {}, 32
  for rows in assert(command.read(folder .. "/font.c")):gmatch
    "\n    {(0x[^}]*)}" do
    local key = {}
    for row in rows:gmatch "0x(%x%x)" do key[#key + 1] = tonumber(row, 16) end
    glyphs[string.char(table.unpack(key))] = string.char(next_one)
    next_one = next_one + 1
  end
  assert(next_one == 128, "a font of ASCII, and a box")
  return glyphs
end

local FOLDER = "scripts/embed/sdl"
local LIT = 100 -- of 255: more than a dot that shines through the console

--- What is written in the text cells of a picture, row after row from the top,
--- where their grid begins at (x, y). A cell that is no character is "\0".
function picture:text(left, top, columns, rows)
  local font, is = read_font(FOLDER), constants(FOLDER .. "/font.h")
  local scale, lines = is.FONT_SCALE, {}
  local function lit(x, y) return math.max(self:pixel(x, y)) > LIT end
  local function cell(x, y)
    local key = {}
    for row = 0, is.FONT_HEIGHT - 1 do
      local bits = 0
      for column = 0, is.FONT_WIDTH - 1 do
        bits = bits * 2 +
          (lit(x + column * scale, y + row * scale) and 1 or 0)
      end
      key[#key + 1] = bits
    end
    return font[string.char(table.unpack(key))] or "\0"
  end
  for row = 0, rows - 1 do
    local line = {}
    for column = 0, columns - 1 do
      line[#line + 1] = cell(left + column * 6 * scale, top + row * 9 * scale)
    end
    lines[#lines + 1] = table.concat(line):gsub(" +$", "")
  end
  return lines
end

return bitmap
