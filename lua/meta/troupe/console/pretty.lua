---@meta troupe.console.pretty

--- Values as text, for people. Runs nothing of a script's, shows a part of what
--- is large.
---@class troupe.console.pretty
local pretty = {}

---@class troupe.console.pretty.options
---@field width? integer columns (80)
---@field colour? boolean (false)
---@field depth? integer of tables in tables (6)
---@field items? integer of one table
---@field nodes? integer values in all (3000)
---@field characters? integer of a string (2000)
---@field behaviour? fun(pid: troupe.pid): string|nil

--- Several values: on one line if they fit, else each on its own.
---@param values table with `n`, as `table.pack` makes it
---@param options? troupe.console.pretty.options
---@return string
function pretty.values(values, options) end

--- One value.
---@param value any
---@param options? troupe.console.pretty.options
---@return string
function pretty.text(value, options) end

return pretty
