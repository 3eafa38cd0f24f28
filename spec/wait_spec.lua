-- Where a handler may wait: wherever Lua can yield.

local actors = require "support.actors"
local troupe = require "troupe"

local run = actors.run

-- Runs the source in a handler. Each WAIT in it is a call to an actor that
-- answers later: 1, then 2, and so on.
local function waited(source, answers)
  local gate, pid = actors.puppet(), actors.puppet()
  local main = troupe.self()
  actors.begin(pid, [[
    local gate, main = ...
    local function wait() return troupe.call(gate, "hold", main) end
    troupe.send(main, "result", (function() ]] ..
    source:gsub("WAIT", "wait()") .. [[ end)())
  ]], gate, main)
  for index = 1, answers or 1 do
    assert.equal("held", (troupe.receive()))
    assert.equal(1, troupe.call(gate, "release", index))
  end
  local result = table.pack(troupe.receive())
  assert.equal("result", result[1])
  return table.unpack(result, 2, result.n)
end

describe("a handler may wait", function()
  after_each(actors.finish)

  it("inside pcall and xpcall", function()
    assert.same({ true, 1 },
      { waited "return pcall(function() return WAIT end)" })
    assert.same({ true, 1 },
      { waited "return xpcall(function() return WAIT end, print)" })
    assert.same({ false, 1 },
      { waited "return pcall(function() error(WAIT) end)" })
    assert.same({ false, "handled 1" }, { waited [[
      return xpcall(function() error(WAIT) end,
        function(problem) return "handled " .. problem end)
    ]] })
    assert.equal(6, waited([[
      local function deep(n)
        if n == 0 then return WAIT end
        local ok, value = pcall(deep, n - 1)
        return value + 1
      end
      return deep(5)
    ]]))
  end)

  it("inside metamethods", function()
    for _, source in ipairs {
      "return setmetatable({}, { __index = function() return WAIT end }).x",
      "local t = setmetatable({}, { __newindex = function(t, k) "
        .. "rawset(t, k, WAIT) end }) t.x = 0 return t.x",
      "return setmetatable({}, { __call = function() return WAIT end })()",
      "return setmetatable({}, { __add = function() return WAIT end }) + 1",
      "return -setmetatable({}, { __unm = function() return WAIT end })",
      "return #setmetatable({}, { __len = function() return WAIT end })",
      "return 'x' .. setmetatable({}, "
        .. "{ __concat = function() return WAIT end })",
    } do
      assert.equal(1, waited(source))
    end
    for _, operator in ipairs { "eq", "lt", "le" } do
      assert.is_true(waited(([[
        local m = { __%s = function() return WAIT == 1 end }
        return setmetatable({}, m) %s setmetatable({}, m)
      ]]):format(operator, ({ eq = "==", lt = "<", le = "<=" })[operator])))
    end
  end)

  it("inside iterators", function()
    assert.equal(6, waited([[
      local sum = 0
      for value in function()
        local value = WAIT
        return value <= 3 and value or nil
      end do sum = sum + value end
      return sum
    ]], 4))
  end)

  it("inside handlers to be closed", function()
    assert.equal("body close 1", waited [[
      local log = ""
      do
        local mark <close> = setmetatable({}, { __close = function()
          log = log .. " close " .. WAIT
        end })
        log = "body"
      end
      return log
    ]])
    assert.equal("left 1", waited [[
      local log = ""
      pcall(function()
        local mark <close> = setmetatable({}, { __close = function(_, problem)
          log = problem .. " " .. WAIT
        end })
        error("left", 0)
      end)
      return log
    ]])
  end)

  it("inside coroutines, resumed or wrapped, one in another", function()
    assert.same({ true, 1 }, { waited [[
      return coroutine.resume(coroutine.create(function() return WAIT end))
    ]] })
    assert.equal(1,
      waited "return coroutine.wrap(function() return WAIT end)()")
    assert.equal(111, waited [[
      local function nest(n)
        if n == 0 then return WAIT end
        return coroutine.wrap(nest)(n - 1) + n
      end
      return nest(10) + 55
    ]])
  end)

  it("and coroutines still yield to their resumer", function()
    assert.same({ "a1", "b2", "c" }, waited([[
      local inner = coroutine.wrap(function()
        coroutine.yield("a" .. WAIT)
        coroutine.yield("b" .. WAIT)
        return "c"
      end)
      return { inner(), inner(), inner() }
    ]], 2))
  end)

  it("in a comparator", function()
    assert.equal("1 2 3", waited([[
      local list, answer = { 2, 3, 1 }, nil
      table.sort(list, function(a, b)
        if not answer then answer = WAIT end
        return a < b
      end)
      return table.concat(list, " ")
    ]]))
  end)

  it("in the chunk of a module that it requires", function()
    assert.equal(1, waited [[
      package.preload.late = function() return WAIT end
      return (require "late")
    ]])
  end)

  it("in what gsub calls", function()
    assert.same({ "12", 2 }, { waited([[
      return ("ab"):gsub("%w", function() return WAIT end)
    ]], 2) })
  end)

  it("between the arguments of a C function", function()
    assert.same({ 1, 2 }, { waited([[
      return select(2, 0, WAIT, WAIT)
    ]], 2) })
  end)
end)

describe("where Lua cannot yield, a wait", function()
  after_each(actors.finish)

  local places = {
    ["a coroutine below one"] =
      "assert(load(coroutine.wrap(function() WAIT end)))",
    ["a load function"] = "assert(load(function() WAIT end))",
    ["a __tostring"] =
      "tostring(setmetatable({}, { __tostring = function() WAIT end }))",
  }

  for place, source in pairs(places) do
    it("in " .. place .. " raises an error that says so", function()
      local other, pid = actors.puppet(), actors.puppet()
      for _, wait in ipairs { "troupe.call(other, 'run', 'return 1')",
        "troupe.sleep(0.001)", "troupe.sleep(0)",
        "troupe.start 'fixtures.puppet'", "troupe.stop(other)" } do
        local ok, problem = run(pid, [[
          local other = ...
          local ok, problem = pcall(function() ]] ..
          source:gsub("WAIT", wait) .. [[ end)
          return ok, tostring(problem)
        ]], other)
        assert.is_false(ok)
        assert.matches("attempt to wait across a C-call boundary", problem, 1,
          true)
      end
      assert.equal(1, run(other, "return 1"))
      assert.equal(1, run(pid, "return 1"))
    end)
  end

  it("is not needed for a cast", function()
    local pid = actors.puppet()
    tostring(setmetatable({}, { __tostring = function()
      troupe.cast(pid, "run", "state.heard = true")
      return "told"
    end }))
    assert.is_true(run(pid, "return state.heard"))
  end)
end)
