-- Lines that run inside another actor: enter and leave.

local actors = require "support.actors"
local console = require "support.console"
local troupe = require "troupe"

local LOOP = "while true do pcall(function() while true do end end) end"

after_each(console.finish)

describe("inside an actor", function()
  local function entered(options)
    local pid = actors.puppet(nil, "state.balance = 100")
    local client = console.connect(options)
    client:value("enter " .. tostring(pid))
    return client, pid
  end

  it("the prompt says where one is, until one leaves", function()
    local client, pid = entered()
    client:value ""
    assert.equal(("spec %s fixtures.puppet> "):format(pid), client.prompt)
    client:value "leave"
    client:value ""
    assert.equal("spec> ", client.prompt)
  end)

  it("a line sees its state and globals, and what it changes holds", function()
    local client, pid = entered()
    assert.equal("{balance = 100, held = {}}", client:value "state")
    client:value "state.balance = 5 x = 7"
    assert.equal(5, actors.run(pid, "return state.balance"))
    assert.equal(7, actors.run(pid, "return x"))
    assert.equal('7, "<function>"', client:value "x, print")
    client:value "leave"
    assert.equal("nil", client:value "x")
  end)

  it("what is printed comes out here", function()
    local client = entered()
    assert.same({ O = "a\tb\n", R = "1" },
      client:ask "print('a', 'b') return 1")
  end)

  it("an error is told, and ends nothing", function()
    local client, pid = entered()
    assert.matches("^error: enter:1: boom\n  in <.*> fixtures.puppet, what " ..
      "was typed\n",
      client:ask "error 'boom'".F)
    assert.matches("^syntax: input:1: ", client:ask "x = = 1".F)
    assert.equal("", client:ask "for i = 1, 2 do".M)
    assert.equal(100, actors.run(pid, "return state.balance"))
  end)

  it("a line may run without one's going in", function()
    local pid = actors.puppet(nil, "state.balance = 100")
    local client = console.connect()
    local text = tostring(pid)
    assert.equal("", client:value("enter " .. text .. " state.balance = 5"))
    assert.equal("5", client:value("enter " .. text .. " state.balance"))
    assert.equal("6", client:value("enter --now " .. text .. " 1 + 5"))
    assert.equal("spec> ", client.prompt)
    assert.equal("", client:ask("enter " .. text .. " {").M)
    assert.equal("7", client:value("enter " .. text .. " (\n7)"))
    assert.matches("^syntax: ", client:ask("enter " .. text .. " x y").F)
    assert.equal("badargument: you are inside no actor", client:ask "leave".F)
  end)

  it("that is busy is told, and what helps", function()
    local pid = actors.puppet()
    troupe.cast(pid, "run", "troupe.sleep(math.huge)")
    local client = console.connect()
    assert.matches("^timeout: <.*> is busy, and has not come to it in " ..
      "0.05 s; %-%-now does not wait for that$",
      client:ask(("enter %s timeout=0.05 1"):format(pid)).F)
    troupe.kill(pid)
    pid = actors.puppet()
    assert.equal("timeout: it was not done in 0.05 s, and is ended",
      client:ask(("enter %s timeout=0.05 " ..
        "require 'troupe'.sleep(math.huge)"):format(
        pid)).F)
  end)

  it("what is raised is what was typed, however it was begun", function()
    local client, pid = entered()
    client:value "leave"
    assert.equal(("error: enter:1: boom\n  in %s fixtures.puppet, what was " ..
      "typed\n    [C]: in function 'error'\n    enter:1: in main chunk")
      :format(pid), client:ask(("enter %s --now error 'boom'"):format(pid)).F)
    assert.is_nil(client:ask(("call %s run 'error {}'"):format(pid)).F
      :find "what was typed")
  end)

  it("a command's name alone is told to be one", function()
    local client = entered { mode = "terminal" }
    assert.equal("nil -- no such variable here; `leave` first for the " ..
      "command actors", client:value "actors")
    assert.equal("nil", client:value "nothing")
  end)

  it("commands go on where they cannot be Lua", function()
    local client, pid = entered()
    assert.matches("^pid ", client:shown("info " .. tostring(pid)))
    assert.matches("^Type Lua", client:shown "help")
    troupe.kill(pid)
    assert.matches("^noactor: ", client:ask "state".F)
    assert.equal("", client:value "leave")
  end)

  it("`now` looks at one that waits", function()
    local pid = actors.busy()
    local client = console.connect()
    client:value(("enter %s --now"):format(pid))
    assert.equal("2", client:value "1 + 1")
  end)

  it("completion knows what it has, and runs none of it", function()
    local client, pid = entered()
    actors.run(pid, "shelf = { left = 1, right = { deep = 2 } } " ..
      "state.evil = setmetatable({}, { __index = error, __pairs = error })")
    local function list(text)
      local _, candidates = client:complete(text)
      return table.concat(candidates, " ")
    end
    assert.equal("state", list "stat")
    assert.equal("balance", list "state.bal")
    assert.equal("left right", list "shelf.")
    assert.equal("deep", list "return shelf.right.d")
    assert.equal("", list "state.evil.x")
    assert.equal("", list "state.balance.x")
    assert.equal("shelf", list "x = she")
    assert.equal("leave", list "leav")
    troupe.kill(pid)
    assert.equal("", list "state.b")
  end)

  it("an interrupt ends what was begun, here and there", function()
    local pid = actors.puppet()
    local client = console.connect()
    client:value("enter " .. tostring(pid))
    client:send("E", "troupe.send(target, 'begun') " .. LOOP)
    assert.truthy(client:answer().F)
    actors.run(pid, "target = ...", troupe.self())
    client:send("E", "require('troupe').send(target, 'begun') " .. LOOP)
    assert.equal("begun", troupe.receive())
    client:send "I"
    assert.matches("^interrupted while waiting for the answer to ",
      client:answer().F)
    assert.equal(1, actors.run(pid, "return 1"))
    assert.equal("2", client:value "1 + 1")
  end)
end)
