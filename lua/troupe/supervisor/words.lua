--- How supervisors, pools and what belongs to them read. Not for scripts.

local words = {}

--- "supervisor", "pool", of the behaviour of one that keeps others; or nil.
---@param behaviour string|nil
---@return string|nil
function words.keeper(behaviour)
  return behaviour and behaviour:match "^troupe%.(%w+)%.manager$"
end

--- Of one of them.
---@param list string[]
---@param restarts integer|nil
---@return string
function words.line(list, restarts)
  local line = table.concat(list, " ")
  if not restarts or restarts == 0 then return line end
  return ("%s, restarted %d time%s"):format(line, restarts,
    restarts == 1 and "" or "s")
end

--- Appends a line for a node, and below it those of its children.
---@param lines string[]
---@param node table
---@param depth integer
---@param line fun(node: table): string
function words.draw(lines, node, depth, line)
  lines[#lines + 1] = ("  "):rep(depth) .. line(node)
  for _, child in ipairs(node.children or {}) do
    words.draw(lines, child, depth + 1, line)
  end
end

return words
