local pool = require "troupe.pool"
local registry = require "troupe.registry"
local troupe = require "troupe"

local user = { call = {}, cast = {} }

function user.cast.go(_, number)
  local crew = pool.of "crew"
  for turn = 1, 5 do
    local found = troupe.call(crew:at(), "work", number * 10 + turn)
    for _, value in ipairs(found) do troupe.cast("collector", "add", value) end
    troupe.sleep(0.003 * number)
    for _, key in ipairs(registry.keys()) do
      troupe.cast("collector", "add", tostring(key))
    end
  end
end

function user.call.sync() return true end

return user
