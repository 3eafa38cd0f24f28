-- The harness itself: what is wrong here makes every other spec doubtful.

local support = require "support"
local command = support.command

describe("a command", function()
  it("is given its input and tells what came of it", function()
    local result = command.run({ "sh", "-c", "cat; echo oh >&2; exit 3" },
      { input = "it's %d\n" })
    assert.same({ status = 3, stdout = "it's %d\n", stderr = "oh\n" }, result)
  end)

  it("runs in a directory, with an environment", function()
    local result = command.run('echo "$A" "$PWD"',
      { environment = { A = "b c" }, directory = "/" })
    assert.equal("b c /\n", result.stdout)
  end)

  it("is ended at its limit", function()
    assert.equal(124, command.run(command.idle(), { limit = 0.1 }).status)
  end)

  it("that a signal ends says which", function()
    assert.equal(128 + 15, command.run({ "sh", "-c", "kill $$" }).status)
  end)
end)

describe("a command in the background", function()
  it("is awaited, interrupted and collected", function()
    local started = command.start { "sh", "-c",
      "trap 'echo bye; kill $!; exit 4' INT; " .. command.idle() ..
      " & echo up 12; wait" }
    assert.equal("12", started:await("up (%d+)"))
    assert.is_true(started:running())
    started:signal("INT")
    assert.same({ status = 4, stdout = "up 12\nbye\n", stderr = "" },
      started:wait())
  end)

  it("that ends without the awaited line fails the spec at once", function()
    local started = command.start { "echo", "down" }
    assert.has_error(function() started:await("up") end)
  end)
end)

describe("a script given inline", function()
  it("is run beside its files, with its arguments", function()
    local output = support.output('print(require("part").name, ...)', {
      files = { ["part.lua"] = "return { name = 'a part' }" },
      arguments = { "one", "it's" },
    })
    assert.equal("a part\tone\tit's\n", output)
  end)

  it("that fails shows its messages", function()
    local result = support.script("error('no luck')")
    assert.equal(1, result.status)
    assert.matches("main.lua:1: no luck", result.stderr, 1, true)
  end)
end)
