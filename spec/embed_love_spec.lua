-- clock: either
-- The game of scripts/embed/love: LÖVE, with its own Lua, draws what actors
-- write on a board, without a screen and without a graphics card. `love` that
-- cannot draw says so and ends well: the picture tells.

local command = require "support.command"
local embed = require "support.embed"

local folder, variant = embed.variant()

local WIDTH, HEIGHT = 800, 600
local BACK = "\12\14\20"
local COLOURS = { "\255\96\64", "\96\224\96", "\96\144\255" }

local function play(...)
  local files = command.directory()
  local words = { "sh", "scripts/embed/love/run.sh", folder .. "/libtroupe.so",
    "--pictures", files .. "/picture", "--report", files .. "/report", ... }
  local result = command.run(words, { limit = 60,
    environment = { DISPLAY = "", WAYLAND_DISPLAY = "" } })
  assert.equal(0, result.status, result.stdout .. result.stderr)
  return files, result
end

-- How often each colour is in a picture, and where what is no background is.
local function look(file)
  local text = assert(command.read(file), "there is no picture")
  local start = ("P6\n%d %d\n255\n"):format(WIDTH, HEIGHT)
  assert.equal(start, text:sub(1, #start))
  assert.equal(#start + 3 * WIDTH * HEIGHT, #text)
  local counts, lit = {}, {}
  for at = #start + 1, #text, 3 do
    local colour = text:sub(at, at + 2)
    counts[colour] = (counts[colour] or 0) + 1
    lit[#lit + 1] = colour ~= BACK
  end
  return counts, lit
end

-- Places that are lit in one of the two, and not in the other.
local function difference(one, other)
  local count = 0
  for place = 1, #one do
    if one[place] ~= other[place] then count = count + 1 end
  end
  return count
end

describe("the game", function()
  it("says what is wrong, and ends", function()
    local files = command.directory()
    local result = command.run({ "sh", "scripts/embed/love/run.sh",
      files .. "/none.so", "--frames", "2" },
      { environment = { DISPLAY = "", WAYLAND_DISPLAY = "" } })
    assert.not_equal(0, result.status)
    assert.matches("none.so: cannot open shared object file", result.stderr,
      1, true)
  end)

  if variant ~= "test" then return end -- LÖVE itself is not instrumented

  it("draws ten thousand actors, which move", function()
    local files = play("--frames", "10", "--workers", "1")
    local report = assert(command.read(files .. "/report"))
    assert.matches("^frames 10 ", report)
    assert.matches("\nsprites 10000 ", report, 1, true)
    local first, before = look(files .. "/picture1.ppm")
    local second, after = look(files .. "/picture2.ppm")
    for _, counts in ipairs { first, second } do
      assert.is_true(counts[BACK] > WIDTH * HEIGHT // 2)
      for _, colour in ipairs(COLOURS) do
        assert.is_true((counts[colour] or 0) > 5000)
      end
    end
    assert.is_true(difference(before, after) > 5000)
  end)

  it("draws on beside a script that never ends", function()
    local files = play("--frames", "4", "--workers", "1", "--endless", "2",
      "--sprites", "100")
    assert.matches("^frames 4 .*\nsprites 100 eaten %d+ endless 2\n$",
      command.read(files .. "/report"))
  end)
end)
