-- What outlives its actor: nothing. A test build looks, at the end of the
-- host, whether every block has been given back.

local support = require "support"

local function run(source, module)
  local result = support.script(source, {
    files = { ["server.lua"] = module },
    flags = { "--log", "off", "--workers", 4 },
  })
  assert.same({ 0, "" }, { result.status, result.stderr })
  return result.stdout
end

describe("an actor that has ended", function()
  it("is still itself in its finalisers, and leaves nothing of theirs",
    function()
      local output = run([[
        local troupe = require "troupe"
        local probe = require "probe"
        local registry = require "troupe.registry"
        local before = probe.entries()
        for _ = 1, 20 do
          local pids = {}
          for i = 1, 20 do pids[i] = troupe.start("server", i) end
          for i = 1, 20 do troupe.stop(pids[i]) end
        end
        print(probe.entries() - before, #registry.members("dying"))
      ]], [[
        local troupe = require "troupe"
        local registry = require "troupe.registry"
        local server = {}
        function server.init(number)
          return setmetatable({}, { __gc = function()
            registry.join("dying")
            registry.register({ "dying", number })
            pcall(troupe.every, 0.01, troupe.self(), "tick")
            pcall(require("troupe.tcp").serve, "127.0.0.1:0", "server")
          end })
        end
        return server
      ]])
      assert.equal("0\t0\n", output)
    end)

  it("ends the timers of others to it, with a tick unread too", function()
    local output = run([[
      local troupe = require "troupe"
      local pid = troupe.start("server")
      troupe.cast(pid, "sleep")
      troupe.every(0.001, pid, "tick")
      troupe.after(0.01, troupe.self(), "later") -- of the same wheel
      troupe.receive()
      troupe.kill(pid)
      print("killed")
    ]], [[
      local troupe = require "troupe"
      return { cast = { sleep = function() troupe.sleep(math.huge) end } }
    ]])
    assert.equal("killed\n", output)
  end)
end)
