-- Ten thousand actors in a game: each frame serves the actors of this thread,
-- and draws what all others have written on a board. `make love` runs it, with
-- ARGS="--frames 600 ..."; or
--
--   LIBTROUPE=build/libtroupe.so love scripts/embed/love
--     [--sprites N] [--workers N] [--budget MICROSECONDS] [--endless N]
--     [--frames N] [--report FILE] [--pictures PREFIX]
--
-- With --frames it ends after so many, counted from when all sprites are there,
-- and writes what they took; --pictures: PREFIX1.ppm, PREFIX2.ppm half-way and
-- at the end. --endless starts so many scripts that loop for ever.
--
-- In the window: the sprites flee from the pointer while a button is pressed;
-- "l" starts an endless loop, Escape ends.

-- luacheck: globals love

local ffi = require "ffi"
local layout = require "world.layout"
local measure = require "measure"
local pictures = require "pictures"
local troupe = require "troupe"

local RATE = 60 -- frames a second
local COLOURS = { { 255, 96, 64 }, { 96, 224, 96 }, { 96, 144, 255 } }
local BACK = { 12 / 255, 14 / 255, 20 / 255 }

ffi.cdef [[
struct sprite_vertex { float x, y; uint8_t red, green, blue, alpha; };
]]

-- --- What is asked for -------------------------------------------------------

local options = { sprites = 10000, workers = 0, budget = 1000, endless = 0 }

local function read_options(words)
  local at = 1
  while words[at] do
    local name, value = words[at]:match "^%-%-(%w+)$", words[at + 1]
    if not (name and value) then error("expected --NAME VALUE, got " ..
      words[at], 0) end
    options[name] = tonumber(value) or value
    at = at + 2
  end
end

-- --- The world ---------------------------------------------------------------

local game = { deaths = 0, counts = {}, frame = 0, first = nil, poll = 0 }

local hud = { cast = {} }

function hud.cast.eaten() game.deaths = game.deaths + 1 end

-- Wherever LÖVE has the game from, be it an archive.
local function add_modules(host)
  for _, file in ipairs(love.filesystem.getDirectoryItems "world") do
    host:add_module("world." .. file:gsub("%.lua$", ""),
      (love.filesystem.read("world/" .. file)))
  end
end

local function start_world()
  local host = troupe.new { library = os.getenv "LIBTROUPE",
    workers = options.workers, log_level = "error" }
  add_modules(host)
  host:set("sprites", options.sprites)
  game.host = host
  game.sprites = host:board("sprites", options.sprites, layout.SPRITE)
  game.pointer = host:board("pointer", 1, layout.POINTER)
  host:board("grid", layout.CELLS, layout.GRID)
  host:behaviour("engine.hud", hud)
  host:start()
  host:spawn("engine.hud", nil, { name = "hud" })
  host:spawn("world.main", nil, { name = "world" })
  for _ = 1, options.endless do host:spawn "world.endless" end
end

-- Asks, and asks again once that has been answered.
local function count()
  game.host:call("census", "count", function(ok, counts)
    if ok then game.counts = counts end
    game.counting = false
  end)
  game.counting = true
end

-- --- Drawing -----------------------------------------------------------------

local function make_mesh()
  game.vertices = love.data.newByteData(options.sprites *
    ffi.sizeof "struct sprite_vertex")
  game.mesh = love.graphics.newMesh({ { "VertexPosition", "float", 2 },
    { "VertexColor", "byte", 4 } }, options.sprites, "points", "stream")
end

-- A row may be half a step old, or half written: then a sprite is a point off
-- for a frame.
local function fill(vertices, rows, count_of, now)
  for row = 0, count_of - 1 do
    local sprite, vertex = rows + row * layout.SPRITE, vertices + row
    local kind = sprite[5]
    local span = math.min(math.max(now - sprite[4], 0), 0.25)
    vertex.x = sprite[0] + sprite[2] * span
    vertex.y = sprite[1] + sprite[3] * span
    local colour = COLOURS[kind]
    vertex.alpha = 0
    if colour then
      vertex.red, vertex.green, vertex.blue = colour[1], colour[2], colour[3]
      vertex.alpha = 255
    end
  end
end

local function draw()
  local vertices = ffi.cast("struct sprite_vertex *",
    game.vertices:getFFIPointer())
  fill(vertices, game.sprites, options.sprites, game.host:now())
  game.mesh:setVertices(game.vertices)
  love.graphics.setPointSize(3)
  love.graphics.draw(game.mesh)
  love.graphics.print(("%d frames   red %d green %d blue %d   eaten %d   " ..
    "poll %.0f us"):format(game.frame, game.counts[1] or 0,
    game.counts[2] or 0, game.counts[3] or 0, game.deaths, game.poll), 8, 8)
end

-- --- A frame -----------------------------------------------------------------

local function poll(figures)
  local from, used = measure.now(), measure.used()
  game.host:poll(options.budget)
  used = (measure.used() - used) * 1e6
  game.poll = (measure.now() - from) * 1e6
  if game.first then
    figures:note("poll_us", game.poll)
    figures:note("poll_core_us", used)
    figures:note("over_us", math.max(0, game.poll - options.budget))
  end
end

-- All are there: from now on frames count.
local function begin_if_ready()
  local born = 0
  for kind = 1, layout.KINDS do born = born + (game.counts[kind] or 0) end
  if born == options.sprites and not game.first then
    game.first, game.began = game.frame, measure.now()
  end
end

local function write_report(figures)
  local frames = game.frame - game.first
  local lines = figures:lines { "poll_us", "poll_core_us", "over_us",
    "draw_ms", "draw_core_ms", "frame_ms" }
  table.insert(lines, 1, ("frames %d seconds %.2f per_second %.2f"):format(
    frames, measure.now() - game.began,
    frames / (measure.now() - game.began)))
  lines[#lines + 1] = ("sprites %d eaten %d endless %d"):format(
    options.sprites, game.deaths, options.endless)
  local text = table.concat(lines, "\n") .. "\n"
  if not options.report then return io.write(text) end
  local file = assert(io.open(options.report, "w"))
  file:write(text)
  file:close()
end

-- After the last of --frames: true.
local function is_over(figures)
  if not (options.frames and game.first) then return false end
  local done = game.frame - game.first
  if options.pictures and done == math.floor(options.frames / 2) then
    pictures.take(options.pictures .. "1.ppm")
  elseif options.pictures and done == options.frames - 1 then
    pictures.take(options.pictures .. "2.ppm")
  end
  if done < options.frames then return false end
  write_report(figures)
  return true
end

local function present()
  love.graphics.origin()
  love.graphics.clear(BACK[1], BACK[2], BACK[3])
  draw()
  love.graphics.present()
end

local function one_frame(figures)
  local began = measure.now()
  poll(figures)
  local polled, used = measure.now(), measure.used()
  begin_if_ready()
  if not game.counting and game.frame % (game.first and RATE or 6) == 0 then
    count()
  end
  present()
  game.frame = game.frame + 1
  if game.first then
    figures:note("draw_ms", (measure.now() - polled) * 1000)
    figures:note("draw_core_ms", (measure.used() - used) * 1000)
    if game.last then figures:note("frame_ms", (began - game.last) * 1000) end
    game.last = began
  end
end

-- --- LÖVE --------------------------------------------------------------------

local handlers = {}

function handlers.keypressed(key)
  if key == "escape" then love.event.quit() end
  if key == "l" then game.host:spawn "world.endless" end
end

local function point(x, y, pressed)
  game.pointer[0], game.pointer[1], game.pointer[2] = x, y, pressed
end

function handlers.mousepressed(x, y) point(x, y, 1) end

function handlers.mousereleased(x, y) point(x, y, 0) end

function handlers.mousemoved(x, y) point(x, y, game.pointer[2]) end

-- The status, once LÖVE is to quit.
local function events()
  love.event.pump()
  for name, a, b, c in love.event.poll() do
    if name == "quit" then return a or 0 end
    if handlers[name] then handlers[name](a, b, c) end
  end
end

-- The tree of supervisors is quicker at it than who asks actor by actor.
local function finish(status)
  local world = game.host:find "world"
  if world then game.host:finish(world) end
  if game.host:stop() then game.host:free() end
  return status
end

local show_error = love.errorhandler

-- Nobody looks at a screen if frames are counted.
function love.errorhandler(message)
  if not options.frames then return show_error(message) end
  io.stderr:write(debug.traceback(message), "\n")
end

function love.run()
  read_options(love.arg.parseGameArguments(arg))
  start_world()
  make_mesh()
  local figures, due = measure.new(), measure.now()
  return function()
    local status = events()
    if status then return finish(status) end
    one_frame(figures)
    if is_over(figures) then return finish(0) end
    due = math.max(due + 1 / RATE, measure.now() - 1 / RATE)
    love.timer.sleep(math.max(0, due - measure.now()))
  end
end
