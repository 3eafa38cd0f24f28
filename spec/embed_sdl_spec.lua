-- clock: either
-- The game of scripts/embed/sdl: its dots move, and its console is Troupe's
-- prompt, whatever is typed there. What is written on its pictures is read, by
-- the table of its font.

local bitmap = require "support.bitmap"
local command = require "support.command"
local embed = require "support.embed"

local _, variant = embed.variant()

local WIDTH, HEIGHT = 960, 600
local ROWS = 15 -- of the console, above the line that is typed
local SHADE = HEIGHT // 2

local game

local function compile()
  return embed.build(embed.compiler "-std=c99" ..
    " scripts/embed/sdl/*.c $(pkg-config --cflags sdl2) " ..
    embed.libraries() .. " $(pkg-config --libs sdl2)")
end

--- Plays the steps; "SHOT" in them stands for a picture's file. Returns the
--- pictures.
local function play(...)
  local steps, files, pictures = table.pack(...), {}, {}
  for index, word in ipairs(steps) do
    if word == "SHOT" then
      files[#files + 1] = command.directory() .. "/shot.bmp"
      steps[index] = files[#files]
    end
  end
  game = game or compile()
  local result = command.run({ "sh", "scripts/embed/sdl/run.sh", game,
    table.unpack(steps) }, { limit = 60,
    environment = { DISPLAY = "", WAYLAND_DISPLAY = "" } })
  assert.same({ status = 0, stdout = "", stderr = "" }, result)
  for index, file in ipairs(files) do
    pictures[index] = bitmap.read(file)
    assert.same({ WIDTH, HEIGHT },
      { pictures[index].width, pictures[index].height })
  end
  return table.unpack(pictures)
end

--- The console's rows that something is written in, the typed line the last.
local function console(picture)
  local top = SHADE - 18 - 2 - ROWS * 18
  local lines = {}
  for _, line in ipairs(picture:text(2, top, 79, ROWS + 1)) do
    if line ~= "" then lines[#lines + 1] = line end
  end
  return lines
end

--- The first colour of what is written in the console's first row that begins
--- like this.
local function colour(picture, text)
  local top = SHADE - 18 - 2 - ROWS * 18
  for row, line in ipairs(picture:text(2, top, 79, ROWS)) do
    for place = 0, line:sub(1, #text) == text and 12 * 7 or -1 do
      local red, green, blue = picture:pixel(2 + place // 7 % 12,
        top + (row - 1) * 18 + 2 * (place % 7))
      if math.max(red, green, blue) > 100 then return red, green, blue end
    end
  end
end

-- Whether there is a dot, below the console, for each ninth pixel.
local function dots(picture)
  local places, count = {}, 0
  for y = SHADE, HEIGHT - 1, 3 do
    for x = 0, WIDTH - 1, 3 do
      local lit = math.max(picture:pixel(x, y)) > 150
      places[#places + 1] = lit
      if lit then count = count + 1 end
    end
  end
  return places, count
end

local function moved(one, other)
  local before, count = dots(one)
  local after, again = dots(other)
  local changed = 0
  for place = 1, #before do
    if before[place] ~= after[place] then changed = changed + 1 end
  end
  -- 150 dots or so of 36 pixels, each ninth of which is looked at.
  return count > 200 and again > 200 and changed > 100
end

describe("the game in C", function()
  it("compiles without a warning", function() game = game or compile() end)

  if variant ~= "test" then return end -- SDL itself is not instrumented

  it("has Troupe's prompt as its console", function()
    local picture = play("--answered", "--key", "F1", "--type", "1 + 1",
      "--answered", "--type", "error('red', 0)", "--answered", "--text",
      "string.re", "--key", "Tab", "--answered", "--text", "v", "--key", "Tab",
      "--answered", "--text", "x", "--key", "Backspace", "--key", "Home",
      "--text", "=", "--frames", "2", "--shot", "SHOT")
    local lines = console(picture)
    local last = table.remove(lines)
    assert.same({ "Type Lua, or a command; help lists them.",
      "troupe> 1 + 1", "2", "troupe> error('red', 0)", "error: red",
      "  in what was typed", "    input:1: in main chunk", "rep  reverse" },
      lines)
    assert.same({ 120, 220, 255 }, { colour(picture, "2") })
    assert.same({ 255, 120, 110 }, { colour(picture, "error") })
    -- The cursor stands on the first letter.
    assert.equal("troupe> =\0tring.reverse", last)
  end)

  it("moves its dots beside a console that loops for ever", function()
    local before, later, stopped = play("--answered", "--key", "F1", "--type",
      "while true do end", "--frames", "10", "--shot", "SHOT", "--frames",
      "30", "--shot", "SHOT", "--key", "Ctrl+C", "--answered", "--key", "Up",
      "--key", "Up", "--type", "", "--frames", "3", "--shot", "SHOT")
    assert.is_true(moved(before, later))
    assert.equal("troupe> while true do end", console(before)[2])
    assert.is_nil(console(later)[4])
    local lines = console(stopped)
    assert.equal("^C", lines[3])
    assert.matches("interrupted", lines[4])
    assert.equal("troupe> while true do end", lines[#lines - 1])
  end)

  it("changes its world by what is typed", function()
    local picture = play("--answered", "--key", "F1", "--type",
      "cast dot7 push 0 0", "--answered", "--type", "call dot7 where",
      "--answered", "--frames", "10", "--type", "call dot7 where", "--answered",
      "--shot", "SHOT")
    local lines = console(picture)
    assert.same({ "troupe> cast dot7 push 0 0", "sent",
      "troupe> call dot7 where" }, table.move(lines, 2, 4, 1, {}))
    assert.matches("^[%d.e-]+, [%d.e-]+$", lines[5])
    assert.equal(lines[5], lines[7])
  end)

  it("has a new console when one was left", function()
    local left, back = play("--answered", "--key", "F1", "--type", "exit",
      "--answered", "--shot", "SHOT", "--key", "F1", "--type", "1 + 2",
      "--answered", "--shot", "SHOT")
    assert.is_nil(table.concat(console(left)):find "troupe")
    local lines = console(back)
    assert.same({ "troupe> 1 + 2", "3" }, { lines[4], lines[5] })
  end)

  it("shows its console when it is asked to", function()
    local picture = play("--answered", "--type", "1", "--frames", "5",
      "--shot", "SHOT")
    assert.is_true(select(2, dots(picture)) > 200)
    assert.is_nil(table.concat(console(picture)):find "troupe")
  end)
end)
