--- Which layer a name belongs to.
---@param layers table[] from the ground up, each with a pattern
---@param name string
---@return integer|nil # its index; of several the highest
return function(layers, name)
  local found
  for index, layer in ipairs(layers) do
    if name:find(layer.pattern) then found = index end
  end
  return found
end
