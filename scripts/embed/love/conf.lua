-- What LÖVE is to bring along. Nothing that a machine without sound or screen
-- would miss.

local layout = require "world.layout"

function love.conf(settings) -- luacheck: globals love
  settings.identity = nil -- keeps nothing on disk
  settings.window.title = "Troupe: ten thousand actors"
  settings.window.width = layout.WIDTH
  settings.window.height = layout.HEIGHT
  settings.window.vsync = 0 -- main.lua keeps the time
  for _, module in ipairs { "audio", "sound", "joystick", "physics", "touch",
    "video" } do
    settings.modules[module] = false
  end
end
