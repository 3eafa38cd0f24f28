-- A session of the console, by its frames: troupe.console.session.

local actors = require "support.actors"
local console = require "support.console"
local core = require "troupe.core"
local eventually = require "support.eventually"
local fuzz = require "support.fuzz"
local troupe = require "troupe"

after_each(console.finish)

describe("a session", function()
  it("greets, and says what its prompt is", function()
    local client = console.connect()
    assert.matches("^spec\n.*help", client.welcome)
    assert.equal("spec> ", client.prompt)
  end)

  it("answers with values", function()
    local client = console.connect()
    assert.equal("2", client:value "1 + 1")
    assert.equal('"a", nil, {1}', client:value "'a', nil, {1}")
    assert.equal("1, 2", client:value "return 1, 2")
    assert.equal("", client:value "x = 5")
    assert.equal("", client:value "")
    assert.equal("", client:value "  -- nothing")
  end)

  it("keeps its variables, and the last result", function()
    local client = console.connect()
    client:value "x = 20"
    client:value "function double(n) return n * 2 end"
    assert.equal("40", client:value "double(x)")
    assert.equal("40", client:value "_")
    client:value "x = 21"
    assert.equal("40", client:value "_")
    assert.equal("20", client:value "load('y = 20')() return y")
  end)

  it("has variables of its own", function()
    local one, other = console.connect(), console.connect()
    one:value "x = 1"
    assert.equal("nil", other:value "x")
  end)

  it("says where an error comes from, in what was typed", function()
    local client = console.connect()
    assert.equal("error: input:1: boom", client:ask "error 'boom'".F)
    client:value "function f() error 'in f' end"
    assert.equal("error: input:1: in f\n  in what was typed\n" ..
      "    input:1: in function 'f'\n    input:2: in main chunk",
      client:ask "local a = 1\nf()".F)
    assert.equal('error: {code = "x"}\n  in what was typed\n' ..
      "    input:1: in main chunk", client:ask "error {code = 'x'}".F)
    assert.matches("^error: nil\n", client:ask "error()".F)
    assert.equal("noactor: nobody is registered as \"nobody\"",
      client:ask "call nobody x".F)
  end)

  it("says where an error comes from in another actor", function()
    local pid = actors.puppet()
    local client = console.connect()
    local text = client:ask(("call %s run 'error [[boom]]'"):format(pid)).F
    assert.matches("^exit: .*boom\n  in <0%.%d+%.%d+> fixtures%.puppet, " ..
      'call "run"\n', text)
    assert.is_nil(text:find "console")
  end)

  it("asks for more of what is not complete", function()
    local client = console.connect()
    for _, text in ipairs { "for i = 1, 2 do", "x = ", "f(", "[[a", "--[[",
        "'a\\", "return {", "call nobody {", "{", "1 +", "x,",
        "enter nobody {" } do
      assert.equal("", client:ask(text).M, text)
    end
    assert.equal("3", client:value "(1 +\n2)")
    for _, text in ipairs { "x = = 1", "'a", "end", "1 2" } do
      assert.matches("^syntax: input:1: ", client:ask(text).F, nil, text)
    end
  end)

  it("hands over what is printed, in order and before the answer", function()
    local client = console.connect()
    local all = client:ask("print(1, nil, 'x') io.write('a', 2, '\\n') " ..
      "io.stdout:write('b\\n') io.stderr:write('c\\n') return 3")
    assert.equal("1\tnil\tx\na2\nb\nc\n", all.O)
    assert.equal("3", all.R)
  end)

  it("may receive what is sent to it", function()
    local client = console.connect()
    client:value "troupe.send(troupe.self(), 1, 2)"
    assert.equal("1, 2", client:value "troupe.receive()")
  end)

  it("reads nothing from the host's standard input", function()
    local client = console.connect()
    assert.equal('nil, "no input here", 9', client:value "io.read()")
    assert.equal('nil, "no input here", 9', client:value "io.stdin:read 'a'")
  end)

  it("survives running out of memory", function()
    local client = console.connect()
    client:value "x = 7"
    assert.matches("^error: not enough memory",
      client:ask "string.rep('x', 1 << 28)".F)
    assert.equal("7", client:value "x")
  end)

  it("hands over what is printed where nobody can wait", function()
    local client = console.connect()
    local all = client:ask("tostring(setmetatable({}, {__tostring = " ..
      "function() print 'inside' return 'x' end}))")
    assert.same({ O = "inside\n", R = '"x"' }, all)
  end)

  it("takes several inputs at once, and answers them in order", function()
    local client = console.connect()
    for index = 1, 10 do client:send("E", "print(1) return " .. index) end
    for index = 1, 10 do
      assert.same({ O = "1\n", R = tostring(index) }, client:answer())
    end
  end)

  it("shows what cannot be sent or printed as text", function()
    local client = console.connect()
    assert.equal("function", client:value "math.floor")
    assert.matches("^{coroutine, suspended, function <input:1>}$",
      client:value "{coroutine.create(print), function() end}")
    assert.equal("{}",
      client:value "setmetatable({}, {__tostring = error, __pairs = error})")
    assert.matches("%.%.%. at least 999900 more",
      client:value "local t = {} for i = 1, 1e6 do t[i] = i end return t")
  end)

  it("carries a result of any size", function()
    local client = console.connect()
    local all = client:ask "print(('x'):rep(5000000)) return 1"
    assert.equal(5000001, #all.O)
    assert.equal("1", all.R)
  end)

  it("ends with `exit`", function()
    local client = console.connect()
    assert.equal("", client:ask "exit".R)
    assert.equal("", client:ending())
  end)

  it("survives its evaluator, and says that variables are gone", function()
    local client = console.connect()
    client:value "x = 1"
    assert.equal("killed: the evaluation ended: normal; the session's " ..
      "variables are gone", client:ask "troupe.exit()".F)
    assert.equal("nil", client:value "x")
    client:send("E", "local pid = troupe.self() troupe.kill(pid)")
    assert.matches("killed", client:answer().F)
    assert.equal("2", client:value "1 + 1")
  end)

  it("adapts to the screen", function()
    local client = console.connect { width = 30 }
    local source = "{{a = 'xxxxxxxx', b = 'yyyyyyyy'}}"
    assert.matches("\n", client:value(source))
    client:send("H", "protocol=1\nmode=plain\nwidth=100\n")
    assert.is_nil(client:value(source):find "\n")
  end)

  it("tells a person which command a name may be", function()
    local client = console.connect { mode = "terminal" }
    assert.equal("nil -- no such variable; did you mean the command actors?",
      client:value "actor")
    assert.equal("nil -- no such variable; did you mean the command exit?",
      client:value "quit")
    assert.equal("nil", client:value "quite_another_name")
    assert.equal("nil", console.connect():value "actor")
  end)

  it("tells a person where a local ends", function()
    local client = console.connect { mode = "terminal" }
    local text = "-- a local ends with its line; without `local` it stays"
    assert.equal(text, client:value "local x = 5")
    assert.equal(text, client:value "local x, y = 5, {1}")
    for _, other in ipairs { "local x = 1 print(x)", "local x", "x = 1",
        "local x = 1\nx = 2" } do
      assert.equal("", client:value(other))
    end
    assert.equal("", console.connect():value "local x = 5")
  end)

  it("has colours if they are wanted", function()
    local client = console.connect { colour = true }
    assert.equal("\27[36m1\27[0m", client:value "1")
    assert.matches("^\27%[31merror: ", client:ask "error 'x'".F)
  end)
end)

describe("an error", function()
  it("of any value is shown", function()
    local client = console.connect()
    for text, wanted in pairs {
      ["error()"] = "nil", ["error {1, 2}"] = "{1, 2}",
      ["error(true)"] = "true",
      ["error {kind = 1, message = 2}"] = "{kind = 1, message = 2}",
      ["error {message = {}}"] = "{message = {}}",
      ["error(setmetatable({}, {__index = error, __name = 7}))"] = "{}",
      ["error(0/0)"] = "nan", ["error(io.stdout)"] = "FILE* {}",
      ["coroutine.wrap(function() error {1} end)()"] = "{1}",
      ["error('a\27[2J\\xFF\\0', 0)"] = "a\\x1B[2J\\xFF\\x00",
    } do
      local shown = client:ask(text).F
      assert.equal("error: " .. wanted, shown:match "^[^\n]*", text)
    end
    for _, trace in ipairs { "1", "{1, 2}", "{{pid = 1, stack = {}}}",
        "{{pid = {}, request = {}, behaviour = {}, stack = 's'}}" } do
      assert.matches("^odd: m", client:ask(
        "error {kind = 'odd', message = 'm', trace = " .. trace .. "}").F)
    end
  end)

  it("in a stack that has overflowed is told", function()
    local client = console.connect()
    assert.matches("^error: input:1: stack overflow\n",
      client:ask("local function f(...) return f(...) + 1 end " ..
        "f(table.unpack({}, 1, 250))").F)
    assert.equal("2", client:value "1 + 1")
  end)
end)

describe("a session in JSON", function()
  it("answers with values and errors", function()
    local client = console.connect { mode = "json" }
    assert.equal('{"ok":true,"values":[1,null,{"a":[2]}]}',
      client:value "1, nil, {a = {2}}")
    assert.equal('{"ok":true,"values":[]}', client:value "x = 1")
    assert.equal('{"error":{"kind":"error","message":"input:1: boom",' ..
      '"trace":[]},"ok":false}', client:ask "error 'boom'".F)
    assert.matches('"kind":"syntax"', client:ask "x = = 1".F)
    assert.matches('"kind":"killed"', client:ask "troupe.exit()".F)
  end)

  it("has a command's data, and no table", function()
    local client = console.connect { mode = "json" }
    local all = client:ask "log"
    assert.is_nil(all.O)
    assert.matches('^{"ok":true,"values":%["%a+"%]}$', all.R)
  end)

  it("has lists that are no more than that", function()
    local client = console.connect { mode = "json" }
    local pid = actors.puppet()
    assert.matches('^{"ok":true,"values":%[%[{"behaviour":"fixtures.puppet"',
      client:value "actors behaviour=fixtures.puppet")
    assert.matches('^{"ok":true,"values":%[%[{.*%],%d+%]}$',
      client:value "tree limit=1")
    assert.equal('{"ok":true,"values":[{"bytes":0,"messages":[],' ..
      '"senders":0,"total":0}]}', client:value("mailbox " .. tostring(pid)))
    assert.matches('"more":{"groups":%d+,"keys":%d+}', client:value "registry")
  end)

  it("says what is too large", function()
    local client = console.connect { mode = "json" }
    assert.matches("32 MiB", client:ask "('x'):rep(40 * 1024 * 1024)".F)
  end)
end)

describe("a script", function()
  it("runs as one chunk if it is Lua", function()
    local client = console.connect()
    assert.same({ O = "3\n", R = "1, 2" },
      client:ask("local a = 1\nlocal b = 2\nprint(a + b)\nreturn a, b", "S"))
    assert.same({ R = "2" }, client:ask("#!/bin/x\nreturn 2", "S"))
  end)

  it("runs line by line if it is not", function()
    local client = console.connect()
    assert.same({ O = "3\n1\n2\n5\n", R = "" },
      client:ask("x = 3\nx\nfor i = 1, 2 do\n  print(i)\nend\nx + 2\n\n",
                 "S"))
    assert.same({ O = "no actor has the behaviour none\n3\n", R = "" },
      client:ask("actors behaviour=none\nx", "S"))
    assert.is_nil(client:ask("actors behaviour=none\nexit\nprint 'no'", "S").O
      :find "no\n$")
    client = console.connect()
    client:value "x = 3"
    local all = client:ask("x\nactors behaviour=none", "S")
    assert.same({ O = "3\nno actor has the behaviour none\n", R = "" }, all)
  end)

  it("stops at the first failure, and names its line", function()
    local client = console.connect()
    local all = client:ask("1 + 1\nprint 'a'\nerror 'x'\nprint 'b'", "S")
    assert.equal("2\na\n", all.O)
    assert.matches("^error: line 3: input:1: x", all.F)
    all = client:ask("1 + 1\nfor i = 1, 2 do", "S")
    assert.matches("^syntax: line 2: the end of the input is missing", all.F)
  end)
end)

describe("a client that behaves badly", function()
  local function why(...)
    local client = console.raw()
    for _, frame in ipairs { ... } do client.sock:write(frame) end
    return client:ending()
  end

  local function frame(kind, payload)
    return ("<I4"):pack(#payload + 1) .. kind .. payload
  end

  local HELLO = frame("H", "protocol=1\nmode=plain\nwidth=80\n")

  it("is told why, and left", function()
    assert.equal("a frame has at least one byte", why "\0\0\0\0")
    assert.equal("a frame has at most 1 MiB; give the host a file to load",
      why "GET / HTTP/1.1\r\n\r\n")
    assert.equal("the first frame has to be a hello", why(frame("E", "1")))
    assert.equal("this host speaks protocol 1, the client another",
      why(frame("H", "protocol=2\n")))
    assert.equal("this host speaks protocol 1, the client another",
      why(frame("H", "")))
    assert.equal("not a frame of protocol 1", why(HELLO, frame("Q", "")))
    assert.equal("too many inputs at once",
      why(HELLO, frame("E", "troupe.sleep(math.huge)"):rep(50)))
  end)

  it("may send what it likes", function()
    local random = fuzz.random(7)
    local kinds = { "H", "E", "S", "I", "C", "W", "R", "\0", "?" }
    for _ = 1, 60 do
      local client = console.raw()
      if random(1, 2) == 1 then client.sock:write(HELLO) end
      for _ = 1, random(1, 8) do
        local bytes = {}
        for index = 1, random(0, 40) do
          bytes[index] = string.char(random(0, 255))
        end
        local text = table.concat(bytes)
        if random(1, 4) > 1 then text = frame(kinds[random(1, 9)], text) end
        client.sock:write(text)
      end
      client.sock:close()
    end
    assert.equal("2", console.connect():value "1 + 1")
  end)

  it("may send a megabyte, but no more", function()
    local client = console.connect()
    local largest = 1024 * 1024 - 1
    client:send("E", "return 7 --" .. ("x"):rep(largest - 11))
    assert.equal("7", client:answer().R)
    client.sock:write(("<I4"):pack(largest + 2))
    assert.matches("at most 1 MiB", client:ending())
  end)

  it("leaves nothing behind by going away", function()
    for _, source in ipairs { "troupe.sleep(math.huge)", "while true do end",
        "while true do print(('x'):rep(1000)) end", "troupe.trap(true) " ..
        "while true do troupe.receive() end" } do
      local client = console.connect()
      client:send("E", source)
      client.sock:close()
    end
    local client = console.raw()
    client.sock:write "\0\0"
    client.sock:close()
  end)

  local function sessions()
    local count = 0
    for _, name in ipairs { "session", "evaluator" } do
      count = count + #core.actors { behaviour = "troupe.console." .. name }
    end
    return count
  end

  it("is left if it does not read", function()
    for _, source in ipairs { "while true do print(('x'):rep(1000)) end",
        "print(('x'):rep(2^24)) print(1)", "troupe.trap(true) " ..
        "while true do pcall(print, ('x'):rep(1000)) end" } do
      local client = console.connect { patience = 0.1 }
      assert.equal(2, sessions())
      client:send("E", source)
      eventually(function() return sessions() == 0 end)
    end
  end)

  it("has its evaluator killed with the session", function()
    local client = console.connect()
    client:send("E", "troupe.trap(true) print 'begun' while true do end")
    assert.equal("begun\n", client:expect "O")
    troupe.kill(core.actors { behaviour = "troupe.console.session" }[1].pid)
    eventually(function() return sessions() == 0 end)
    assert.is_nil((client:ending()))
  end)

  it("that goes away within a frame leaves nothing", function()
    local client = console.connect()
    client.sock:write(("<I4"):pack(100) .. "Ex = ")
    client.sock:close()
  end)

  it("has its greeting awaited for a while only", function()
    local client = console.raw()
    local pid
    eventually(function()
      for _, it in ipairs(core.actors { behaviour =
          "troupe.console.session" }) do
        pid = it.pid
      end
      return pid
    end)
    troupe.send(pid, "silent")
    assert.equal("no hello came", client:ending())
  end)
end)

describe("an interrupt", function()
  -- Once it is under way.
  local function begin(client, source)
    client:send("E", "print 'begun' " .. source)
    assert(client:expect "O" == "begun\n")
  end

  local STUBBORN = "while true do pcall(function() while true do end end) end"

  it("of nothing is ignored", function()
    local client = console.connect()
    client:send "I"
    assert.equal("2", client:value "1 + 1")
  end)

  it("of what may not have begun yet leaves it one answer", function()
    for _ = 1, 10 do
      local client = console.connect()
      client.sock:write(("<s4"):pack "Hprotocol=1\n" .. ("<s4"):pack "E9" ..
        ("<s4"):pack "I")
      local all = client:answer()
      assert.truthy(all.R == "9" or all.F)
      assert.equal("2", client:value "1 + 1")
    end
  end)

  it("ends a loop, and variables stay", function()
    local client = console.connect()
    client:value "x = 7"
    for _, source in ipairs { "while true do end", "troupe.sleep(math.huge)",
        "troupe.receive()", "while true do print(1) end",
        "coroutine.wrap(function() while true do end end)()", STUBBORN,
        "while true do pcall(troupe.sleep, 60) end",
        "xpcall(error, function() " .. STUBBORN .. " end)" } do
      begin(client, source)
      client:send "I"
      assert.matches("^interrupted%f[%z \n]", client:answer().F)
    end
    assert.equal("7", client:value "x")
  end)

  it("is not needed where nothing else could run", function()
    local client = console.connect()
    client:value "x = 7"
    begin(client, "tostring(setmetatable({}, { __tostring = function() " ..
      STUBBORN .. " end }))")
    assert.matches("interrupted", client:answer().F)
    assert.equal("7", client:value "x")
  end)

  it("that is repeated ends it anyhow", function()
    local client = console.connect()
    begin(client, STUBBORN)
    client:send "I"
    client:send "I"
    assert.truthy(client:answer().F)
    assert.equal("2", client:value "1 + 1")
  end)
end)
