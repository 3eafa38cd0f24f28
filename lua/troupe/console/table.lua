--- Rows of text under each other. Not for scripts.
--
--     columns.text({{"pid"}, {"memory", right = true}, {"behaviour", cut = 8}},
--                  {{"<0.17.3>", "1.2 MiB", "shop.till"}}, {width = 80})
--     --> pid        memory  behaviour
--     --> <0.17.3>  1.2 MiB  shop.till
--
-- A column is {title, right =, cut =, spare =}: to the right or the left, and,
-- if the rows are wider than the screen, how narrow it may get; if that is not
-- enough, those that can be spared are left out, the highest number first. A
-- cell is text.

local quote = require "troupe.console.quote"

local columns = {}

local GAP = 2

--- The first so many characters; "..." at the end if there are more.
---@param text string
---@param width integer
---@return string
function columns.cut(text, width)
  if quote.width(text) <= width then return text end
  local kept = math.max(width - 3, 0)
  local stop = utf8.offset(text, kept + 1) or #text + 1
  return text:sub(1, stop - 1) .. ("..."):sub(1, width)
end

local function measure(list, rows)
  local widths = {}
  for index, column in ipairs(list) do
    widths[index] = quote.width(column[1])
    for _, row in ipairs(rows) do
      widths[index] = math.max(widths[index], quote.width(row[index] or "-"))
    end
  end
  return widths
end

-- Takes what is too much from the columns that may be cut, the widest first.
local function shrink(list, widths, screen)
  local excess = -GAP - screen
  for _, width in ipairs(widths) do excess = excess + width + GAP end
  while excess > 0 do
    local widest
    for index, column in ipairs(list) do
      if column.cut and widths[index] > column.cut and
        (not widest or widths[index] > widths[widest]) then
        widest = index
      end
    end
    if not widest then return false end
    widths[widest] = widths[widest] - 1
    excess = excess - 1
  end
  return true
end

-- The list and the rows without the column that is missed least; nil: there is
-- none.
local function spare(list, rows)
  local least
  for index, column in ipairs(list) do
    if column.spare and (not least or column.spare > list[least].spare) then
      least = index
    end
  end
  if not least then return nil end
  local function without(row)
    local rest = table.move(row, 1, least - 1, 1, {})
    return table.move(row, least + 1, #list, least, rest)
  end
  local others = {}
  for index, row in ipairs(rows) do others[index] = without(row) end
  return without(list), others
end

-- Those that fit, and their widths.
local function fit(list, rows, screen)
  local widths = measure(list, rows)
  if shrink(list, widths, screen) then return list, rows, widths end
  local fewer, others = spare(list, rows)
  if not fewer then return list, rows, widths end
  return fit(fewer, others, screen)
end

local function line(list, widths, row, screen)
  local parts = {}
  for index, column in ipairs(list) do
    local cell = columns.cut(row[index] or "-", widths[index])
    local blank = (" "):rep(widths[index] - quote.width(cell))
    parts[index] = column.right and blank .. cell or cell .. blank
  end
  local text = table.concat(parts, (" "):rep(GAP)):gsub(" +$", "")
  return columns.cut(text, screen)
end

--- Rows under their titles, a line each, with a line end behind each.
---@param list table[] the columns
---@param rows string[][]
---@param options table|nil width: of the screen, none: never cut; colour
---@return string
function columns.text(list, rows, options)
  local screen = options and options.width or math.huge
  local lines, titles = {}, {}
  local widths
  list, rows, widths = fit(list, rows, screen)
  for index, column in ipairs(list) do titles[index] = column[1] end
  lines[1] = line(list, widths, titles, screen)
  if options and options.colour then
    lines[1] = "\27[1m" .. lines[1] .. "\27[0m"
  end
  for _, row in ipairs(rows) do
    lines[#lines + 1] = line(list, widths, row, screen)
  end
  return table.concat(lines, "\n") .. "\n"
end

--- Names and values under each other; a value of several lines is indented.
---@param list string[][] name, value
---@return string
function columns.fields(list)
  local width, lines = 0, {}
  for _, field in ipairs(list) do
    width = math.max(width, quote.width(field[1]))
  end
  for _, field in ipairs(list) do
    local blank = (" "):rep(width - quote.width(field[1]) + GAP)
    local value = field[2]:gsub("\n", "\n" .. (" "):rep(width + GAP))
    lines[#lines + 1] = field[1] .. blank .. value
  end
  return table.concat(lines, "\n") .. "\n"
end

return columns
