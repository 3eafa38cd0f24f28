---@meta troupe.log

--- Lines for the operator, with the actor and its behaviour in front. `format`
--- is that of `string.format`; alone it is the text.
---@class troupe.log
local log = {}

---@param format string
---@param ... any
function log.debug(format, ...) end

---@param format string
---@param ... any
function log.info(format, ...) end

---@param format string
---@param ... any
function log.warn(format, ...) end

---@param format string
---@param ... any
function log.error(format, ...) end

--- A logger whose lines begin with these fields, in order of their names.
---@param fields table<string, any>
---@return troupe.log
function log.with(fields) end

return log
