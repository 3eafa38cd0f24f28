-- troupe deps: versions, dependencies, the lock file and changes of a
-- rockspec, as texts.

local dependency = require "troupe.cli.deps.dependency"
local lock = require "troupe.cli.deps.lock"
local rockspec = require "troupe.cli.deps.rockspec"
local version = require "troupe.cli.deps.version"

describe("a version", function()
  it("has a place in their order", function()
    local order = { "1.0alpha-1", "1.0beta1-1", "1.0rc1-1", "1.0rc2-1",
      "1.0-1", "1.0-2", "1.0.1-1", "1.2-1", "1.10-1", "20230101-1", "cvs-1",
      "scm-1", "dev-1" }
    for i, older in ipairs(order) do
      for j, newer in ipairs(order) do
        local got = version.compare(version.read(older), version.read(newer))
        assert.equal(i < j and -1 or i > j and 1 or 0, got,
          older .. " and " .. newer)
      end
    end
  end)

  it("is not any text", function()
    for _, text in ipairs { "", "-", "1.0+2", "~" } do
      assert.is_nil(version.read(text), text)
    end
  end)
end)

describe("a dependency", function()
  local function fits(text, wanted)
    return dependency.fits(assert(dependency.read(wanted)), text)
  end

  it("is good for some versions", function()
    for wanted, versions in pairs {
      ["a"] = { "1.0-1", "scm-1" },
      ["a 1.0"] = { "1.0-1", "1.0-7" },
      ["a == 1.0-7"] = { "1.0-7" },
      ["a ~= 1.0"] = { "1.1-1" },
      ["a > 1.0, <= 2"] = { "1.0.1-1", "2.0-1" },
      ["a >=1.5 <2"] = { "1.5-1", "1.99-1" },
      ["a ~> 1"] = { "1-1", "1.9.9-1" },
      ["a ~> 1.2"] = { "1.2-1", "1.2.9-1" },
      ["a @1"] = { "1-1" },
    } do
      for _, text in ipairs(versions) do
        assert.is_true(fits(text, wanted), text .. " for " .. wanted)
      end
    end
  end)

  it("is not good for others", function()
    for wanted, text in pairs { ["a 1.0"] = "1-1", ["a == 1.0-7"] = "1.0-1",
      ["a ~= 1.0"] = "1.0-1", ["a > 1.0, <= 2"] = "2.0.1-1",
      ["a >= 1.5, < 2"] = "2.0-1", ["a ~> 1.2"] = "1.3-1" } do
      assert.is_false(fits(text, wanted), text .. " for " .. wanted)
    end
  end)

  it("says what it is not", function()
    for text, why in pairs {
      [""] = "expected the name of a rock",
      ["!!"] = "expected the name of a rock",
      ["a >> 1"] = "expected an operator (== ~= < > <= >= ~>) and a version",
      ["a >="] = "expected an operator (== ~= < > <= >= ~>) and a version",
      ["a 1..2+"] = "expected an operator (== ~= < > <= >= ~>) and a version",
      ["a -"] = "- is no version",
    } do
      assert.same({ ("cannot read the dependency %q: %s"):format(text, why) },
        { select(2, dependency.read(text)) })
    end
  end)

  it("may be of somebody's, or in capitals", function()
    local found = dependency.read " Some/LuaHello  >= 1 "
    assert.same({ "luahello", "some/luahello", ">= 1" },
      { found.name, found.key, found.constraint })
  end)

  it("follows a version that is compatible", function()
    for text, constraint in pairs { ["1.2.3-1"] = "~> 1",
      ["0.3.1-2"] = "~> 0.3", ["3-1"] = "~> 3",
      ["scm-1"] = "== scm-1", ["v2.1-1"] = "~> 2" } do
      assert.equal(constraint, dependency.compatible(text))
    end
  end)

  it("is another on a platform", function()
    local list = dependency.list({ dependencies = { "a", "b",
      platforms = { unix = { "c" }, windows = { "d" } } } }, "dependencies")
    assert.same({ "c", "b" }, { list[1].text, list[2].text, list[3] })
  end)

  it("is in a list of texts", function()
    local function why(list)
      return select(2, dependency.list({ dependencies = list },
        "dependencies"))
    end
    assert.equal("expected dependencies to be a list", why "a")
    assert.equal("expected dependencies to be a list of strings", why { {} })
    assert.equal("lua < 5.4 is wanted, but this is Lua 5.4",
      why { "lua < 5.4" })
  end)
end)

describe("a lock file", function()
  it("is the same bytes for the same rocks", function()
    assert.equal([[
return {
   dependencies = {
      a = "1.0-1",
      ["and"] = "1-1",
      ["lua-b"] = "2.0-1"
   },
   test_dependencies = {},
}
]], lock.text { test_dependencies = {}, dependencies = { ["lua-b"] = "2.0-1",
      a = "1.0-1", ["and"] = "1-1" } })
  end)

  it("says where it departs", function()
    local wants = { dependencies = { dependency.read "lua ~> 5.4",
      dependency.read "a >= 2", dependency.read "b", dependency.read "c" },
      test_dependencies = { dependency.read "d" } }
    assert.same({ "luarocks.lock: has a 1.0-1, but x.rockspec wants a >= 2 " ..
      "(run troupe deps update a)", "luarocks.lock: lacks c, which " ..
      "x.rockspec wants (run troupe deps update c)" },
      lock.departures({ dependencies = { a = "1.0-1", b = "1.0-1" } }, wants,
      "x.rockspec"))
  end)
end)

describe("a rockspec", function()
  local function read(text)
    local fields = {}
    assert(load(text, "=text", "t", fields))()
    return { file = "x.rockspec", fields = fields }
  end

  local function put(text, wanted, key)
    return rockspec.put(read(text), text, key or "dependencies",
      assert(dependency.read(wanted)))
  end

  local function drop(text, name)
    return rockspec.drop(read(text), text, "dependencies", name)
  end

  local LINES = [[
-- dependencies = { "no" }
description = { summary = [=[ dependencies = { "no" } ]=] }
dependencies = { -- ours
  -- for all
  "lua ~> 5.4",
  'hello >= 1', -- "hello" there
  "last"; --[==[ } ]==]
}
test_dependencies = { "busted" }
]]

  it("takes one more in a line", function()
    assert.equal('dependencies = { "a", "b ~> 1" }',
      put('dependencies = { "a" }', "b ~> 1"))
    assert.equal("dependencies = {'a', 'b',}",
      put("dependencies = {'a',}", "b"))
    assert.equal('dependencies = { "b" }', put("dependencies = {}", "b"))
    assert.equal('x = 1\ndependencies = { "b" }\n', put("x = 1", "b"))
    assert.equal('dependencies = { "b", platforms = {} }',
      put("dependencies = { platforms = {} }", "b"))
    assert.equal('dependencies = { [[a]], "b" }',
      put("dependencies = { [[a]] }", "b"))
  end)

  it("takes one more in a line of its own", function()
    assert.equal((LINES:gsub("%]==%]\n", '%0  "b",\n')), put(LINES, "b"))
    assert.equal('dependencies = {\n  "a", -- one\n  "b"\n}',
      put('dependencies = {\n  "a" -- one\n}', "b"))
    assert.equal('dependencies = {\n  "a",\n  "b" }',
      put('dependencies = {\n  "a" }', "b"))
    assert.equal('dependencies = {\n  -- none\n  "b",\n}',
      put('dependencies = {\n  -- none\n}', "b"))
    assert.equal((LINES:gsub('"busted"', '"busted", "b"')),
      put(LINES, "b", "test_dependencies"))
  end)

  it("takes another in the place of one", function()
    assert.equal((LINES:gsub("hello >= 1", "hello ~> 2")),
      put(LINES, "hello ~> 2"))
  end)

  it("loses one, and what was said of it in its line", function()
    assert.equal((LINES:gsub("  'hello[^\n]*\n", "")), drop(LINES, "hello"))
    assert.equal((LINES:gsub('  "last[^\n]*\n', "")), drop(LINES, "last"))
    assert.equal('dependencies = { "b" }',
      drop('dependencies = { "a", "b" }', "a"))
    assert.equal('dependencies = { "a" }',
      drop('dependencies = { "a", "b" }', "b"))
    assert.equal('dependencies = {  }', drop('dependencies = { "a" }', "a"))
  end)

  it("is left alone if it is no list of texts", function()
    for _, text in ipairs { "dependencies = (function() return {} end)()",
      "local list = { 'a' }\ndependencies = list" } do
      assert.same({ "x.rockspec: cannot change dependencies: expected a " ..
        "list of strings in braces" }, { select(2, put(text, "b")) })
    end
    assert.is_nil((drop("dependencies = { 'a' .. '' }", "a")))
  end)

  it("has its dependencies in lines", function()
    assert.equal(6, rockspec.line_of(LINES, "dependencies", "hello >= 1"))
    assert.is_nil(rockspec.line_of(LINES, "dependencies", "no"))
  end)
end)
