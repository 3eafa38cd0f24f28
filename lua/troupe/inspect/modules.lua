--- The modules that actors have loaded. For troupe.inspect.

local core = require "troupe.core"

local modules = {}

-- "=troupe/pool.lua" is the library's, "@./shop.lua" a file.
local function describe(source)
  local file = source.chunk:sub(2)
  local embedded = source.chunk:sub(1, 1) == "=" or nil
  local name = embedded and file:gsub("%.lua$", ""):gsub("/", ".") or nil
  return {name = name, file = file, embedded = embedded,
          version = source.version, former = source.former,
          size = source.size,
          actors = not embedded and source.actors or nil,
          closed = source.closed or nil}
end

local function add_name(module, name)
  if not module.name then
    module.name = name
  elseif module.name ~= name then
    module.names = module.names or {module.name}
    table.insert(module.names, name)
  end
end

local function text(module) return module.name or module.file end

---@return table[] in the order of their names
function modules.modules()
  local found = core.modules()
  local list, by_chunk = {}, {}
  for index, source in ipairs(found.sources) do
    list[index] = describe(source)
    by_chunk[source.chunk] = list[index]
  end
  for _, entry in ipairs(found.names) do
    local module = by_chunk[entry.chunk]
    if module then add_name(module, entry.name) end
  end
  table.sort(list, function(a, b)
    if text(a) ~= text(b) then return text(a) < text(b) end
    return a.file < b.file
  end)
  return list
end

return modules
