-- What may come next at the prompt: troupe.console.completion.

local actors = require "support.actors"
local console = require "support.console"
local registry = require "troupe.registry"

after_each(console.finish)

describe("completion", function()
  local client

  before_each(function() client = console.connect() end)

  local function list(text)
    local _, candidates = client:complete(text)
    return table.concat(candidates, " ")
  end

  local function has(text, wanted)
    for _, candidate in ipairs(select(2, client:complete(text))) do
      if candidate == wanted then return true end
    end
    return false
  end

  it("knows globals, of Lua and of the session", function()
    client:value "shop_one, shop_two = 1, 2"
    local replaced, candidates = client:complete "print(shop_"
    assert.equal(5, replaced)
    assert.same({ "shop_one", "shop_two" }, candidates)
    assert.equal("string", list "x = strin")
    assert.equal("function", list "funct")
    assert.equal("", list "nothing_like_it")
    assert.is_false(has("", "print"))
    assert.is_true(has("x = ", "print"))
  end)

  it("knows fields, and methods behind a colon", function()
    client:value "t = { one = 1, two = { three = print, four = 4 } }"
    assert.equal("one", list "t.o")
    assert.equal("four three", list "return t.two.")
    assert.equal("three", list "t.two:")
    assert.equal("rep reverse", list "string.re")
    assert.equal("", list "t.none.")
    assert.equal("", list "none.x")
    assert.is_true(has("troupe.", "start"))
    assert.is_true(has("inspect.", "stack"))
  end)

  it("knows fields behind a table, and runs no function", function()
    client:value "t = setmetatable({}, { __index = { far = print } })"
    assert.equal("far", list "t:f")
    client:value "t = setmetatable({}, { __index = error, __pairs = error })"
    assert.equal("", list "t.x.y")
    client:value "t = {} t = setmetatable(t, { __index = t })"
    assert.equal("", list "t.x")
  end)

  it("knows commands, their words and options", function()
    assert.is_true(has("act", "actors"))
    assert.equal("sort=", list "actors s")
    assert.is_true(has("", "actors"))
    assert.equal("sort=calls sort=cpu", list "actors sort=c")
    assert.equal("behaviour=fixtures.puppet", (function()
      actors.puppet()
      return list "actors behaviour=fixtures.p"
    end)())
    assert.equal("debug", list "log d")
    assert.equal("--now", list "enter shop -")
    assert.equal("--all", list "actors --")
    assert.equal("actors", list "help act")
    assert.is_false(has("x = act", "nothing"))
  end)

  it("knows registered keys", function()
    registry.register "completed"
    registry.register { "completed", 7 }
    assert.equal("completed completed/7", list "info compl")
    assert.equal("completed completed/7", list "call compl")
    assert.equal("", list "call completed comple")
    registry.unregister "completed"
    registry.unregister { "completed", 7 }
  end)

  it("knows what one may ask, and what is inside", function()
    local pid = actors.puppet(nil, "state.balance = 1 state.bank = 2")
    assert.equal("release run", list(("call %s r"):format(pid)))
    assert.equal("run", list(("cast %s r"):format(pid)))
    assert.equal("", list(("cast %s r"):format "nobody"))
    assert.equal("balance bank", list(("enter %s state.ba"):format(pid)))
    assert.equal("state", list(("enter --now %s sta"):format(pid)))
    assert.is_true(has(("enter %s "):format(pid), "state"))
    assert.equal("state", list "enter nobody sta")
  end)

  it("knows pids", function()
    local pid = tostring(actors.puppet())
    local replaced, candidates = client:complete("stack " .. pid:sub(1, -2))
    assert.same({ #pid - 1, { pid } }, { replaced, candidates })
    assert.is_true(has("info <", pid))
    assert.is_true(has("kill(<0.", pid))
  end)

  it("knows modules", function()
    assert.equal("troupe.registry", list "require 'troupe.reg")
    assert.equal("troupe.registry", list 'require("troupe.reg')
    assert.is_true(has("require 'str", "string"))
    actors.puppet()
    assert.is_true(has("reload ", "fixtures.puppet"))
    assert.is_false(has("reload ", "troupe.registry"))
  end)

  it("is bounded, and of any text", function()
    client:value "big = {} for i = 1, 100000 do big['k' .. i] = i end"
    assert.equal(500, #select(2, client:complete "big."))
    for _, text in ipairs { "\0", "\27[A", "(((", "'", "x.", ".", ":", "..",
        "stack ", "stack <", "a\nb\nstri", ("x."):rep(10000) } do
      assert.equal("number", type((client:complete(text))), text)
    end
  end)
end)
