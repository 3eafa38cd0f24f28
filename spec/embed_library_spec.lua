-- clock: either
-- libtroupe: the host in a process that belongs to somebody else.

local embed = require "support.embed"

describe("the library", function()
  it("runs a script", function()
    assert.same({ status = 3, stdout = "", stderr = "" },
      embed.run("begin", { arguments = { "os.exit(3)" } }))
  end)

  it("says why a script has failed", function()
    local result = embed.run("begin", { arguments = { "error 'no'" } })
    assert.equal(1, result.status)
    assert.matches("no", result.stderr, 1, true)
  end)
end)
