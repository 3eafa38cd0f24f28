-- `troupe run --watch`: files that change are reloaded.

local support = require "support"

local command = support.command

local MODULE = [[
  local counter = { call = {} }
  function counter.init() return { number = $number } end
  function counter.call.get(state) return $number end
  return counter
]]

local function text(number) return (MODULE:gsub("%$number", number)) end

local hosts = {}

-- A host that watches; what is asked of it by a line of a file is what is
-- printed.
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
  end
end

describe("a host that watches", function()
  after_each(function()
    for _, host in ipairs(hosts) do host:stop() end
    hosts = {}
  end)

  it("reloads what changes, or says why not", function()
    local host, write = watch([[
      local troupe = require "troupe"
      local pids = { troupe.start "counter", troupe.start "counter" }
      print "started"
      while true do
        troupe.sleep(0.02)
        print("got " .. troupe.call(pids[1], "get"))
        io.stdout:flush()
      end
    ]], { ["counter.lua"] = text(1) })
    host:await "got 1"
    write("counter.lua", text(2))
    host:await "counter: version 2, 2 actors, [%d.]+ ms\n"
    host:await "got 2"
    write("counter.lua", "local one\nlocal = 1\n")
    host:await("new version of counter cannot be loaded: " ..
      "[^\n]*counter.lua:2: <name> expected near '='\n")
    write("counter.lua", text(3))
    host:await "counter: version 3, 2 actors, [%d.]+ ms\n"
    host:await "got 3"
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
