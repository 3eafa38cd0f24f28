-- A worker whose thread is stuck inside somebody's C function goes on with
-- another thread.

local support = require "support"

-- Runs a script on one worker, and returns what it has printed.
local path = support.command.absolute("spec") .. "/?.lua;;"

local function output(source, workers)
  return support.output([[
    local probe = require "probe"
    local troupe = require "troupe"
    local function begin(request, seconds)
      local caller = troupe.start("fixtures.puppet")
      local pid = troupe.start("fixtures.blocker")
      troupe.cast(caller, "run", "troupe.send(...," ..
        "troupe.call(select(2, ...)))", troupe.self(), pid, request, seconds,
        troupe.self())
      assert(troupe.receive() == "blocks")
      return pid
    end
  ]] .. source, { flags = { "--workers", workers or "1", "--log", "error" },
    environment = { LUA_PATH = path } })
end

describe("a worker whose thread is stuck", function()
  it("runs other actors, and their timers, meanwhile", function()
    assert.equal("tick\ncalled\ndone\ttrue\n", output [[
      local other = troupe.start("fixtures.puppet")
      local pid = begin("block", 1)
      troupe.after(0.01, troupe.self(), "tick")
      print((troupe.receive()))
      print(troupe.call(other, "run", "return 'called'"))
      print(troupe.receive(), probe.lent() > 0)
    ]])
  end)

  it("serves the sockets of other actors", function()
    assert.equal("echo\ndone\n", output [[
      local tcp = require "troupe.tcp"
      local server = tcp.serve("127.0.0.1:0", "fixtures.repeater")
      local socket = tcp.connect(server:address())
      begin("block", 1)
      socket:write("echo\n")
      print(socket:read("line"))
      print(troupe.receive())
      socket:close()
      server:close()
    ]])
  end)

  it("gives the thread its worker back, where it cannot yield too", function()
    assert.equal("nested\n", output [[
      begin("nest", 0.05)
      print(troupe.receive())
    ]])
  end)

  it("may be stuck again while it was lent", function()
    assert.equal("done\ndone\ndone\ntrue\n", output [[
      for i = 1, 3 do begin("block", 0.2 - 0.05 * i) end
      for _ = 1, 3 do print(troupe.receive()) end
      print(probe.lent() >= 3)
    ]])
  end)

  it("is stuck for nobody but that actor, many times over", function()
    assert.equal("640\n", output([[
      local pids, count = {}, 0
      for i = 1, 16 do
        local caller = troupe.start("fixtures.puppet")
        troupe.cast(caller, "run", [=[
          local main = ...
          local pid = troupe.start("fixtures.blocker")
          for _ = 1, 40 do
            troupe.call(pid, "block", 0.0005, main)
          end
        ]=], troupe.self())
      end
      for _ = 1, 640 do
        troupe.receive()
        count = count + 1
      end
      print(count)
    ]], "2"))
  end)

  it("does not hear of a kill before it comes back", function()
    assert.equal("killed\n", output [[
      local pid = begin("block", 0.1)
      troupe.monitor(pid)
      troupe.kill(pid)
      local what, _, reason = troupe.receive()
      print(reason)
    ]])
  end)
end)
