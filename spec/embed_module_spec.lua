-- clock: either
-- What a program gives its scripts: modules in memory, and files that it reads
-- itself. The programs are spec/embed/*.c.

local embed = require "support.embed"

local QUIET = { status = 0, stdout = "", stderr = "" }

local HEAD = [[
  local troupe = require "troupe"
  local inspect = require "troupe.inspect"
  local function fails(text, ...)
    local ok, problem = pcall(...)
    assert(not ok, "it did not fail")
    problem = tostring(problem)
    assert(problem:find(text, 1, true), problem)
  end
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
