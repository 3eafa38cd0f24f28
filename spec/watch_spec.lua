-- `troupe run --watch`: files that change are reloaded.

local support = require "support"
local tcp = require "troupe.tcp"

local command = support.command

local MODULE = [[
  local counter = { call = {} }
  function counter.init() return { number = $number } end
  function counter.call.get(state) return $number end
  return counter
]]

-- Tells who connects what an actor has.
local TELLER = [[
  return { init = function(sock, pid)
    sock:write(require "troupe".call(pid, "get") .. "\n")
    sock:close()
    return {}
  end }
]]

local function text(number) return (MODULE:gsub("%$number", number)) end

local hosts = {}

-- A host that watches, and a function that writes a file of it.
local function watch(main, files)
  local directory = command.directory()
  files["main.lua"] = main
  for name, source in pairs(files) do
    command.write(directory .. "/" .. name, source)
  end
  local host = command.start({ command.binary(), "run", "--watch",
    "main.lua" }, { directory = directory })
  hosts[#hosts + 1] = host
  return host, function(name, source)
    command.write(directory .. "/" .. name, source)
  end, directory
end

describe("a host that watches", function()
  after_each(function()
    for _, host in ipairs(hosts) do host:stop() end
    hosts = {}
  end)

  it("reloads what changes, or says why not", function()
    local host, write, directory = watch([[
      local troupe = require "troupe"
      local pids = { troupe.start "counter", troupe.start "counter" }
      local server <close> = require "troupe.tcp".serve("unix:./socket",
        "teller", pids[1])
      print "started"
      io.stdout:flush()
      troupe.receive()
    ]], { ["counter.lua"] = text(1), ["teller.lua"] = TELLER })
    local function told()
      local sock <close> = assert(tcp.connect("unix:" .. directory ..
        "/socket"))
      return sock:read "line"
    end
    host:await "started"
    assert.equal("1", told())
    write("counter.lua", text(2))
    host:await "counter: version 2, 2 actors, [%d.]+ ms\n"
    assert.equal("2", told())
    write("counter.lua", "local one\nlocal = 1\n")
    host:await("new version of counter cannot be loaded: " ..
      "[^\n]*counter.lua:2: <name> expected near '='\n")
    write("counter.lua", text(3))
    host:await "counter: version 3, 2 actors, [%d.]+ ms\n"
    assert.equal("3", told())
  end)

  it("reloads a script that has become a behaviour", function()
    local SCRIPT = [[
      local troupe = require "troupe"
      local script = { info = {} }
      function script.init()
        troupe.every(0.02, troupe.self(), "tick")
        return {}
      end
      function script.info.tick()
        print "got $number"
        io.stdout:flush()
      end
      return script
    ]]
    local host, write = watch((SCRIPT:gsub("%$number", 1)), {})
    host:await "got 1"
    write("main.lua", (SCRIPT:gsub("%$number", 2)))
    host:await "main.lua: version 2, 1 actor, [%d.]+ ms\n"
    host:await "got 2"
  end)
end)
