-- clock: either
-- What a program gives its scripts: modules in memory, and files that it reads
-- itself. The programs are spec/embed/*.c.

local command = require "support.command"
local embed = require "support.embed"

local QUIET = { status = 0, stdout = "", stderr = "" }

local HEAD = embed.HEAD .. [[
  local inspect = require "troupe.inspect"
  local function add(name, code)
    local pid = troupe.start "adder"
    local added = troupe.call(pid, name, code)
    troupe.stop(pid)
    assert(added == true, added)
  end
]]

--- Runs the script in the host of files.c.
local function run(script, ...)
  local arguments = { HEAD .. script, ... }
  assert.same(QUIET, embed.run("files", { arguments = arguments }))
end

describe("a module in memory", function()
  it("is found by every actor, before package.path", function()
    run [[
      assert(require "game.one".number == 1)
      assert(require "game.one" == package.loaded["game.one"])
      add("game.goblin", "local goblin = {call = {}}\n" ..
        "function goblin.call.one() return require 'game.one'.number end\n" ..
        "function goblin.call.boom() error 'boom' end\n" ..
        "return goblin\n")
      package.path = ""
      local pid = troupe.start "game.goblin"
      assert(troupe.call(pid, "one") == 1)
      fails("game/goblin.lua:3: boom", troupe.call, pid, "boom")
    ]]
  end)

  it("may be added while the host runs, and bytecode", function()
    run [[
      fails("module 'late' not found", require, "late")
      add("late", string.dump(load("return {...}", "=late.lua")))
      assert(require "late"[1] == "late")
    ]]
  end)

  it("is what is reloaded once it is added again", function()
    run [[
      add("clock", "return {call = {tick = function() return 'old' end}}")
      add("clock", "return {call = {tick = function() return 'tick' end}}")
      local pid = troupe.start "clock"
      assert(troupe.call(pid, "tick") == "tick")
      add("clock", "return {call = {tick = function() return 'tock' end}}")
      local other = troupe.start "clock"
      assert(troupe.call(pid, "tick") == "tick")
      assert(troupe.call(other, "tick") == "tick")
      assert(inspect.reload "clock".actors == 2)
      assert(troupe.call(pid, "tick") == "tock")
      assert(troupe.call(other, "tick") == "tock")
      assert(inspect.reload "clock" == nil)
      assert(inspect.rollback "clock".version == 1)
      assert(troupe.call(pid, "tick") == "tick")
      add("unused", "return {}")
      assert(select(2, inspect.reload "unused") == "not loaded")
    ]]
  end)

  it("is refused where another one has been loaded", function()
    run [[
      assert(require "item".cost == 7)
      fails("the module item has been loaded from elsewhere", add, "item", "")
      fails("a.lua:1: ", add, "a", "return = 1")
      fails("at most 500 bytes, got 600", add, ("a"):rep(600), "")
    ]]
  end)

  it("is reloaded by the program", function()
    assert.same(QUIET, embed.run "reload")
  end)

  it("is watched like a file", function()
    local result = embed.run("files", { arguments = { HEAD .. [[
      add("clock", "return {call = {tick = function() return 'tick' end}}")
      local pid = troupe.start "clock"
      add("clock", "return {call = {tick = function() return 'tock' end}}")
      while troupe.call(pid, "tick") ~= "tock" do troupe.sleep(0.01) end
    ]], "", "watch" } })
    assert.matches("clock: version 2, 1 actor, ", result.stderr)
    assert.equal(0, result.status)
  end)
end)

describe("a program's own files", function()
  it("are modules, with their names in errors", function()
    run [[
      fails("pack/item.lua:2: no", require "item".fail)
      fails("pack/torn.lua:3: unexpected symbol near '}'", require, "torn")
      fails("module 'none' not found", require, "none")
      assert(package.searchpath("item", package.path) == "pack/item.lua")
    ]]
  end)

  it("are settings, assets and the script", function()
    run [[
      assert(troupe.config "speed" == 3)
      local asset = require "troupe.asset"
      assert(asset.read "map.txt" == "#..#")
      assert(select(2, asset.read "no.txt") == "assets/no.txt: no such asset")
    ]]
    run("", "pack/main.lua")
  end)
end)

--- Runs the script in the host of module.c.
local function bound(script)
  local arguments = { HEAD .. [[
    local engine = require "engine.test"
    local sprites = require "engine.sprite"
  ]] .. script }
  assert.same(QUIET, embed.run("module", { arguments = arguments }))
end

describe("a function of C", function()
  it("gets and returns values of all kinds", function()
    bound [[
      local long, pid = ("x"):rep(100000), troupe.self()
      local sprite = sprites.new()
      local got = table.pack(engine.echo(nil, true, false, 1, 1.5, "a\0b",
        long, pid, sprite, nil))
      assert(got.n == 10 and got[1] == nil and got[2] == true and
        got[3] == false and math.type(got[4]) == "integer" and
        got[5] == 1.5 and got[6] == "a\0b" and got[7] == long and
        got[8] == pid and got[9] == sprite)
      assert(engine.echo(math.mininteger) == math.mininteger)
      local shared = {1}
      local copy, text = engine.echo({shared, shared, key = {sprite}}, "text")
      assert(copy[1] == copy[2] and copy[1][1] == 1 and
        copy.key[1] == sprite and text == "text")
      assert(engine.add(1, 2.5) == 3.5)
      assert(select("#", engine.echo()) == 0)
    ]]
  end)

  it("returns several values in order", function()
    bound [[
      local got = table.pack(engine.mixed())
      assert(got.n == 5 and got[1] == "first" and got[2] == 2 and
        got[3][1] == "three" and got[4] == "" and got[5] == nil)
      assert(select("#", engine.many(16)) == 16)
      fails("too many results", engine.many, 17)
      fails("fewer values", engine.mixed, true)
      fails("a string is NULL", engine.no_text, true)
      fails("failed", engine.no_text)
    ]]
  end)

  it("says of a wrong argument what Lua says", function()
    bound [[
      local function says(text, kind, ...)
        local ok, problem = pcall(engine.expect, kind, ...)
        text = text:gsub("argument", "argument #2 to 'engine.test.expect'")
        assert(not ok and problem == text, problem)
      end
      says("bad argument (number expected, got no value)", "integer")
      says("bad argument (number has no integer representation)",
        "integer", 1.5)
      says("bad argument (number expected, got string)", "number",
        "1")
      says("bad argument (string expected, got number)", "string",
        1)
      says("bad argument (boolean expected, got nil)", "boolean",
        nil)
      says("bad argument (pid expected, got engine.sprite)", "pid",
        sprites.new())
      says("bad argument (engine.sprite expected, got pid)",
        "sprite", troupe.self())
      says("it was right", "integer", 2.0)
      local text = select(2, pcall(load("require 'engine.test'.add(1)",
        "=game.lua")))
      assert(text == "game.lua:1: bad argument #2 to 'add' (number " ..
        "expected, got no value)", text)
      text = select(2, pcall(load(
        "require 'engine.sprite'.new():move(1, {})", "=game.lua")))
      assert(text == "game.lua:1: bad argument #2 to 'move' (number " ..
        "expected, got table)", text)
    ]]
  end)

  it("fails in words of its own", function()
    bound [[
      local text = select(2, pcall(load("require 'engine.test'.fail 'no'",
        "=game.lua")))
      assert(text == "game.lua:1: no", text)
      text = select(2, pcall(load("require 'engine.test'.fail('no', 2)",
        "=game.lua")))
      assert(text == "game.lua:1: bad argument #2 to 'fail' (no)", text)
      text = select(2, pcall(engine.fail, ("x"):rep(1000)))
      assert(text == ("x"):rep(511))
      fails("argument 1", engine.echo, print)
      fails("argument 1.call: a function cannot be sent", engine.echo,
        {call = print})
    ]]
  end)

  it("cannot wait", function()
    bound [[
      local problem, pid = engine.wait()
      assert(problem:find "cannot", problem)
      assert(pid == troupe.self())
    ]]
  end)

  it("decodes objects of classes, whose modules may call it", function()
    bound [[
      package.preload.class = function()
        local class = {}
        class.__index, class.__module = class, "class"
        class.name = engine.echo("inner", {1})
        return class
      end
      local object = setmetatable({1}, {__module = "class"})
      local text, copy, more = engine.echo("outer", object, "more")
      assert(text == "outer" and copy.name == "inner" and more == "more")
    ]]
  end)

  it("leaves an actor within its memory", function()
    bound [[
      local pid = troupe.start("small", nil, {memory = 2000000})
      fails("not enough memory", troupe.call, pid, "grow")
      pid = troupe.start("small", nil, {memory = 2000000})
      assert(troupe.call(pid, "survive") == 20)
    ]]
  end)
end)

describe("a handle", function()
  it("is equal to itself, and a key", function()
    bound [[
      local sprite, other = sprites.new(), sprites.new()
      assert(sprite ~= other and engine.echo(sprite) == sprite)
      local names = {[sprite] = "one", [other] = "two"}
      local copy = engine.echo({sprite})
      assert(names[ copy[1] ] == "one")
      assert(getmetatable(sprite) == "engine.sprite")
      sprite, other, names = nil, nil, nil
      collectgarbage()
    ]]
  end)

  it("travels in messages, and not through troupe.encode", function()
    bound [[
      local task = require "troupe.task"
      local sprite = sprites.new()
      sprite:move(1, 2)
      local x, y = task.await(task.async("small", "move", sprite))
      assert(x == 2 and y == 3)
      fails("a handle cannot be encoded", troupe.encode, {sprite})
      troupe.send(troupe.self(), "take", sprite)
      local message = table.pack(troupe.receive())
      assert(message[#message] == sprite)
    ]]
  end)

  it("says that what it stands for is gone", function()
    bound [[
      local sprite = sprites.new()
      sprite:move(1, 2)
      assert(tostring(sprite) == "engine.sprite at 1,2", tostring(sprite))
      sprite:remove()
      local next = sprites.new()
      assert(next ~= sprite)
      fails("the sprite is gone", sprite.move, sprite, 1, 1)
      assert(tostring(sprite) == "engine.sprite (gone)", tostring(sprite))
      assert(next:move(0, 0) == 0)
      fails("no room", function() while true do sprites.new() end end)
    ]]
  end)

  it("is of a type that the host knows", function()
    bound [[
      fails("a type that this host does not know", engine.no_type)
      fails("a type that this host does not know", engine.no_type, nil)
      fails("no handle expected, got engine.sprite", engine.no_type,
        sprites.new())
      fails("this host knows no handles of the type engine.none",
        engine.no_type, true)
      local plain = engine.no_type(1)
      assert(tostring(plain) == "engine.plain 18446744073709551615")
      assert(plain == engine.no_type(1))
      fails("engine.sprite expected, got engine.plain",
        sprites.new().remove, plain)
    ]]
  end)
end)

describe("a program in C++", function()
  it("catches what it throws", function()
    local _, variant = embed.variant()
    local flags = ({ asan = "-fsanitize=address,undefined",
      tsan = "-fsanitize=thread" })[variant] or ""
    local program = embed.build(table.concat({ "g++ -std=c++11 -pedantic",
      "-Wall -Wextra -Werror -g -Ihost", flags, "spec/embed/engine.cpp",
      command.quote(embed.library()), "-lm -ldl -lpthread" }, " "))
    local result = command.run({ program }, { limit = 30 })
    assert.same({ 0, "" }, { result.status, result.stderr })
  end)
end)
