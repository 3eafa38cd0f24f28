-- Circles in a graph: a table from a name to the list of those it needs.

local cycles = {}

--- A complaint for each, in the order of these names.
---@param graph table<string, string[]>
---@param names string[]
---@return string[]
function cycles.find(graph, names)
  local found, state, trail = {}, {}, {}
  local function visit(name)
    state[name] = "open"
    trail[#trail + 1] = name
    for _, target in ipairs(graph[name] or {}) do
      if state[target] == "open" then
        local start = 1
        while trail[start] ~= target do start = start + 1 end
        found[#found + 1] = "cycle: " ..
          table.concat(trail, " -> ", start) .. " -> " .. target
      elseif not state[target] then
        visit(target)
      end
    end
    trail[#trail] = nil
    state[name] = "done"
  end
  for _, name in ipairs(names) do
    if not state[name] then visit(name) end
  end
  return found
end

return cycles
