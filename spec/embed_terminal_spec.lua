-- clock: either
-- Terminals: an engine's own clients of the console (troupe_terminal_open).
-- The program, and what is typed in it, is spec/embed/terminal.c.

local embed = require "support.embed"

local function program(what)
  return function()
    assert.same({ status = 0, stdout = "done\n", stderr = "" },
      embed.run("terminal", { arguments = { what } }))
  end
end

describe("a terminal", function()
  it("shows what is answered, printed and raised, by whole lines",
    program "talk")
  it("is told when an input wants more lines, and may give up",
    program "lines")
  it("completes what stands before the cursor", program "complete")
  it("interrupts what does not end", program "interrupt")
  it("gets all of a flood, and an interrupt through it", program "flood")
  it("is one of two, which know nothing of each other", program "two")
  it("may be closed at any time, also by what it calls", program "close")
  it("ends when it is told to, and not when what is typed ends",
    program "leave")
  it("ends once with its host, whatever it is at", program "stop")
  it("says what is wrong with how it is opened", program "misuse")
end)
