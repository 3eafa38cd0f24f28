--- Lines for the operator, with the actor and its behaviour in front.
--
--     local log = require "troupe.log"
--     log.info("opened with %d", opening)
--     local shop = log.with {shop = "north"}
--     shop.warn("stock is low")     --> <0.17.3> shop: shop=north stock is low
--
-- Not for data that a program reads: send that to an actor.

local core = require "troupe.core"

local LEVELS = {"debug", "info", "warn", "error"}

local function logger(prefix)
  local log = {}
  for _, level in ipairs(LEVELS) do
    log[level] = function(format, ...)
      if type(format) ~= "string" then
        core.expected("format", "a string", format)
      end
      if not core.logs(level) then return end
      local text = select("#", ...) > 0 and format:format(...) or format
      core.log(level, prefix .. text)
    end
  end

  --- A logger whose lines begin with these fields, in order of their names.
  ---@param fields table
  function log.with(fields)
    if type(fields) ~= "table" then
      core.expected("fields", "a table", fields)
    end
    local names = {}
    for name in pairs(fields) do names[#names + 1] = tostring(name) end
    table.sort(names)
    local parts = {prefix}
    for _, name in ipairs(names) do
      parts[#parts + 1] = name .. "=" .. tostring(fields[name]) .. " "
    end
    return logger(table.concat(parts))
  end

  return log
end

return logger("")
