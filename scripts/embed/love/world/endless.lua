-- A script that never ends: what does that do to the others?

local endless = {}

function endless.continue() while true do end end

return endless
