-- clock: either
-- The README's program for engines compiles as it stands there, and prints what
-- the line below it says.

local command = require "support.command"
local embed = require "support.embed"

local function example()
  local text = command.read "README.md"
  local program = text:match "```c\n(.-)```"
  return program, text:match "./game    # (%C*)\n"
end

describe("the README's program", function()
  it("is one, and does what is said", function()
    local program, printed = example()
    local source = command.directory() .. "/game.c"
    local file = assert(io.open(source, "w"))
    file:write(program)
    file:close()
    local line = embed.compiler("-std=c99") .. " " .. command.quote(source) ..
      " " .. embed.libraries()
    assert.same({ status = 0, stdout = printed .. "\n", stderr = "" },
      command.run({ embed.build(line) }, { limit = 30 }))
  end)
end)
