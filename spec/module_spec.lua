-- Modules in actors: where they are found, and that a host compiles each once.

local actors = require "support.actors"
local command = require "support.command"
local troupe = require "troupe"

local run, puppet = actors.run, actors.puppet

-- A directory of its own with these files; paths do not repeat, so no spec
-- finds what another has left in the host.
local function folder(files)
  local directory = command.directory()
  for name, text in pairs(files) do
    command.write(directory .. "/" .. name, text)
  end
  return directory
end

local PATH = "package.path = (...) .. '/?.lua;' .. package.path "

-- Runs the source in a fresh actor that finds modules in the directory.
local function made(directory, source, ...)
  return run(puppet(), PATH .. source, directory, ...)
end

describe("the path of an actor", function()
  after_each(actors.finish)

  it("is what its starter had, and its own children inherit it", function()
    local directory = folder {
      ["child.lua"] = [[
        local troupe = require "troupe"
        local child = { call = {} }
        function child.call.path() return package.path end
        function child.call.start() return troupe.start "child" end
        return child
      ]],
    }
    local pid = puppet()
    run(pid, PATH, directory)
    local child = actors.keep(run(pid, "return troupe.start 'child'"))
    local grandchild = actors.keep(troupe.call(child, "start"))
    local path = run(pid, "return package.path")
    assert.equal(directory, path:match "^(.-)/%?%.lua;")
    assert.equal(path, troupe.call(child, "path"))
    assert.equal(path, troupe.call(grandchild, "path"))
    assert.not_equal(path, package.path)
  end)

  it("does not change with the starter's, once it runs", function()
    local pid = puppet()
    local child = actors.keep(run(pid,
      "return troupe.start 'fixtures.puppet'"))
    run(pid, "package.path, package.cpath = './none/?.lua', './none/?.so'")
    assert.equal(package.path, run(child, "return package.path"))
    assert.equal(package.cpath, run(child, "return package.cpath"))
    local problem = run(pid, [[
      local _, problem = pcall(troupe.start, "fixtures.slow_reader")
      return tostring(problem)
    ]])
    assert.matches("no file fixtures/slow_reader.lua on package.path\n" ..
      "\t./none/?.lua\n", problem, 1, true)
  end)

  it("of C modules is inherited as well", function()
    local pid = puppet()
    local child = actors.keep(run(pid, [[
      package.cpath = "./here/?.so;" .. package.cpath
      return troupe.start "fixtures.puppet"
    ]]))
    assert.equal("./here/?.so;" .. package.cpath,
      run(child, "return package.cpath"))
    assert.equal("function", run(child, "return type(require 'lfs'.dir)"))
  end)

  it("that is no string any more is not passed on", function()
    local pid = puppet()
    local child = actors.keep(run(pid, [[
      package.path = nil
      return troupe.start "fixtures.puppet"
    ]]))
    assert.equal(package.path, run(child, "return package.path"))
  end)

  it("decides which of two modules of one name is meant", function()
    local one = folder { ["same.lua"] = "return 'one'" }
    local two = folder { ["same.lua"] = "return 'two'" }
    for _ = 1, 2 do
      assert.equal("one", made(one, "return require 'same'"))
      assert.equal("two", made(two, "return require 'same'"))
    end
  end)
end)

describe("a module that waits while it is loaded", function()
  after_each(actors.finish)

  local WAITS = [[
    local troupe = require "troupe"
    local answer = %s
    return { answer = answer, call = { ask = function() return answer end } }
  ]]

  for what, wait in pairs {
    ["for a call"] = 'troupe.call("oracle", "run", "return 42")',
    ["for time"] = "troupe.sleep(0) or 42",
    ["for its slice, or for nothing"] = "troupe.sleep(0) or 42",
  } do
    it(what .. " is a behaviour like any other", function()
      local directory = folder { ["waits.lua"] = WAITS:format(wait) }
      puppet { name = "oracle" }
      local pid = actors.keep(made(directory, "return troupe.start 'waits'"))
      assert.equal(42, troupe.call(pid, "ask"))
    end)

    it(what .. " can be required by another, and once", function()
      local directory = folder { ["waits.lua"] = WAITS:format(wait),
        ["outer.lua"] = [[
          local one, two = require "waits", require "waits"
          return { call = { ask = function()
            return one.answer, one == two
          end } }
        ]] }
      puppet { name = "oracle" }
      local pid = actors.keep(made(directory, "return troupe.start 'outer'"))
      assert.same({ 42, true }, { troupe.call(pid, "ask") })
    end)
  end

  it("and raises after that makes its start raise", function()
    local directory = folder { ["late.lua"] =
      "require 'troupe'.sleep(0)\nerror 'too late'" }
    local problem = made(directory, [[
      local _, problem = pcall(troupe.start, "late")
      return tostring(problem)
    ]])
    assert.matches("late.lua:2: too late", problem, 1, true)
  end)

  it("may be found by a searcher that waits", function()
    assert.same({ "found late", ":late:", true }, { made(folder {}, [[
      table.insert(package.searchers, 2, function(name)
        troupe.sleep(0)
        if name ~= "late" then return "not here" end
        return function(found, data)
          troupe.sleep(0)
          return "found " .. found, data
        end, ":late:"
      end)
      local value, data = require "late"
      local _, problem = pcall(require, "later")
      return value, data, problem:find("\n\tnot here\n", 1, true) ~= nil
    ]]) })
  end)
end)

describe("a behaviour that is not to be found", function()
  after_each(actors.finish)

  it("is named with the path, in few words", function()
    local problem = made(folder {}, [[
      package.path = "./?.lua;./lib/?.lua"
      local _, problem = pcall(troupe.start, "shop.rates")
      return problem.message
    ]])
    assert.equal("module 'shop.rates' not found: no file shop/rates.lua on " ..
      "package.path\n\t./?.lua;./lib/?.lua", problem)
  end)

  it("is told at length to who requires it", function()
    local directory = folder { ["outer.lua"] = "return require 'inner'" }
    for _, source in ipairs { "pcall(troupe.start, 'outer')",
      "pcall(require, 'inner')" } do
      local problem = made(directory, "return tostring(select(2, " ..
        source .. "))")
      assert.matches("module 'inner' not found:\n\tno field " ..
        "package.preload['inner']\n\tno file '", problem, 1, true)
    end
  end)
end)

describe("a module is compiled once per host:", function()
  after_each(actors.finish)

  it("a file that changes is not read again by later actors", function()
    local directory = folder { ["fixed.lua"] = "return { version = 1 }" }
    local source = "return require 'fixed'.version"
    assert.equal(1, made(directory, source))
    command.write(directory .. "/fixed.lua", "return { version = 2 }")
    assert.equal(1, made(directory, source))
    assert.equal(1, made(directory, "package.path = './none/?.lua;' .. " ..
      "package.path " .. source))
    os.remove(directory .. "/fixed.lua")
    assert.equal(1, made(directory, source))
  end)

  it("yet every actor runs it, and has a table of its own", function()
    local directory = folder { ["own.lua"] = "return { count = 0 }" }
    local source = [[
      local own = require "own"
      own.count = own.count + 1
      return own.count
    ]]
    local pid = puppet()
    run(pid, PATH, directory)
    assert.equal(1, run(pid, source))
    assert.equal(2, run(pid, source))
    assert.equal(1, made(directory, source))
  end)

  it("what dofile and loadfile read is always read again", function()
    local directory = folder { ["read.lua"] = "return 1" }
    local source = [[
      return dofile(... .. "/read.lua"), loadfile(... .. "/read.lua")()
    ]]
    assert.same({ 1, 1 }, { run(puppet(), source, directory) })
    command.write(directory .. "/read.lua", "return 2")
    assert.same({ 2, 2 }, { run(puppet(), source, directory) })
  end)

  it("a file that was missing or broken is tried again", function()
    local directory = folder {}
    local source = "return (select(2, pcall(require, 'late')))"
    assert.matches("module 'late' not found", made(directory, source), 1, true)
    command.write(directory .. "/late.lua", "return = 1")
    assert.matches("late.lua:1: unexpected symbol near '='",
      made(directory, source), 1, true)
    command.write(directory .. "/late.lua", "return 'there'")
    assert.equal("there", made(directory, source))
  end)

  it("messages and stacks keep file and line in every actor", function()
    local directory = folder {
      ["lines.lua"] = "local lines = {}\n\nfunction lines.fail(value)\n"
        .. "  return value.field\nend\n\nfunction lines.name(argument)\n"
        .. "  local variable = argument\n"
        .. "  return debug.getlocal(1, 1), debug.getlocal(1, 2)\nend\n\n"
        .. "return lines\n",
    }
    for _ = 1, 3 do
      local problem, trace, first, second, source = made(directory, [[
        local lines = require "lines"
        local _, problem = pcall(lines.fail)
        local _, trace = xpcall(lines.fail, debug.traceback)
        return problem, trace, (lines.name()), select(2, lines.name()),
          debug.getinfo(lines.fail, "S").source
      ]])
      local file = directory .. "/lines.lua"
      assert.equal(file .. ":4: attempt to index a nil value (local 'value')",
        problem)
      assert.matches(file .. ":4: in function 'lines.fail'", trace, 1, true)
      assert.equal("argument", first)
      assert.equal("variable", second)
      assert.equal("@" .. file, source)
    end
  end)

  it("nothing in it is lost on the way", function()
    local directory = folder {
      ["whole.lua"] = ([==[
        #!/usr/bin/env lua
        local up, count <const> = 0, 3
        local function next_one() up = up + 1 return up end
        local function closed()
          local log = ""
          do
            local _ <close> = setmetatable({}, {
              __close = function() log = log .. "closed" end })
          end
          return log
        end
        local long = LONG
        local sum = 0
        for i = 1, 10 do
          if i % 2 == 0 then goto continue end
          sum = sum + i
          ::continue::
        end
        return { ..., next_one(), next_one(), closed(), #long, sum, 1e300, -0.0,
          0x7fffffffffffffff, "a\0b\255", 1/0, count, ("%q"):format(0.1),
          select("#", table.unpack({}, 1, 5)) }
      ]==]):gsub("^%s+", ""):gsub("LONG", ("%q"):format(("x"):rep(1000))),
    }
    local source = [[
      local list = require "whole"
      for index, value in ipairs(list) do
        list[index] = math.type(value) == "float" and ("%a"):format(value)
          or tostring(value)
      end
      return table.concat(list, "|")
    ]]
    local first = made(directory, source)
    assert.matches("|1|2|closed|1000|25|0x1", first, 1, true)
    assert.equal(first, made(directory, source))
    assert.equal(first, made(directory, source))
  end)

  it("many actors may want it at the same moment", function()
    local directory = folder { ["wanted.lua"] = "return { value = 42 }" }
    local me, pids = troupe.self(), {}
    for index = 1, 40 do
      pids[index] = puppet()
      actors.begin(pids[index], PATH .. [[
        troupe.send(select(2, ...), "got", require "wanted".value,
          require "lfs"._VERSION)
      ]], directory, me)
    end
    for _ = 1, 40 do
      local what, value, version = troupe.receive()
      assert.same({ "got", 42, "string" }, { what, value, type(version) })
    end
  end)
end)

describe("the modules that come with the host", function()
  after_each(actors.finish)

  it("are found without a file, in stock's ways too", function()
    assert.same({ true, true, ":preload:", true }, { run(puppet(), [[
      local pool, where = require "troupe.pool"
      package.path = "./none/?.lua"
      return type(pool) == "table", where ~= nil,
        select(2, package.searchers[1] "troupe"),
        package.searchers[2] "troupe.entity" ~= nil
    ]]) })
  end)

  it("can be replaced by what a script preloads, as a mock", function()
    assert.equal("mock", run(puppet(), [[
      package.preload["troupe.pool"] = function() return "mock" end
      return (require "troupe.pool")
    ]]))
  end)
end)
