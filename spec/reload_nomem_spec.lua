-- A reload that runs out of memory, here or there: it fails or succeeds, for
-- all actors alike; at the end of the host (a test build looks) every block has
-- been given back.

local support = require "support"

local SWEEP = [[
  local troupe = require "troupe"
  local probe = require "probe"
  local reload = require "troupe.reload"

  local ROUNDS = 150

  local number = 0
  local function write()
    number = number + 1
    local handle <close> = assert(io.open("server.lua", "w"))
    handle:write((([=[
      local server = { call = {} }
      function server.init() return { list = { {}, {} } } end
      function server.call.get(state) return $, state.version or $ end
      function server.upgrade(state)
        state.version = $
        return state
      end
      return server
    ]=]):gsub("%$", number)))
  end

  local pids = {}
  -- One that had no memory to go on with is replaced.
  local function get(index)
    local ok, code, state = pcall(troupe.call, pids[index], "get")
    if not ok then
      pids[index] = troupe.start "server"
      code, state = troupe.call(pids[index], "get")
    end
    assert(code == state, "a version has another one's state")
    return code
  end

  write()
  local library = require "server"
  for index = 1, 3 do pids[index] = troupe.start "server" end
  local options, failed = { patience = 0.3 }, 0
  for seed = 1, ROUNDS do
    write()
    probe.fail_rate(seed, 20 * seed)
    local ok = pcall(reload.reload, "server", options)
    probe.fail_rate(seed, 0)
    local version = get(1)
    for index = 2, 3 do assert(get(index) == version, "two versions") end
    assert(library.call.get {} == version, "the script has another one")
    assert(not ok or version == number, "it has said that it is done")
    if not ok then failed = failed + 1 end
  end
  for _, pid in ipairs(pids) do troupe.stop(pid) end
  print(failed > 10 and failed < ROUNDS - 10)
]]

describe("without memory at any point of a reload", function()
  it("all keep their version, or all change it", function()
    local result = support.script(SWEEP, {
      flags = { "--log", "off", "--workers", 1 }, limit = 60,
    })
    assert.same({ 0, "true\n", "" },
      { result.status, result.stdout, result.stderr })
  end)
end)
