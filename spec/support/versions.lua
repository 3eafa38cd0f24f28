-- Modules whose files are written anew:
--
--   after_each(versions.finish)
--   local module = versions.module(TEXT, {number = 1})
--   local pid = module.start(init_argument)
--   module.write(TEXT, {number = 2})
--   reload.reload(module.name)
--
-- In a text `$number` is what the table says; `$module` is the module's name.

local actors = require "support.actors"
local command = require "support.command"
local troupe = require "troupe"

local versions = {}

local serial = 0
local path = package.path

local function fill(text, name, values)
  return (text:gsub("%$([%a_]+)", function(word)
    if word == "module" then return name end
    return values and values[word] and tostring(values[word])
  end))
end

--- A module in a file of its own, found by whoever is started from here on.
function versions.module(text, values)
  local directory = command.directory()
  serial = serial + 1
  local module = {name = "versioned" .. serial}
  module.file = directory .. "/" .. module.name .. ".lua"
  package.path = directory .. "/?.lua;" .. package.path
  function module.write(new, fresh)
    command.write(module.file, fill(new, module.name, fresh))
  end
  function module.start(...)
    return actors.keep(troupe.start(module.name, ...))
  end
  module.write(text, values)
  return module
end

function versions.finish()
  package.path = path
  actors.finish()
end

return versions
