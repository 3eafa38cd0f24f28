-- What specs write for a while is gone when they are.

local support = require "support"

local command, eventually = support.command, support.eventually

local SPEC = [[
  local command = require "support.command"
  describe("a spec", function()
    it("has a directory", function()
      command.write(command.directory() .. "/file", "text")
      command.run { "true" }
      print "has run"
      %s
    end)
  end)
]]

-- Starts a suite of one spec, whose last line of Lua is this.
local function start(last_line)
  local spec = command.directory() .. "/one_spec.lua"
  local temporary = command.directory()
  command.write(spec, SPEC:format(last_line))
  local suite = command.start({ "lua5.4", "spec/suite.lua", command.binary(),
    spec }, { environment = { TMPDIR = temporary } })
  suite:await("has run")
  return suite, temporary
end

-- Some may go while they are counted.
local function files(folder)
  return #command.lines("find " .. command.quote(folder) ..
    " -mindepth 1 2>/dev/null || true")
end

describe("the directory of a spec", function()
  it("is removed at the end of the suite", function()
    local suite, temporary = start("")
    assert.equal(0, suite:wait().status)
    assert.equal(0, files(temporary))
  end)

  it("is removed when the suite is killed", function()
    local gate = command.directory() .. "/gate"
    assert(os.execute("mkfifo " .. command.quote(gate)))
    local suite, temporary = start(("io.open(%q):read()"):format(gate))
    local opened = assert(io.open(gate, "w"))
    assert.is_true(files(temporary) > 0)
    suite:signal("KILL")
    suite:wait()
    eventually(function() return files(temporary) == 0 end)
    opened:close()
  end)

  it("is removed at the end of a spec that runs alone", function()
    local spec = command.directory() .. "/one_spec.lua"
    local temporary = command.directory()
    command.write(spec, SPEC:format(""))
    local result = command.run({ command.binary(), "run", "spec/run.lua",
      spec }, { environment = { TMPDIR = temporary } })
    assert.equal(0, result.status)
    assert.equal(0, files(temporary))
  end)
end)
