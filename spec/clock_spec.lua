-- A host whose time is virtual. What it does is told from inside it: the files
-- in spec/clock are specs themselves, which `troupe test` runs.

local command = require "support.command"
local project = require "support.project"

local LIMIT = 60 -- seconds, of a file

describe("a host with a virtual clock", function()
  local shop
  setup(function()
    shop = project.new()
    shop:remove "spec"
    local files = command.lines "ls spec/clock/*.lua"
    for _, file in ipairs(files) do
      shop:write("spec/" .. file:match "([^/]*)$", command.read(file))
    end
  end)

  local function passes(file)
    local result = command.run({ command.binary(), "test", "-o", "TAP",
      "spec/" .. file }, { directory = shop.folder, limit = LIMIT,
      environment = { LUA_PATH = command.absolute "spec" .. "/?.lua;" ..
        command.absolute "spec" .. "/?/init.lua;;" } })
    local said = result.stdout .. result.stderr
    assert(result.status == 0 and result.stdout:find "\nok %d+", said)
  end

  it("waits for nothing", function() passes "time.lua" end)
  it("fires what is due in order", function() passes "timers.lua" end)
  it("keeps deadlines and delays", function() passes "calls.lua" end)
  it("knows when all is quiet", function() passes "quiet.lua" end)
  it("minds what comes from outside", function() passes "outside.lua" end)
end)

describe("a clock", function()
  local shop
  setup(function() shop = project.new() end)

  local function says(code, ...)
    shop:write("spec/shop_spec.lua", [[
      local core = require "troupe.core"
      it("says", function() io.stderr:write(tostring(select(2, pcall(
        function() ]] .. code .. [[ end))):match "^[^\n]*") end)]])
    return shop:troupe(...).stderr
  end

  it("is virtual in the host of troupe test, if it has one worker", function()
    assert.equal("virtual", says("return core.clock()", "test"))
    assert.equal("virtual",
      says("return core.clock()", "--workers", "1", "test"))
    assert.equal("real", says("return core.clock()", "--workers", "2", "test"))
  end)

  it("cannot be where several workers are, and says so", function()
    assert.matches("^badargument: .*shop_spec.lua:%d+: expected a host with " ..
      "one worker for a virtual clock, got one with 2$",
      says("core.clock 'virtual'", "--workers", "2", "test"))
    assert.matches("expected a host with one worker for settle, got one " ..
      "with 2$", says("core.settle()", "--workers", "2", "test"))
    assert.matches("expected clock to be \"real\" or \"virtual\", got 7$",
      says("core.clock(7)", "test"))
  end)

  it("is not to be had by the actors of any other host", function()
    shop:write("main.lua", [[
      local core = require "troupe.core"
      for name, arguments in pairs { clock = { "virtual" }, settle = {},
        keep_log = { true }, kept_log = {}, overtime = { 1, 1 }, cover = {} }
      do
        local good, failure = pcall(core[name], table.unpack(arguments))
        assert(not good and tostring(failure):find("^badargument: .*" ..
          "expected the host of troupe test for "), name)
      end
      assert(core.clock() == "real")]])
    local result = shop:troupe("--workers", "1", "run", "main.lua")
    assert.same({ 0, "" }, { result.status, result.stderr })
  end)

  it("is real while the host stops, so its grace means what it says", function()
    shop:write("lua/shop/stubborn.lua", [[
      return { terminate = function()
        local troupe = require "troupe"
        io.stderr:write(require "troupe.core".clock(), " ",
          tostring((pcall(require "troupe.core".clock, "virtual"))), " ")
        troupe.sleep(3600)
      end }]])
    shop:write("spec/shop_spec.lua", [[
      it("ends the host", function()
        require "troupe".start "shop.stubborn"
        os.exit(0)
      end)]])
    local result = shop:troupe("--grace", "0.1", "test")
    assert.matches("^real false ", result.stderr)
    assert.matches("shop.stubborn: did not stop in time", result.stderr, 1,
      true)
  end)

  it("keeps nobody from ending the host", function()
    shop:write("spec/shop_spec.lua", [[
      local troupe = require "troupe"
      it("ticks for ever", function()
        troupe.every(1, troupe.self(), "tick")
        print "ticking"
        io.stdout:flush()
        while true do troupe.receive() end
      end)]])
    local process = shop:start "test"
    process:await "ticking"
    process:signal "TERM"
    assert.not_equal(124, process:wait().status)
  end)
end)
