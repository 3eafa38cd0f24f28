-- Commands: which lines are some, and what their words mean.

local actors = require "support.actors"
local argument = require "troupe.console.argument"
local columns = require "troupe.console.table"
local command = require "troupe.console.command"
local registry = require "troupe.registry"
local troupe = require "troupe"
local unit = require "troupe.console.unit"
local word = require "troupe.console.word"

local function context()
  local it = {}
  it.env = command.environment(it)
  return it
end

local function name_of(text, it)
  local found = command.find(it or context(), text)
  return found and found.name
end

describe("a line", function()
  it("is a command if it begins with one and does not go on like Lua",
    function()
      assert.equal("actors", name_of "actors")
      assert.equal("actors", name_of "  actors sort=memory ")
      assert.equal("info", name_of "info 17")
      assert.equal("info", name_of "info <0.17.3>")
      assert.equal("info", name_of "info <0.17>")
      assert.equal("reload", name_of "reload ./shop.lua")
      assert.equal("state", name_of "state {'account', 7}")
      assert.equal("state", name_of "state \"a key\"")
      assert.equal("enter", name_of "enter shop --now")
      assert.equal("enter", name_of "enter --now shop")
      for _, text in ipairs { "log = 3", "log(1)", "state.x", "state [1]",
          "call, x = 1, 2", "info + 1", "info - 1", "info == 2", "info < 3",
          "info .. 'x'", "info and 1", "info or 1", "log -- it", "actor",
          "logs", "log; x = 1", "local x", "", "17", "info:x()" } do
        assert.is_nil(name_of(text), text)
      end
    end)

  it("is Lua if the session has that name for itself, and it can be",
    function()
      local it = context()
      it.env.state = { 1 }
      assert.is_nil(name_of("state", it))
      assert.is_nil(name_of("state 'x'", it))
      assert.equal("state", name_of("state 17", it))
      assert.equal("info", name_of("info 'x'", it))
    end)

  it("inside an actor is a command only where it cannot be Lua", function()
    local it = context()
    it.entered = {}
    for _, text in ipairs { "state", "info 'x'", "log {}" } do
      assert.is_nil(name_of(text, it))
    end
    assert.equal("leave", name_of("leave", it))
    assert.equal("exit", name_of("exit", it))
    assert.equal("help", name_of("help", it))
    assert.equal("stack", name_of("stack 17", it))
  end)

  it("with a wrong word is told the right one", function()
    assert.matches("no command staet; did you mean state?\nusage: state PID",
      command.correct "staet 17", 1, true)
    assert.matches("did you mean actors", command.correct "actor sort=cpu")
    assert.matches("did you mean actors", command.correct "atcors x")
    assert.matches("did you mean info", command.correct "INFO shop")
    assert.matches("did you mean exit", command.correct "quit now")
    for _, text in ipairs { "?", "\\h", " :q" } do
      assert.equal("help lists the commands", command.correct(text))
    end
    assert.is_nil(command.correct "quite another thing")
    assert.is_nil(command.correct "acc x")
    assert.matches("did you mean gc", command.correct "gv x")
    assert.is_nil(command.correct "end")
    assert.is_nil(command.correct "stat = = 5")
  end)
end)

describe("a word", function()
  local function kinds(text)
    local list = {}
    for index, item in ipairs(assert(word.read(text))) do
      list[index] = item.kind
    end
    return table.concat(list, " ")
  end

  it("is split off at blanks, quotes and braces", function()
    assert.equal("", kinds "  ")
    assert.equal("word word string string table number number",
      kinds [[call shop 'a b' "c\n" {1, {"}"}, x = '}'} 5 -2.5]])
    assert.equal("pid pid number", kinds "<0.17.3> 0.17.3 0.17")
    assert.equal("literal literal literal", kinds "true false nil")
    assert.equal("option option option", kinds "sort=cpu x={1} --now")
    assert.equal("word", kinds "account/7")
    assert.same({ 1, { "}" }, x = "}" }, word.read("{1, {'}'}, x = '}'}")[1]
      .value)
  end)

  it("that is not finished says so", function()
    assert.same({ nil, "unfinished table", true },
      { word.read "call x {1, {2}" })
    assert.same({ nil, "unfinished string", false },
      { word.read "call x 'y" })
  end)

  it("in braces is data: it runs nothing", function()
    local _, why = word.read "{os.exit()}"
    assert.equal("expected plain data, without names, got {os.exit()}",
      why)
    _, why = word.read "{tea = tea}"
    assert.equal("expected plain data, without names, got {tea = tea}", why)
  end)

  it("that is a key is typed and shown alike", function()
    local function key(text) return word.key(word.read(text)[1]) end
    assert.equal("shop", key "shop")
    assert.equal(7, key "7")
    assert.same({ "account", 7 }, key "account/7")
    assert.same({ "account", 7 }, key '{"account", 7}')
    assert.equal("account/7", key '"account/7"')
    assert.is_nil(key "1.5")
    assert.is_nil(key "true")
    for _, value in ipairs { "shop", 7, "17", "a b", "nil", { "a", 7 },
        { "a" }, { "a", "b c" }, { 1, 2 }, "a/b", "" } do
      assert.same(value, key(word.of_key(value)), word.of_key(value))
    end
  end)
end)

describe("an argument", function()
  after_each(actors.finish)

  local function read(text)
    local it = context()
    local found = command.find(it, text)
    return command.read(it, found, text)
  end

  it("that is an actor may be written in several ways", function()
    local pid = actors.puppet()
    local text = tostring(pid)
    local slot = text:match "<0%.(%d+)"
    assert.equal(pid, read("info " .. text).target)
    assert.equal(pid, read("info " .. text:sub(2, -2)).target)
    assert.equal(pid, read("info " .. slot).target)
    assert.equal("shop", read("info shop").target)
    assert.same({ "room", 7 }, read("info room/7").target)
  end)

  it("that may mean two actors is refused", function()
    local pid = actors.puppet()
    local slot = math.tointeger(tonumber(tostring(pid):match "<0%.(%d+)"))
    registry.register(slot)
    local _, why = read("info " .. slot)
    registry.unregister(slot)
    assert.equal(("%d may be the actor %s, or the key %d of %s: write one " ..
      "of the pids"):format(slot, pid, slot, troupe.self()), why)
  end)

  it("is checked", function()
    for text, wanted in pairs {
      ["info"] = "PID is missing",
      ["info 1.5"] = "expected a pid or a key, got 1.5",
      ["info <0.17>"] = "expected a pid or a key, got <0.17>",
      ["info true"] = "expected a pid or a key, got true",
      ["info x=1"] = "no option x",
      ["trace shop 0"] = "expected a whole number above 0, got 0",
      ["trace shop 2 -1"] = "expected a number from 0, got -1",
      ["trace shop seconds=x"] = "seconds: expected a number from 0, got x",
      ["enter"] = "PID is missing",
      ["info shop till"] = "one word too many: till",
      ["info 16000000"] = "there is no actor <0.16000000.?>, and no key " ..
        "16000000",
      ["mailbox shop many"] = "expected a whole number above 0, got many",
      ["actors limit=many"] = "limit: expected a whole number above 0, " ..
        "got many",
      ["log loud"] = "expected debug, info, warn, error or off, got loud",
      ["call shop"] = "REQUEST is missing",
    } do
      assert.same({ nil, wanted }, { read(text) }, text)
    end
  end)

  it("of a call is any value", function()
    local args = read "call shop buy 1 tea 'a b' {x = 1} true nil timeout=3"
    assert.equal("buy", args.request)
    assert.equal(3, args.timeout)
    assert.same({ n = 6, 1, "tea", "a b", { x = 1 }, true }, args.values)
    assert.same({ n = 1, "x=1" }, read "cast shop put x=1".values)
  end)

  it("that may lack has its place or its name", function()
    for _, text in ipairs { "trace shop 2 1.5", "trace shop 2 seconds=1.5",
        "trace seconds=1.5 shop count=2" } do
      assert.same({ target = "shop", count = 2, seconds = 1.5 }, read(text))
    end
  end)

  it("of enter may be Lua, as it is", function()
    for text, wanted in pairs {
      ["enter shop"] = false, ["enter shop --now"] = false,
      ["enter shop state.x = 'a  b' "] = "state.x = 'a  b' ",
      ["  enter  shop --now x{}"] = "x{}",
      ["enter --now shop timeout=2 x = 1"] = "x = 1",
      ["enter shop x=1"] = "x=1", ["enter shop x\n+ 1"] = "x\n+ 1",
    } do
      local args = read(text)
      assert.equal("shop", args.target)
      assert.equal(wanted or nil, args.source)
      assert.equal(text:find "now" and true, args.now)
    end
  end)

  it("shows in the usage", function()
    assert.equal("mailbox PID [COUNT]", argument.usage(command.named
      "mailbox"))
    assert.equal("call PID REQUEST [VALUES...] [timeout=SECONDS]",
      command.usage(command.named "call"))
    assert.equal("trace PID [COUNT] [SECONDS]",
      command.usage(command.named "trace"))
    assert.equal("enter PID [LUA] [--now] [timeout=SECONDS]",
      command.usage(command.named "enter"))
    assert.equal("log [debug|info|warn|error|off]",
      command.usage(command.named "log"))
    for _, found in ipairs(command.list) do
      assert.is_true(#command.usage(found) <= 80)
      assert.is_true(#found.summary <= 60)
      for line in (found.help or ""):gmatch "[^\n]+" do
        assert.is_true(#line <= 80, line)
      end
    end
  end)
end)

describe("a quantity", function()
  it("is short", function()
    for value, text in pairs {
      [0] = "0 B", [999] = "999 B", [1023] = "1 KiB", [1024] = "1 KiB",
      [1258291] = "1.2 MiB", [16 * 2 ^ 20] = "16 MiB", [1 / 0] = "none",
      [123456789] = "118 MiB", [1e15] = "909 TiB",
    } do
      assert.equal(text, unit.bytes(value))
    end
    for value, text in pairs {
      [0] = "0 s", [35e-6] = "35 us", [1.234e-3] = "1.23 ms", [2.5] = "2.5 s",
      [1e-9] = "1 ns", [0.99999] = "1 s", [100] = "1 min 40 s",
      [3600] = "1 h 0 min", [200000] = "2 d 7 h", [12.34] = "12.3 s",
    } do
      assert.equal(text, unit.seconds(value))
    end
    assert.equal("-", unit.bytes(nil))
    assert.equal("42 %", unit.percent(0.42))
  end)
end)

describe("rows", function()
  local LIST = { { "pid" }, { "size", right = true }, { "what", cut = 6 } }
  local ROWS = { { "<0.1.1>", "1 B", "short" },
    { "<0.17.3>", "100 KiB", "something that is long" } }

  it("stand under each other", function()
    assert.equal([[
pid          size  what
<0.1.1>       1 B  short
<0.17.3>  100 KiB  something that is long
]], columns.text(LIST, ROWS))
  end)

  it("are cut to the width, and never wider", function()
    assert.equal([[
pid          size  what
<0.1.1>       1 B  short
<0.17.3>  100 KiB  somethin...
]], columns.text(LIST, ROWS, { width = 30 }))
    for width = 5, 60 do
      for line in columns.text(LIST, ROWS, { width = width }):gmatch "[^\n]+" do
        assert.is_true(#line <= width)
      end
    end
  end)

  it("leave out what can be spared before they are cut too far", function()
    local list = { { "pid" }, { "in", spare = 2 }, { "cpu", spare = 1 },
      { "what", cut = 6 } }
    local rows = { { "<0.1.1>", "12", nil, "something" } }
    local function at(width)
      return columns.text(list, rows, { width = width }):match "\n(.*)\n"
    end
    assert.equal("<0.1.1>  12  -    something", at(27))
    assert.equal("<0.1.1>  12  -    som...", at(24))
    assert.equal("<0.1.1>  -    somet...", at(22))
    assert.equal("<0.1.1>  something", at(18))
    assert.equal("<0.1.1>  som...", at(15))
    assert.equal("<0.1.1>...", at(10))
  end)

  it("count characters, not bytes", function()
    assert.equal("a    b\nżół  1\n", columns.text({ { "a" }, { "b" } },
      { { "żół", "1" } }))
    assert.equal("ż...", columns.cut("żółć!", 4))
  end)
end)

