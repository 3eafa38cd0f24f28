-- Reads C as far as the layer checks need it: what a file includes, and which
-- of its variables live as long as the program. It knows our style, not the
-- whole language.

local c_source = {}

local function blank(text) return (text:gsub("[^\n]", " ")) end

-- Comments, and the insides of strings and characters, become blanks; lines
-- stay where they are.
local function without_comments(text)
  local out, at = {}, 1
  while at <= #text do
    local from = text:find("[/\"']", at)
    if not from then break end
    out[#out + 1] = text:sub(at, from - 1)
    local mark = text:sub(from, from)
    local _, to
    if text:sub(from, from + 1) == "/*" then
      _, to = text:find("*/", from + 2, true)
    elseif text:sub(from, from + 1) == "//" then
      to = (text:find("\n", from, true) or #text + 1) - 1
    elseif mark == "/" then
      out[#out + 1], at = "/", from + 1
      goto continue
    else
      to = from + 1
      while to <= #text and text:sub(to, to) ~= mark do
        to = to + (text:sub(to, to) == "\\" and 2 or 1)
      end
    end
    out[#out + 1] = blank(text:sub(from, to))
    at = (to or #text) + 1
    ::continue::
  end
  out[#out + 1] = text:sub(at)
  return table.concat(out)
end

local function without_directives(text)
  local out, continued = {}, false
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do
    local directive = continued or line:find("^%s*#")
    continued = directive and line:find("\\$")
    out[#out + 1] = directive and "" or line
  end
  return table.concat(out, "\n")
end

--- Its #include lines: name, line, and own, true for the "quoted" ones.
---@param text string
---@return table[]
function c_source.includes(text)
  local found, number = {}, 0
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do
    number = number + 1
    local open, name = line:match('^%s*#%s*include%s*([<"])([^>"]+)')
    if name then
      found[#found + 1] = { name = name, line = number, own = open == '"' }
    end
  end
  return found
end

-- Is what the declaration declares for ever the same? A pointer to what is
-- constant may itself change: the const that counts is the last one.
local function constant(declaration)
  local own = declaration:match("^.*%*(.*)$") or declaration
  return own:find("%f[%w_]const%f[^%w_]") ~= nil
end

-- What is current belongs to the thread: a pointer, or several in a struct.
local function of_thread(declaration)
  return (declaration:find("__thread", 1, true) or
    declaration:find("_Thread_local", 1, true)) and
    (declaration:find("*", 1, true) or declaration:find("struct", 1, true))
end

-- The name of the variable that a file-scope declaration declares, or nil.
local function declared(statement)
  local head = statement:gsub("__attribute__%s*%b()", "")
  head = head:gsub("%b{}", "{}"):gsub("=.*$", ""):gsub("%b[]", "")
  head = head:gsub("%s+$", "")
  if head:find("^%s*typedef%f[%W]") or head:find("^%s*_Static_assert") then
    return nil
  end
  local hook = head:match("%(%s*%*[%s%w_]*%f[%w_]([%w_]+)%s*%)%s*%b()$")
  if hook then
    local pointer = head:match("%(%s*(%*[%s%w_]*)%)%s*%b()$")
    return not constant(pointer) and hook or nil
  end
  if head:find("(", 1, true) then return nil end
  local before, name = head:match("^(.-[%s%*}])([%a_][%w_]*)$")
  if not name then return nil end
  -- `struct x` alone, `enum x {}` alone: a type, no variable.
  if before:find("^%s*struct%s+$") or before:find("^%s*union%s+$") or
    before:find("^%s*enum%s+$") then
    return nil
  end
  if constant(before) or of_thread(before) then return nil end
  return name
end

local function line_at(text, position)
  local _, count = text:sub(1, position):gsub("\n", "")
  return count + 1
end

-- Inside a function only what is static lives on.
local function statics(text, from, to, found)
  for at, statement in text:sub(from, to):gmatch("()%f[%w_](static[^;]*)") do
    local name = declared(statement)
    if name then
      found[#found + 1] = { name = name, line = line_at(text, from + at) }
    end
  end
end

--- The variables that live as long as the program and may change: at file
--- scope, or static in a function. Pointers of a thread's own are no part.
---@param text string
---@return table[] # name, line
function c_source.variables(text)
  text = without_directives(without_comments(text))
  local found, start, at = {}, 1, 1
  while true do
    local from = text:find("[{;]", at)
    if not from then break end
    local head = text:sub(start, from - 1)
    if text:sub(from, from) == ";" then
      local name = declared(head)
      if name then
        local first = text:find("%S", start)
        found[#found + 1] = { name = name, line = line_at(text, first) }
      end
      start, at = from + 1, from + 1
    else
      local _, to = text:find("%b{}", from)
      to = to or #text
      at = to + 1
      local type_or_value = head:find("=", 1, true) or not head:find("%)%s*$")
      if not type_or_value then
        statics(text, from, to, found)
        start = at
      end
    end
  end
  return found
end

return c_source
