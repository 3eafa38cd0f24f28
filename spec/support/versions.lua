-- Modules whose files are written anew:
--
--   after_each(versions.finish)
--   local module = versions.counter()       -- fixtures/versioned.lua
--   local pid = module.start(init_argument)
--   versions.write(module, 2)
--   reload.reload(module.name)

local actors = require "support.actors"
local command = require "support.command"
local troupe = require "troupe"

local versions = {}

local serial = 0
local path = package.path

--- A module of this text, in a file of its own, found by whoever is started
--- from here on.
function versions.module(text)
  local directory = command.directory()
  serial = serial + 1
  local module = {name = "versioned" .. serial}
  module.file = directory .. "/" .. module.name .. ".lua"
  package.path = directory .. "/?.lua;" .. package.path
  function module.write(new) command.write(module.file, new) end
  function module.start(...)
    return actors.keep(troupe.start(module.name, ...))
  end
  module.write(text)
  return module
end

local function text(number, more)
  return (command.read "spec/fixtures/versioned.lua"
    :gsub("NUMBER = 1", "NUMBER = " .. number)
    :gsub("%-%- MORE", {["-- MORE"] = more or ""}))
end

--- A counter of version 1, with more lines in it: NUMBER is its version.
function versions.counter(more)
  return versions.module(text(1, more))
end

function versions.write(module, number, more)
  module.write(text(number, more))
end

function versions.finish()
  package.path = path
  actors.finish()
end

return versions
