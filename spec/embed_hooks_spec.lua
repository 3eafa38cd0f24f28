-- clock: either
-- What an engine gives its hosts: memory, log, output, time, and a place for
-- what goes wrong. See spec/embed/hooks.c.

local embed = require "support.embed"

local function run(script, ...)
  local result = embed.run("hooks", { arguments = { script, ... } })
  assert.same({ 0, "" }, { result.status, result.stderr })
  local log, output = result.stdout:match "^(.-)%-%-%-\n(.*)$"
  return log, output
end

describe("an engine", function()
  it("gets what is printed, in whole lines", function()
    local log, output = run [[
      print("one", nil, 2)
      io.write("a", 1, "\n")
      io.stdout:write("part ")
      print("of it")
      io.stderr:write("two\nthree\nlast")
    ]]
    assert.equal("", log)
    assert.equal("[one\tnil\t2\n][a1\n][part of it\n][two\nthree\n][last]",
      output)
  end)

  it("gets a long line in pieces", function()
    local _, output = run [[
      for i = 1, 3000 do io.write("xyz") end
      warn("@on")
      warn("a ", "warning")
    ]]
    assert.equal(("xyz"):rep(3000) .. "Lua warning: a warning\n",
      (output:gsub("[%[%]]", "")))
    assert.matches("^%[[xyz]+%]%[[xyz]+%]%[", output)
  end)

  it("may leave it to the log", function()
    local log = run([[
      print("one")
      print("two\nthree")
      require("troupe.log").warn("a warning")
      io.write("no end")
    ]], "log")
    assert.equal("1 one\n1 two\n    three\n2 a warning\n1 no end\n",
      (log:gsub("<0[%d.]+> script: ", "")))
  end)

  it("gets no standard input, and nothing of what children write", function()
    local _, output = run [[
      print(io.read(), io.read("a"), #io.stdin:read("a"))
      assert(loadfile())()
      print(os.execute("cat; echo lost; echo lost >&2"))
      print(io.popen("cat; echo seen; echo lost >&2"):read("a"))
    ]]
    assert.equal("[nil\t\t0\n][true\texit\t0\n][seen\n\n]", output)
  end)
end)
