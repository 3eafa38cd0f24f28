---@meta troupe.asset

--- The files in the project's folder `assets/`; in what `troupe build` has
--- made, those that were there then.
---@class troupe.asset
local asset = {}

--- What is in one of them.
---@param name string below assets/, with slashes: "pages/index.html"
---@return string|nil bytes
---@return string reason
function asset.read(name) end

--- Their names, sorted.
---@param prefix? string only those that begin so
---@return string[]
function asset.list(prefix) end

return asset
