--- Pieces of text that belong together, laid out to a width. Not for scripts:
-- see troupe.console.pretty, which makes the pieces.
--
-- A leaf is {text =, style =, width =}. A group is {open =, close =, width =,
-- more =, list = BOOLEAN, ENTRY, ...}; an entry has `value`, a leaf or group,
-- and `key`, the same or nil. `width` is what it takes on one line, or
-- math.huge if that is too much to have been counted.

local quote = require "troupe.console.quote"

local layout = {}
local rep = string and string.rep
local concat = table and table.concat

local COLOURS = {string = "32", number = "36", word = "35", pid = "33",
                 code = "34", more = "2", key = "1"}

local function emit(self, text, style)
  local code = self.colour and COLOURS[style]
  if code and text ~= "" then
    text = "\27[" .. code .. "m" .. text .. "\27[0m"
  end
  self[#self + 1] = text
end

local flat

local function flat_key(self, key)
  if not key then return end
  flat(self, key)
  emit(self, " = ")
end

function flat(self, node)
  if not node.open then return emit(self, node.text, node.style) end
  emit(self, node.open)
  for index = 1, #node do
    if index > 1 then emit(self, ", ") end
    flat_key(self, node[index].key)
    flat(self, node[index].value)
  end
  if node.more then
    emit(self, #node > 0 and ", " or "")
    emit(self, node.more, "more")
  end
  emit(self, node.close)
end

local function line(self, indent)
  emit(self, "\n" .. rep(" ", indent))
end

local render

local function width_of(entry)
  return entry.value.width + (entry.key and entry.key.width + 3 or 0)
end

-- Short ones share lines.
local function fill(self, node, indent)
  local column = self.width
  for index = 1, #node do
    local entry = node[index]
    local width = width_of(entry)
    if column + width + 2 > self.width then
      line(self, indent)
      column = indent
    else
      emit(self, " ")
      column = column + 1
    end
    flat_key(self, entry.key)
    flat(self, entry.value)
    emit(self, ",")
    column = column + width + 1
  end
end

-- May they share lines? The items of a list; many short fields.
local function is_plain(node)
  for index = 1, #node do
    local entry = node[index]
    if entry.value.open then return false end
    if not node.list and width_of(entry) > 24 then return false end
  end
  return node.list or #node > 10
end

local function lines(self, node, indent)
  for index = 1, #node do
    local entry = node[index]
    local column = indent
    line(self, indent)
    if entry.key then
      flat_key(self, entry.key)
      column = column + entry.key.width + 3
    end
    render(self, entry.value, column + 1, indent)
    emit(self, ",")
  end
end

-- From the column on; what it takes more than the line goes under the indent.
function render(self, node, column, indent)
  if not node.open or column + node.width <= self.width then
    return flat(self, node)
  end
  emit(self, node.open)
  if is_plain(node) then
    fill(self, node, indent + 2)
  else
    lines(self, node, indent + 2)
  end
  if node.more then
    line(self, indent + 2)
    emit(self, node.more, "more")
  end
  line(self, indent)
  emit(self, node.close)
end

--- What a group takes on one line.
---@param group table
---@return number
function layout.width(group)
  local width = quote.width(group.open) + #group.close
  for index = 1, #group do
    width = width + width_of(group[index]) + (index > 1 and 2 or 0)
  end
  if group.more then width = width + #group.more + 2 end
  return width
end

--- The text of some pieces: on one line if they fit, else each on its own.
---@param nodes table[]
---@param width integer
---@param colour boolean|nil
---@return string
function layout.text(nodes, width, colour)
  local self = {width = width, colour = colour}
  local total = 0
  for index = 1, #nodes do total = total + nodes[index].width + 2 end
  local between = total - 2 <= width and ", " or "\n"
  for index = 1, #nodes do
    if index > 1 then emit(self, between) end
    render(self, nodes[index], 0, 0)
  end
  return concat(self)
end

return layout
