-- Without memory: each acquisition that an operation makes is refused once.
-- The operation fails or succeeds; the actor goes on, and at the end of the
-- host (a test build looks) every block has been given back.

local support = require "support"

local SWEEP = [[
  local troupe = require "troupe"
  local asset = require "troupe.asset"
  local probe = require "probe"
  local entity = require "troupe.entity"
  local pool = require "troupe.pool"
  local registry = require "troupe.registry"
  local core = require "troupe.core"
  local inspect = require "troupe.inspect"
  local tcp = require "troupe.tcp"

  local CLEAN = 25 -- so many times without a failure, and the sweep is over
  local MOST = 1000

  troupe.start("server", nil, { name = "server" })
  local workers = pool.start("workers", "server", nil, { size = 1 })
  local listener = assert(tcp.serve("127.0.0.1:0", "echo"))
  local kind = entity.kind("server", { idle = 0.001 })

  local operations = {}

  function operations.start()
    troupe.stop(troupe.start("server", { 1, 2 }, { name = "n" }))
  end

  function operations.crash()
    local pid = troupe.start("server", nil, { name = "n" })
    troupe.monitor(pid)
    local _, why = pcall(troupe.call, pid, "fail")
    assert(type(why) == "table" and why.kind == "exit", why)
  end

  function operations.call()
    troupe.call("server", "echo", { 1, { 2 } }, ("x"):rep(2000))
  end

  function operations.late() troupe.call("server", "late") end

  function operations.receive()
    troupe.send(troupe.self(), "info")
    troupe.receive()
  end

  function operations.ensure()
    troupe.stop(registry.ensure("n", "server"))
  end

  function operations.group()
    registry.join("g")
    registry.publish("g", "request")
    registry.leave("g")
  end

  function operations.entity() troupe.call(kind:at(7), "echo") end

  function operations.pool()
    local brief = pool.start("brief", "server", nil, { size = 2 })
    troupe.call(brief:at(), "echo")
    brief:stop()
  end

  function operations.borrow()
    workers:with(function(worker) troupe.call(worker, "echo") end)
  end

  function operations.timer()
    troupe.every(0.001, "server", "tick"):cancel()
  end

  function operations.asset()
    assert(#asset.list() == 2 and asset.read "some" == "text")
  end

  local boards = 0
  function operations.board()
    boards = boards + 1
    local board = troupe.board("b" .. boards, { rows = 2, columns = 2 })
    board:set(1, 2)
    assert(board:get(1) == 2)
  end

  function operations.connect()
    local sock <close> = assert(tcp.connect(listener:address()))
    sock:write("hello\n")
    assert(sock:read("line") == "hello")
  end

  function operations.trace()
    local handle <close> = core.trace("server", 4)
    troupe.call("server", "echo", { 1, { 2 } })
    for _, event in ipairs(handle:next(0.05)) do assert(event.request) end
  end

  function operations.mailbox()
    troupe.call("server", "echo") -- what a failure has left there is done
    troupe.cast("server", "wait")
    for _ = 1, 3 do troupe.cast("server", "ask", { "a request" }) end
    assert(inspect.mailbox("server", 5).total <= 4)
  end

  local function sweep(operation)
    local failed, clean, n = 0, 0, 0
    repeat
      probe.fail_after(n)
      local ok = pcall(troupe.timeout, 0.3, operation)
      probe.fail_after()
      local left = registry.whereis("n")
      if left then pcall(troupe.stop, left) end
      registry.ensure("server", "server") -- it may have been its memory
      if ok then clean = clean + 1 else clean, failed = 0, failed + 1 end
      n = n + 1
    until clean == CLEAN or n == MOST
    return failed
  end

  local operation = operations[...]
  operation = operation or error("no such operation")
  pcall(operation) -- what is made once is there
  local failed = sweep(operation)
  print(failed > 0 and failed < MOST / 2)
  assert(troupe.call("server", "echo", "still there") == "still there")
]]

local SERVER = [[
  local troupe = require "troupe"
  local server = { call = {}, cast = {}, info = {} }
  function server.call.echo(_, ...) return ... end
  function server.call.fail() error { 1 } end
  function server.call.late(state)
    state.from = troupe.from()
    troupe.after(0.001, troupe.self(), "answer")
    return troupe.noreply
  end
  function server.info.answer(state) troupe.reply(state.from) end
  function server.info.tick() end
  function server.cast.wait() troupe.sleep(0) end
  function server.cast.ask() end
  return server
]]

local ECHO = [[
  local echo = { info = {} }
  function echo.init(sock) return sock:deliver("line") and {} end
  function echo.info.data(_, sock, line) sock:write(line .. "\n") end
  function echo.info.closed() require "troupe".exit() end
  return echo
]]

describe("without memory", function()
  for _, operation in ipairs { "start", "crash", "call", "late", "receive",
    "ensure", "group", "entity", "pool", "borrow", "timer", "asset",
    "board", "connect", "trace", "mailbox" } do
    it("at any point of '" .. operation .. "' nothing is lost", function()
      local result = support.script(SWEEP, {
        files = { ["server.lua"] = SERVER, ["echo.lua"] = ECHO,
          ["assets/some"] = "text", ["assets/a/b"] = "" },
        flags = { "--log", "off", "--workers", 1 },
        arguments = { operation },
      })
      assert.same({ 0, "true\n", "" },
        { result.status, result.stdout, result.stderr })
    end)
  end
end)

-- Where Lua itself asks for most of the memory, and asks again.
describe("with little memory", function()
  it("who inspects others is told less, or fails", function()
    local result = support.script([[
      local inspect = require "troupe.inspect"
      local probe = require "probe"
      local troupe = require "troupe"
      troupe.start("server", nil, { name = "server" })
      local operations = {
        function() return inspect.info("server").pid end,
        function() return inspect.stack("server").text end,
        function() return inspect.info(troupe.self()).doing end,
        inspect.waits, inspect.tree, inspect.registry, inspect.modules,
      }
      local failed, done = 0, 0
      for seed = 1, 200 do
        for _, operation in ipairs(operations) do
          probe.fail_rate(seed, 30)
          local ok = pcall(troupe.timeout, 0.3, operation)
          probe.fail_rate(0, 0)
          if ok then done = done + 1 else failed = failed + 1 end
        end
      end
      print(failed > 0 and done > 0)
      assert(inspect.info("server").doing == "idle")
    ]], { files = { ["server.lua"] = SERVER },
      flags = { "--log", "off", "--workers", 1 } })
    assert.same({ 0, "true\n", "" },
      { result.status, result.stdout, result.stderr })
  end)
end)
