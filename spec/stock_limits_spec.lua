-- What is deliberately not stock in an actor, and why: whatever a script does
-- in Lua must end at most that actor.

local actors = require "support.actors"

local run, puppet = actors.run, actors.puppet

-- In a fresh actor.
local function made(source)
  local results = table.pack(run(puppet(), source))
  return table.unpack(results, 1, results.n)
end

describe("load takes text only:", function()
  after_each(actors.finish)

  it("bytecode is refused, whatever the mode", function()
    for _, mode in ipairs { "nil", "'b'", "'bt'", "'t'", "'anything'" } do
      local f, problem = made(([[
        return load(string.dump(function() return 1 end), "=x", %s)
      ]]):format(mode))
      assert.is_nil(f)
      assert.matches("attempt to load a binary chunk (mode is '", problem, 1,
        true)
    end
  end)

  it("so is bytecode that comes in pieces", function()
    for _, mode in ipairs { "nil", "'b'", "'bt'" } do
      local f, problem = made(([[
        local code, at = string.dump(function() return 1 end), 0
        return load(function()
          at = at + 1
          return code:sub(at, at)
        end, "=x", %s)
      ]]):format(mode))
      assert.is_nil(f)
      assert.matches("attempt to load a binary chunk", problem, 1, true)
    end
  end)

  it("so are files of bytecode", function()
    local results = { made [[
      local name = os.tmpname()
      local file = io.open(name, "wb")
      file:write(string.dump(function() return 1 end))
      file:close()
      local loaded, problem = loadfile(name)
      local _, by_dofile = pcall(dofile, name)
      local binary = loadfile(name, "b")
      package.path = name
      local _, by_require = pcall(require, "any")
      os.remove(name)
      return tostring(loaded), problem, by_dofile, tostring(binary), by_require
    ]] }
    assert.equal("nil", results[1])
    assert.equal("nil", results[4])
    for _, index in ipairs { 2, 3, 5 } do
      assert.matches("attempt to load a binary chunk (mode is 't')",
        results[index], 1, true)
    end
  end)

  it("a behaviour that is bytecode does not start", function()
    local ok, problem = made [[
      local name = os.tmpname()
      local file = io.open(name, "wb")
      file:write(string.dump(function() return {} end))
      file:close()
      package.path = name
      local ok, problem = pcall(troupe.start, "any")
      os.remove(name)
      return ok, tostring(problem)
    ]]
    assert.is_false(ok)
    assert.matches("attempt to load a binary chunk", problem, 1, true)
  end)
end)

describe("debug leaves alone what C code trusts:", function()
  after_each(actors.finish)

  it("the registry is not there", function()
    assert.equal("nil nil", made [[
      return tostring(debug.getregistry) .. " " ..
        tostring(rawget(debug, "getregistry"))
    ]])
  end)

  it("a userdata keeps its metatable and its values", function()
    assert.same({ false, "cannot change the metatable of a userdata", false,
      "cannot change the values of a userdata", true }, { made [[
      local a, b = pcall(debug.setmetatable, io.stdout, {})
      local c, d = pcall(debug.setuservalue, io.stdout, 1)
      return a, b, c, d, io.type(io.stdout) == "file"
    ]] })
  end)

  it("a C function keeps its values", function()
    assert.same({ false, "cannot change the values of a C function", "x" }, {
      made [[
        local f = ("x"):gmatch "."
        local a, b = pcall(debug.setupvalue, f, 1, 1)
        return a, b, f()
      ]] })
  end)

  it("what has no name in a Lua function keeps its value", function()
    assert.same({ false, "cannot change a value that has no name", 3 }, {
      made [[
        local ok, problem, sum = true, nil, 0
        for i = 1, 2 do
          ok, problem = pcall(function()
            for number = 1, 20 do
              local name = debug.getlocal(3, number)
              if name and name:sub(1, 1) == "(" then
                debug.setlocal(3, number, {})
              end
            end
          end)
          sum = sum + i
        end
        return ok, (problem:gsub("^puppet:%d+: ", "")), sum
      ]] })
  end)

  it("the stack of a C function is not shown and not changed", function()
    assert.same({ "nil", false, "cannot change a value that has no name",
      "abc" }, { made [[
      local shown, ok, problem
      local result = ("abc"):gsub("b", function()
        shown = tostring(debug.getlocal(2, 1))
        ok, problem = pcall(debug.setlocal, 3, 1, nil)
      end)
      return shown, ok, problem, result
    ]] })
  end)

  it("another thread's stack is as safe", function()
    assert.same({ false, "cannot change a value that has no name", 1 }, {
      made [[
        local co = coroutine.wrap(function()
          for i = 1, 1 do coroutine.yield(coroutine.running()) end
          return 1
        end)
        local thread = co()
        local ok, problem
        for number = 1, 9 do
          local name = debug.getlocal(thread, 1, number)
          if name and name:sub(1, 1) == "(" then
            ok, problem = pcall(debug.setlocal, thread, 1, number, "text")
            break
          end
        end
        return ok, problem, co()
      ]] })
  end)
end)

describe("the metatable of a userdata", function()
  after_each(actors.finish)

  it("is shown as a copy, always the same", function()
    assert.same({ true, true, "FILE*", true, "nil" }, { made [[
      local one, other = getmetatable(io.stdout), debug.getmetatable(io.stderr)
      one.mine = true
      return one == other, rawequal(one, getmetatable(io.stdout)), one.__name,
        one.__index == getmetatable(io.stdin).__index,
        type(debug.getmetatable(coroutine.running()))
    ]] })
  end)

  it("so has no finaliser but its own", function()
    assert.same({ 0, "file" }, { made [[
      local calls = 0
      local function count() calls = calls + 1 end
      getmetatable(io.stdout).__gc = count
      debug.getmetatable(io.stdout).__gc = count
      debug.getmetatable(io.stdout).__name = "other"
      io.tmpfile()
      collectgarbage()
      return calls, io.type(io.tmpfile())
    ]] })
  end)
end)

describe("what belongs to the whole process", function()
  after_each(actors.finish)

  it("is asked for the locale, but does not change it", function()
    assert.same({ "C", "nil", "C", "C" }, { made [[
      return os.setlocale(), tostring(os.setlocale("C.UTF-8")), os.setlocale(),
        os.setlocale("C")
    ]] })
  end)

  it("is not ended by os.exit in an actor: the actor is", function()
    local pid = puppet()
    local problem = actors.raised(run, pid, "pcall(os.exit, 3)")
    assert.equal("exit", problem.kind)
    assert.equal(1, run(puppet(), "return 1"))
  end)
end)

describe("a chain of coroutines that close each other", function()
  after_each(actors.finish)

  local CLOSE = [[
    local length, between = ...
    local function deep(n, f)
      if n == 0 then return f() end
      ("x"):gsub("x", function() deep(n - 1, f) end)
    end
    local inner
    for _ = 1, length do
      local mine = inner
      inner = coroutine.create(function()
        local _ <close> = setmetatable({}, { __close = function()
          if mine then
            deep(between, function()
              local ok, problem = coroutine.close(mine)
              if not ok then error(problem, 0) end
            end)
          end
        end })
        coroutine.yield()
      end)
      coroutine.resume(inner)
    end
    local ok, problem = coroutine.close(inner)
    return ok, problem and problem:match "C stack overflow" or problem
  ]]

  it("is closed as far as 150", function()
    assert.is_true(run(puppet(), CLOSE, 150, 0))
  end)

  it("is an error where the C stack would overflow", function()
    assert.same({ false, "C stack overflow" }, { run(puppet(), CLOSE, 50000,
      0) })
    assert.same({ false, "C stack overflow" }, { run(puppet(), CLOSE, 5000,
      60) })
  end)

  it("is an error for wrapped ones, too", function()
    assert.same({ false, "C stack overflow" }, { made [[
      local inner
      for _ = 1, 5000 do
        local mine = inner
        inner = coroutine.wrap(function()
          local _ <close> = setmetatable({}, { __close = function()
            if mine then mine() end
          end })
          coroutine.yield()
          error("end", 0)
        end)
        inner()
      end
      local ok, problem = pcall(inner)
      return ok, problem:match "C stack overflow"
    ]] })
  end)
end)

describe("what a function of table calls", function()
  after_each(actors.finish)

  it("may yield, which stock refuses", function()
    assert.same({ true, 1, 2, "1 2" }, { made [[
      local list = { 2, 1 }
      local co = coroutine.wrap(function()
        table.sort(list, function(a, b)
          coroutine.yield(coroutine.isyieldable(), a, b)
          return a < b
        end)
      end)
      local yieldable, a, b = co()
      co()
      return yieldable, a, b, table.concat(list, " ")
    ]] })
    assert.equal(3, made [[
      local list = setmetatable({}, { __len = coroutine.yield })
      local co = coroutine.wrap(function() table.insert(list, "x") end)
      co()
      co(2)
      return #table.pack(next(list)) + 1
    ]])
  end)
end)

describe("what gsub calls", function()
  after_each(actors.finish)

  it("may yield, which stock refuses", function()
    assert.same({ true, "a", "b", "12", 2 }, { made [[
      local co = coroutine.wrap(function()
        return ("ab"):gsub("%w", function(c)
          return (coroutine.yield(c, coroutine.isyieldable()))
        end)
      end)
      local a, yieldable = co()
      return yieldable, a, co(1), co(2)
    ]] })
  end)
end)

describe("a hook", function()
  after_each(actors.finish)

  it("does not see that libraries are filled in when they are used", function()
    assert.equal("upper sethook", made [[
      local log = {}
      debug.sethook(function()
        log[#log + 1] = debug.getinfo(2, "n").name
      end, "c")
      string.upper "x"
      debug.sethook()
      return table.concat(log, " ")
    ]])
  end)
end)
