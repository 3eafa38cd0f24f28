-- The start option `libraries`: what an actor has of the standard libraries.

local life = require "support.life"
local support = require "support"
local troupe = require "troupe"

describe("an actor that is given some libraries", function()
  -- Without `load` a spec cannot tell an actor what to do: so a host of its
  -- own, and a module.
  local function told(libraries, source, files)
    files = files or {}
    files["boxed.lua"] = "local box = {} function box.init() " .. source ..
      " return {} end return box"
    return support.output(([[
      local troupe = require "troupe"
      troupe.start("boxed", nil, { libraries = %s })
    ]]):format(libraries), { files = files })
  end

  it("has these, and what is in no library but load", function()
    assert.equal("table math nil nil nil nil nil nil nil\n", told(
      '{ "table", "math" }', [[
        local function name(x) return type(x) == "table" and "yes" end
        local out = { table and "table", math and "math" }
        for i, key in ipairs { "io", "os", "debug", "package", "string",
          "coroutine", "utf8" } do
          out[2 + i] = tostring(rawget(_G, key))
          assert(_G[key] == nil)
        end
        print(table.concat(out, " "))
      ]]))
    assert.equal("nil nil nil\n", told("{}",
      "print(tostring(load) .. ' ' .. tostring(loadfile) .. ' ' .. " ..
      "tostring(dofile))"))
  end)

  it("comes by no other way to the rest", function()
    assert.equal("function nil nil 3.0 true\n", told('{ "table" }', [[
      local seen = {}
      local function look(value)
        if type(value) ~= "table" or seen[value] then return end
        seen[value] = true
        for key, inner in next, value do
          assert(inner == nil or (key ~= "io" and key ~= "os" and
            key ~= "debug" and key ~= "package" and key ~= "string"), key)
          look(inner)
        end
        look(getmetatable(value))
      end
      look(_G)
      look(getmetatable "")
      local ok, problem = pcall(require, "io")
      assert(not ok)
      assert(not pcall(require, "package") and not pcall(require, "lfs"))
      assert(not pcall(function() return ("x"):upper() end))
      print(table.concat({ type(require), tostring(getmetatable("").__index),
        tostring(package), "1" + 2.0, tostring(pairs(_G) ~= nil) }, " "))
    ]]))
  end)

  it("requires modules of the path, and the host's own", function()
    assert.equal("from a file\ttable\n", told("{}", [[
      print(require "mine", type(require "troupe.registry"))
    ]], { ["mine.lua"] = "return 'from a file'" }))
    assert.matches("module 'nothing' not found:\n\t?no file", told("{}", [[
      print((select(2, pcall(require, "nothing"))))
    ]]))
  end)

  it("is given load by name, and files with io", function()
    assert.equal("function nil nil\n", told('{ "load" }',
      "print(type(load) .. ' ' .. tostring(loadfile) .. ' ' .. " ..
      "tostring(dofile))"))
    assert.equal("nil nil nil\n", told('{ "io" }',
      "print(tostring(load) .. ' ' .. tostring(loadfile) .. ' ' .. " ..
      "tostring(dofile))"))
    assert.equal("function function\n", told('{ "io", "load" }',
      "print(type(loadfile) .. ' ' .. type(dofile))"))
  end)

  it("gives away no more than it has", function()
    assert.equal("nil\tnil\ttable\n", told('{ "table" }', [[
      require "troupe".start("inner", nil, { libraries = { "io", "table" } })
    ]], { ["inner.lua"] =
      "return { init = function() print(io, load, type(table)) end }" }))
  end)

  it("is refused what does not exist", function()
    for _, case in ipairs {
      { { "sting" }, 'got "sting"' }, { "string", 'got "string"' },
      { { 5 }, "got 5" }, { 7, "got 7" }, { { string = true }, "got table" },
    } do
      local problem = life.misuse(troupe.start, "fixtures.puppet", nil,
        { libraries = case[1] })
      assert.matches("expected libraries to be a list of standard libraries, ",
        problem, 1, true)
      assert.matches(case[2], problem, 1, true)
    end
  end)
end)
