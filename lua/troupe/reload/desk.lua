--- Reloads modules for the program that embeds the host (troupe_reload). Not
-- for scripts: see troupe.inspect.

local reload = require "troupe.reload"

local desk = {call = {}, idle = 1}

function desk.call.reload(_, name)
  return reload.reload(name)
end

return desk
