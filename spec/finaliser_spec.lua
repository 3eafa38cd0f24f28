-- Finalisers: the script's own code, run where its other code runs.

local actors = require "support.actors"
local registry = require "troupe.registry"
local support = require "support"
local troupe = require "troupe"

local begin, puppet, run = actors.begin, actors.puppet, actors.run

-- Makes garbage until the collector has been through it.
local CHURN = [[
  local function churn()
    local weak = setmetatable({ {} }, { __mode = "v" })
    while weak[1] do local _ = { {} } end
    weak[1] = {}
    while weak[1] do local _ = { {} } end
  end
]]

local MARK = [[
  state.log = {}
  function state.mark(name)
    return setmetatable({ name = name }, { __gc = function(self)
      state.log[#state.log + 1] = self.name
    end })
  end
]]

local function log(pid)
  return run(pid, "return table.concat(state.log, ' ')")
end

describe("a finaliser", function()
  after_each(actors.finish)

  it("runs between two messages, not where the collector is", function()
    local pid = puppet(nil, MARK)
    assert.equal("", run(pid, CHURN .. [[
      state.mark "a"
      churn()
      return table.concat(state.log)
    ]]))
    assert.equal("a", log(pid))
  end)

  it("runs when collectgarbage returns", function()
    local pid = puppet(nil, MARK)
    assert.same({ "b a", "b a c" }, { run(pid, [[
      state.mark "a"
      state.mark "b"
      collectgarbage()
      local first = table.concat(state.log, " ")
      state.mark "c"
      repeat until collectgarbage "step"
      repeat until collectgarbage "step"
      return first, table.concat(state.log, " ")
    ]]) })
  end)

  it("runs when the next object is made, so that they do not pile up",
    function()
      assert.equal("true\n", support.output [[
        local made, ended, most = 0, 0, 0
        local meta = { __gc = function() ended = ended + 1 end }
        for _ = 1, 100000 do
          setmetatable({ {}, {} }, meta)
          made = made + 1
          most = math.max(most, made - ended)
        end
        print(most < 50000)
      ]])
    end)

  it("may wait, and keeps messages waiting meanwhile", function()
    local pid, other = puppet(nil, MARK), puppet()
    begin(pid, CHURN .. [[
      local other = ...
      setmetatable({}, { __gc = function()
        state.log[1] = troupe.call(other, "run", "return 'answer'")
        troupe.sleep(0)
        state.log[2] = "end"
      end })
      churn()
    ]], other)
    assert.equal("answer end", log(pid))
  end)

  it("is one of the handlers of a concurrent behaviour", function()
    local output = support.output([[
      local troupe = require "troupe"
      local pid = troupe.start "server"
      troupe.cast(pid, "drop")
      local one, other = troupe.call(pid, "count"), troupe.call(pid, "count")
      troupe.send(pid, "go", troupe.self())
      print(one, other, (troupe.receive()))
    ]], { files = { ["server.lua"] = [[
      local troupe = require "troupe"
      local server = { concurrent = 4, call = {}, cast = {}, info = {} }
      local meta = {}
      function meta.__gc()
        while not MAIN do troupe.sleep(0) end
        troupe.send(MAIN, "ended")
      end
      function server.cast.drop()
        local weak = setmetatable({ {} }, { __mode = "v" })
        setmetatable({}, meta)
        while weak[1] do local _ = { {} } end
      end
      function server.call.count(state)
        state.n = (state.n or 0) + 1
        return state.n
      end
      function server.info.go(_, main) MAIN = main end
      return server
    ]] } })
    assert.equal("1\t2\tended\n", output)
  end)

  it("that raises is a warning, and the others run", function()
    local result = support.script([[
      warn "@on"
      for i = 1, 3 do
        setmetatable({}, { __gc = function() error("number " .. i, 0) end })
      end
      collectgarbage()
      print "goes on"
    ]])
    assert.equal("goes on\n", result.stdout)
    assert.equal([[
Lua warning: error in __gc (number 3)
Lua warning: error in __gc (number 2)
Lua warning: error in __gc (number 1)
]], result.stderr)
  end)

  it("may end its actor", function()
    local pid = puppet()
    troupe.monitor(pid)
    begin(pid, CHURN .. [[
      setmetatable({}, { __gc = function() troupe.exit "by a finaliser" end })
      churn()
    ]])
    assert.same({ "down", pid, "by a finaliser" }, { troupe.receive() })
  end)

  it("that makes itself necessary again holds no message up", function()
    local pid = puppet(nil, CHURN .. [[
      local meta = {}
      function meta.__gc(self)
        state.count = (state.count or 0) + 1
        setmetatable(self, meta)
        churn()
      end
      setmetatable({}, meta)
      churn()
    ]])
    for _ = 1, 20 do run(pid, "return 1") end
    assert.is_true(run(pid, "return state.count") > 0)
  end)

  it("of a table that came in a message is one, too", function()
    local output = support.output([[
      local troupe = require "troupe"
      local pid = troupe.start "server"
      troupe.call(pid, "take", setmetatable({ 7 }, require "thing"))
      print(troupe.call(pid, "ended"))
    ]], { files = {
      ["thing.lua"] = [[
        local thing = { __module = "thing" }
        function thing.__gc(self) ENDED = self[1] end
        return thing
      ]],
      ["server.lua"] = [[
        return { call = {
          take = function() end,
          ended = function() collectgarbage() return ENDED end,
        } }
      ]],
    } })
    assert.equal("7\n", output)
  end)

  it("of an error object is one, too", function()
    assert.equal(2, run(puppet(), [[
      local count = 0
      local _, problem = pcall(troupe.call, "nobody", "request")
      getmetatable(problem).__gc = function() count = count + 1 end
      problem = nil
      for _ = 1, 2 do pcall(troupe.call, "nobody", "request") end
      collectgarbage()
      getmetatable(select(2, pcall(troupe.call, "nobody", "request"))).__gc =
        nil
      return count
    ]]))
  end)

  it("is not forgotten by an actor that is out of memory", function()
    assert.is_true(run(puppet { memory = 1000000 }, [[
      local made, ended = 0, 0
      local meta = { __gc = function() ended = ended + 1 end }
      local text = ("x"):rep(65536)
      local function fill()
        local kept, size = {}, 65536
        local function add() kept[#kept + 1] = text:sub(1, size) end
        while size > 40 do
          if not pcall(add) then size = size // 2 end
        end
        return kept
      end
      local collectors = {}
      for depth = 1, 60 do -- each at another place of its stack
        local function collect(n)
          if n > 0 then return (collect(n - 1)) end
          coroutine.yield()
          collectgarbage()
        end
        collectors[depth] = coroutine.wrap(collect)
        collectors[depth](depth)
      end
      for depth = 1, 60 do
        setmetatable({}, meta)
        made = made + 1
        local kept = fill()
        pcall(collectors[depth])
        kept[1] = nil
      end
      collectgarbage()
      collectgarbage()
      return made == ended or made .. " " .. ended
    ]]))
  end)
end)

describe("at the end of an actor", function()
  after_each(actors.finish)

  local TELL = [[
    local report = ...
    local function mark(name)
      return setmetatable({}, { __gc = function()
        troupe.send(report, name)
        troupe.sleep(0)
      end })
    end
    state.a = mark "a"
    state.b = mark "b"
    mark "c"
    state.d = mark "d"
  ]]

  local function heard(count)
    local list = {}
    for i = 1, count do list[i] = troupe.receive() end
    return table.concat(list, " ")
  end

  it("all finalisers run, the youngest first, and may wait", function()
    local pid = puppet()
    run(pid, TELL, troupe.self())
    troupe.stop(pid)
    assert.equal("d c b a", heard(4))
  end)

  it("they run if it ended of an error", function()
    local pid = puppet()
    begin(pid, TELL .. "error 'boom'", troupe.self())
    assert.equal("d c b a", heard(4))
  end)

  it("they may wait, too, if a handler of several has ended it", function()
    for _, fate in ipairs { "troupe.exit 'bye'", "error 'boom'" } do
      local pid = actors.keep(troupe.start "fixtures.juggler")
      begin(pid, [[
        local main = ...
        state.last = setmetatable({}, { __gc = function()
          troupe.sleep(0)
          troupe.send(main, "ran")
        end })
      ]] .. fate, troupe.self())
      assert.equal("ran", (troupe.receive()))
    end
  end)

  it("they run if it did not get beyond its init", function()
    registry.register "finaliser spec"
    assert.is_false(pcall(puppet, nil, [[
      setmetatable({}, { __gc = function()
        troupe.send("finaliser spec", "ran")
      end })
      error "boom"
    ]]))
    registry.unregister "finaliser spec"
    assert.equal("ran", heard(1))
  end)

  it("what they make is not finalised", function()
    local pid = puppet()
    run(pid, [[
      local report = ...
      local meta = {}
      function meta.__gc(self)
        troupe.send(report, "again")
        setmetatable(self, meta)
        setmetatable({}, meta)
        collectgarbage()
      end
      state.object = setmetatable({}, meta)
    ]], troupe.self())
    troupe.stop(pid)
    troupe.send(troupe.self(), "last")
    assert.equal("again last", heard(2))
  end)

  it("they stop at one that ends it once more", function()
    local pid = puppet()
    run(pid, [[
      local report = ...
      local function mark(f) return setmetatable({}, { __gc = f }) end
      state.a = mark(function() troupe.send(report, "first") end)
      state.b = mark(function() troupe.exit() end)
    ]], troupe.self())
    troupe.stop(pid)
    troupe.send(troupe.self(), "last")
    assert.equal("last", heard(1))
  end)

  it("none runs if it was killed, also while they run", function()
    local pid, gate = puppet(), puppet()
    run(pid, [[
      local report, gate = ...
      local function mark(f) return setmetatable({}, { __gc = f }) end
      state.a = mark(function() troupe.send(report, "never") end)
      state.b = mark(function()
        troupe.timeout(math.huge, troupe.call, gate, "hold", report)
      end)
    ]], troupe.self(), gate)
    troupe.monitor(pid)
    begin(pid, "troupe.exit()")
    assert.equal("held", troupe.receive())
    troupe.kill(pid)
    assert.same({ "down", pid, "killed" }, { troupe.receive() })
    troupe.send(troupe.self(), "last")
    assert.equal("last", heard(1))
  end)
end)
