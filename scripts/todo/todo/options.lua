--[[
`--name value` arguments against a table of defaults.

  options.parse({ "--port", "80" }, { port = 4000 }, usage)
    --> { port = 80 }
--]]
local options = {}

local function convert(name, text, default)
  if type(default) == "string" then return text end
  local number = math.tointeger(tonumber(text))
  if not number or number < 0 then
    return nil, ("expected --%s to be a whole number, got %q")
      :format(name, text)
  end
  return number
end

---@param arguments string[]
---@param defaults table<string, string|integer>
---@param usage string what to answer to anything unknown
---@return table? chosen, string? reason
function options.parse(arguments, defaults, usage)
  local chosen = {}
  for name, default in pairs(defaults) do chosen[name] = default end
  for position = 1, #arguments, 2 do
    local name = arguments[position]:match("^%-%-(.+)$")
    local text = arguments[position + 1]
    if not name or defaults[name] == nil or not text then
      return nil, usage
    end
    local value, reason = convert(name, text, defaults[name])
    if value == nil then return nil, reason end
    chosen[name] = value
  end
  return chosen
end

return options
