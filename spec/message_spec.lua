-- What can be sent, and how it arrives: through real calls.

local actors = require "support.actors"
local command = require("support").command
local entity = require "troupe.entity"
local troupe = require "troupe"

local raised, run = actors.raised, actors.run

-- Unlike ==, tells 1 from 1.0, 0.0 from -0.0, and one NaN from another.
local function bits(value)
  if math.type(value) == "float" then return ("<d"):pack(value) end
  return math.type(value) or type(value), value
end

describe("a message", function()
  local pid

  before_each(function() pid = actors.puppet() end)
  after_each(actors.finish)

  local function echo(...) return run(pid, "return ...", ...) end

  local function there_and_back(values)
    for _, value in ipairs(values) do
      assert.same({ bits(value) }, { bits((echo(value))) })
    end
  end

  it("carries nil and booleans", function()
    assert.same({ nil, true, false, nil, n = 4 },
      table.pack(echo(nil, true, false, nil)))
  end)

  it("carries integers of every width", function()
    local values = { 0, math.maxinteger, math.mininteger }
    for shift = 0, 62 do
      for offset = -1, 1 do
        values[#values + 1] = (1 << shift) + offset
        values[#values + 1] = -(1 << shift) + offset
      end
    end
    there_and_back(values)
  end)

  it("carries floats bit for bit", function()
    there_and_back { 0.0, -0.0, 1.0, -1.5, 0.1, math.pi, 1e308, -1e308,
      2.0 ^ 53, 2.0 ^ 63, 5e-324, math.huge, -math.huge, 0 / 0, -(0 / 0),
      (("<d"):unpack("\1\2\3\4\5\6\xf8\x7f")) }
  end)

  it("carries strings of any bytes and sizes", function()
    local all = {}
    for byte = 0, 255 do all[#all + 1] = string.char(byte) end
    local text = table.concat(all)
    for _, size in ipairs { 0, 1, 31, 32, 33, 127, 128, 255, 256, 4095, 4096,
      16384, 100000 } do
      local sent = text:rep(size // 256 + 1):sub(1, size)
      assert.is_true(sent == echo(sent))
    end
  end)

  it("carries tables: lists, holes, any keys, nested", function()
    local values = {
      {}, { 1, 2, 3 }, { "a", nil, "c" }, { nil, nil, 3 }, { [0] = 1, 2 },
      { a = 1, ["b c"] = { d = { e = {} } } }, { [1.5] = 1, [-1] = 2 },
      { [true] = false, [false] = true }, { 1, 2, x = 3, [100] = 4 },
      { [math.maxinteger] = 1, [math.mininteger] = 2, [math.huge] = 3 },
    }
    for _, value in ipairs(values) do assert.same(value, echo(value)) end
  end)

  it("carries long lists and large records", function()
    local list, record = {}, {}
    for index = 1, 5000 do
      list[index] = index * 1.5
      record["key" .. index] = { index }
    end
    assert.same(list, echo(list))
    assert.same(record, echo(record))
  end)

  it("is a copy", function()
    local value = { n = 1 }
    run(pid, "(...).n = 2", value)
    assert.equal(1, value.n)
    assert.is_false(value == echo(value))
  end)

  it("keeps what its values share, and circles", function()
    local shared = { "shared" }
    local one, two, key = echo({ shared, shared }, shared, { [shared] = 1 })
    assert.is_true(one[1] == one[2] and one[1] == two)
    assert.is_true(next(key) == two)
    local circle = { name = "circle" }
    circle.self, circle[circle] = circle, circle
    circle.inner = { outer = circle }
    local back = echo(circle)
    assert.is_true(back.self == back and back[back] == back)
    assert.is_true(back.inner.outer == back and back.name == "circle")
  end)

  it("is nested a hundred deep, no deeper", function()
    local function nested(depth)
      local value = {}
      for _ = 2, depth do value = { value } end
      return value
    end
    assert.same(nested(100), echo(nested(100)))
    local problem = raised(echo, nested(101))
    assert.equal("badargument", problem.kind)
    assert.matches("argument 2[1][1][1]...[1][1][1]: tables are nested "
      .. "deeper than 100", problem.message, 1, true)
    assert.is_false((pcall(echo, nested(100000))))
    assert.equal(1, echo(1))
  end)

  it("carries pids, froms and addresses", function()
    local address = entity.kind("fixtures.puppet"):at "x"
    assert.equal(pid, echo(pid))
    assert.equal(address, echo(address))
    assert.equal(tostring(address), tostring(echo(address)))
    assert.same({ [pid] = pid, address }, echo { [pid] = pid, address })
    assert.equal(troupe.self(), run(pid, "return troupe.from()").pid)
  end)

  it("carries error objects", function()
    local problem = raised(troupe.call, "nobody", "run")
    local kind, text, back = run(pid, [[
      local problem = ...
      return problem.kind, tostring(problem), problem
    ]], problem)
    assert.equal("noactor", kind)
    assert.equal(tostring(problem), text)
    assert.equal(tostring(problem), tostring(back))
    assert.is_false(back.begun)
  end)

  it("may be sent by what reads it lazily: raw fields only", function()
    local sent = setmetatable({ 1 }, { __module = "fixtures.point",
      __index = function() error("asked") end,
      __len = function() error("asked") end,
      __pairs = function() error("asked") end })
    assert.equal(1, rawget(echo(sent), 1))
  end)
end)

describe("a table whose metatable names its module", function()
  after_each(actors.finish)

  it("arrives with the metatable that the module returns", function()
    local point = require "fixtures.point"
    local pid = actors.puppet()
    local sum, same = run(pid, [[
      local value = ...
      return value:sum(), getmetatable(value) == require "fixtures.point"
    ]], point.new(3, 4))
    assert.equal(7, sum)
    assert.is_true(same)
    local back = run(pid, "return { list = { ... } }", point.new(1, 2))
    assert.is_true(getmetatable(back.list[1]) == point)
  end)

  it("keeps shared references", function()
    local one = require("fixtures.point").new(1, 2)
    local pid = actors.puppet()
    local a, b = run(pid, "return ...", one, { one })
    assert.is_true(a == b[1])
  end)

  it("that is not to be found refuses the request, not the actor", function()
    local pid = actors.puppet()
    local lost = setmetatable({}, { __module = "no.such.module" })
    local problem = raised(run, pid, "state.ran = true", lost)
    assert.is_false(problem.begun)
    assert.matches("module 'no.such.module' not found", problem.message, 1,
      true)
    assert.is_true(troupe.cast(pid, "run", "state.ran = true", lost))
    assert.is_nil(run(pid, "return state.ran"))
  end)

  it("that comes as a reply is raised at the caller", function()
    local pid = actors.puppet()
    local problem = raised(run, pid,
      "return setmetatable({}, { __module = 'no.such.module' })")
    assert.matches("module 'no.such.module' not found", tostring(problem), 1,
      true)
    assert.equal(1, run(pid, "return 1"))
  end)
end)

describe("what cannot be sent", function()
  after_each(actors.finish)

  local function message(...)
    local problem = raised(troupe.call, ...)
    assert.equal("badargument", problem.kind)
    return problem.message
  end

  it("is named with the path to it", function()
    local pid = actors.puppet()
    local items = { 1, 2, { callback = print } }
    assert.matches("request.items[3].callback: a function cannot be sent",
      message(pid, { items = items }), 1, true)
    assert.matches("request: a function cannot be sent", message(pid, print),
      1, true)
    assert.matches("argument 2.f: a function cannot be sent",
      message(pid, "run", 1, { f = print }), 1, true)
    assert.matches('argument 1["two words"][-1][true]: a thread cannot be sent',
      message(pid, "run", { ["two words"] = { [-1] = { [true] =
        coroutine.create(print) } } }), 1, true)
  end)

  it("may be a key", function()
    local pid = actors.puppet()
    assert.matches("key of argument 1.list: a function cannot be sent",
      message(pid, "run", { list = { [print] = 1 } }), 1, true)
  end)

  it("is a function, a thread, a plain userdata", function()
    local pid = actors.puppet()
    assert.matches("a thread cannot be sent",
      message(pid, coroutine.create(print)), 1, true)
    assert.matches("a userdata cannot be sent", message(pid, io.stdout), 1,
      true)
    assert.matches("userdata cannot be sent", message(pid, troupe.noreply),
      1, true)
  end)

  it("is a table with a metatable that does not say how", function()
    local pid = actors.puppet()
    for _, metatable in ipairs { {}, { __index = {} }, { __module = 5 },
      setmetatable({}, { __index = { __module = "x" } }) } do
      assert.matches("argument 1.t: a table with a metatable that has no "
        .. "__module cannot be sent",
        message(pid, "run", { t = setmetatable({}, metatable) }), 1, true)
    end
  end)

  it("is named by what it was to be: start, reply, reason, info", function()
    local pid = actors.puppet()
    local function text(...) return raised(...).message end
    assert.matches("args.x: a function cannot be sent",
      text(troupe.start, "fixtures.puppet", { x = print }), 1, true)
    assert.matches("request: a function cannot be sent",
      text(troupe.send, pid, print), 1, true)
    assert.matches("reason.x: a function cannot be sent",
      text(troupe.stop, pid, { x = print }), 1, true)
    assert.matches("reason: a function cannot be sent", run(pid, [[
      local ok, problem = pcall(troupe.exit, print)
      return problem.message
    ]]), 1, true)
    assert.matches("argument 1: a function cannot be sent",
      text(troupe.after, 1, pid, "run", print), 1, true)
  end)

  it("leaves the target as it was", function()
    local pid = actors.puppet()
    pcall(run, pid, "state.ran = true", print)
    assert.is_nil(run(pid, "return state.ran"))
  end)
end)

describe("troupe.encode and troupe.decode", function()
  it("keep a value in a string, exactly", function()
    local shared = { 1 }
    local back = troupe.decode(troupe.encode { shared, shared, -0.0, "\0" })
    assert.same({ { 1 }, { 1 }, -0.0, "\0" }, back)
    assert.is_true(back[1] == back[2])
    assert.equal(-math.huge, 1 / back[3])
    assert.is_nil(troupe.decode(troupe.encode(nil)))
    assert.equal("string", type(troupe.encode(1)))
  end)

  it("last beyond the host: a file can be read by another", function()
    local folder = command.directory()
    command.write(folder .. "/data", troupe.encode { "kept", { 7 } })
    local result = command.run { command.binary(), "-e", ([[
      local file <close> = io.open(%q, "rb")
      local value = require("troupe").decode(file:read "a")
      print(value[1], value[2][1])
    ]]):format(folder .. "/data") }
    assert.equal("kept\t7\n", result.stdout)
  end)

  it("refuse pids, froms and addresses", function()
    local pid = troupe.self()
    local address = entity.kind("fixtures.puppet"):at "x"
    assert.matches("value: a pid cannot be encoded",
      raised(troupe.encode, pid).message, 1, true)
    assert.matches("value.list[2]: a pid cannot be encoded",
      raised(troupe.encode, { list = { 1, pid } }).message, 1, true)
    assert.matches("value: an address cannot be encoded",
      raised(troupe.encode, address).message, 1, true)
    local asked = actors.puppet()
    assert.matches("value: a from cannot be encoded", run(asked, [[
      return select(2, pcall(troupe.encode, troupe.from())).message
    ]]), 1, true)
    actors.finish()
  end)

  it("refuse what is no encoded value", function()
    local good = troupe.encode { "a", { b = 1.5 }, ("x"):rep(100) }
    for _, bytes in ipairs { "", "x", "hello", good .. "x", "\1", "\1\0" } do
      assert.equal("badargument", raised(troupe.decode, bytes).kind)
    end
    for size = 0, #good - 1 do
      assert.is_false((pcall(troupe.decode, good:sub(1, size))))
    end
    for _, value in ipairs { 5, {}, true } do
      assert.matches("expected bytes to be a string, got ",
        raised(troupe.decode, value).message, 1, true)
    end
  end)

  it("survive any change of one byte", function()
    local good = troupe.encode { "a", { b = 1.5, [2] = true }, -70000 }
    for at = 1, #good do
      for _, byte in ipairs { 0, 1, 127, 128, 192, 224, 233, 236, 255 } do
        pcall(troupe.decode, good:sub(1, at - 1) .. string.char(byte) ..
          good:sub(at + 1))
      end
    end
  end)
end)
