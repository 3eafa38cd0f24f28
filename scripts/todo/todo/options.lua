--[[
`--name value` arguments against a table of defaults, and of ranges for those
that are numbers.

  options.parse({ "--port", "80" }, { port = 4000 }, { port = { 0, 65535 } },
    usage)   --> { port = 80 }
--]]
local options = {}

local function convert(name, text, range)
  if not range then return text end
  local number = math.tointeger(tonumber(text))
  if not number or number < range[1] or number > range[2] then
    return nil, ("expected --%s to be a whole number from %d to %d, got %q")
      :format(name, range[1], range[2], text)
  end
  return number
end

---@param arguments string[]
---@param defaults table<string, string|integer>
---@param ranges table<string, integer[]>
---@param usage string what to answer to anything unknown
---@return table? chosen, string? reason
function options.parse(arguments, defaults, ranges, usage)
  local chosen = {}
  for name, default in pairs(defaults) do chosen[name] = default end
  for position = 1, #arguments, 2 do
    local name = arguments[position]:match("^%-%-(.+)$")
    local text = arguments[position + 1]
    if not name or defaults[name] == nil or not text then
      return nil, usage
    end
    local value, reason = convert(name, text, ranges[name])
    if value == nil then return nil, reason end
    chosen[name] = value
  end
  return chosen
end

return options
