--[[
Writes plain data as JSON, for the file of `run.lua --json`.

Lists are tables with a [1]; keys come out sorted, so that two files compare
line by line. Not a general encoder: no empty list, no escapes beyond what
names and error lines need.
--]]
local json = {}

local function text(value)
  return '"' .. value:gsub('[%c"\\]', function(char)
    return ("\\u%04x"):format(char:byte())
  end) .. '"'
end

local function list(value, margin)
  local parts = {}
  for index, item in ipairs(value) do
    parts[index] = json.encode(item, margin)
  end
  return "[" .. table.concat(parts, ", ") .. "]"
end

local function object(value, margin)
  local names = {}
  for name in pairs(value) do names[#names + 1] = name end
  table.sort(names)
  local inner = margin .. "  "
  local parts = {}
  for index, name in ipairs(names) do
    parts[index] = inner .. text(name) .. ": "
      .. json.encode(value[name], inner)
  end
  return "{\n" .. table.concat(parts, ",\n") .. "\n" .. margin .. "}"
end

---@param value any
---@param margin? string
---@return string
function json.encode(value, margin)
  margin = margin or ""
  local kind = type(value)
  if kind == "string" then return text(value) end
  if kind == "table" then
    return value[1] ~= nil and list(value, margin) or object(value, margin)
  end
  if kind == "number" then return ("%.10g"):format(value) end
  return tostring(value)
end

return json
