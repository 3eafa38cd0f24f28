-- troupe check and troupe clean.

local project = require "support.project"

describe("troupe check", function()
  local shop
  before_each(function() shop = project.new() end)

  local function finds(...)
    local expected = table.concat({ ... }, "\n")
    local result = shop:troupe "check"
    assert.same({ status = expected == "" and 0 or 1, stdout = expected ..
      (expected == "" and "" or "\n"), stderr = "" },
      { status = result.status, stdout = result.stdout,
        -- Not everybody has luacheck.
        stderr = result.stderr:gsub("^troupe: luacheck is not installed: " ..
          "nothing is linted\n$", "") })
  end

  it("finds nothing in a new project", function() finds() end)

  it("finds settings that never end, whatever they catch", function()
    local endless = "while true do pcall(function() while true do end end) end"
    shop:write("config/prod.lua", endless)
    assert.equal("config/prod.lua: did not end within 2 s\n",
      shop:troupe("check").stdout)
    shop:write("config/prod.lua", "return {}")
    shop:write("config/dev.lua", endless)
    assert.same({ status = 1, stdout = "", stderr =
      "troupe: config/dev.lua: did not end within 2 s\n" },
      shop:troupe "run")
  end)

  it("finds what is not Lua, wherever it is", function()
    shop:write("lua/shop/till.lua", "local x = = 1\n")
    shop:write("spec/till_spec.lua", "it(")
    shop:write(".busted", "return {\n")
    finds(".busted:2: unexpected symbol near <eof>",
      "lua/shop/till.lua:1: unexpected symbol near '='",
      "spec/till_spec.lua:1: unexpected symbol near <eof>")
  end)

  it("finds names that depart from the layout", function()
    shop:write("lua/till.lua", "return {}\n")
    shop:write("lua/shop/Till.lua", "return {}\n")
    shop:write("lua/shop/new-till/one.lua", "return {}\n")
    shop:write("lua/shop/till/list.lua", "return {}\n")
    finds("lua/shop/Till.lua: expected a name in snake_case (small letters, " ..
      "digits and _)",
      "lua/shop/new-till/one.lua: expected a name in snake_case (small " ..
      "letters, digits and _)",
      "lua/till.lua: expected lua/shop.lua or a file in lua/shop/, as " ..
      "shop-dev-1.rockspec names it")
  end)

  it("finds what a manifest lacks", function()
    shop:write("shop-dev-1.rockspec", "package = 'shop'\nversion = '1.0-1'\n")
    finds('shop-dev-1.rockspec: expected rockspec_format to be "3.0", got nil',
      "shop-dev-1.rockspec: expected it to be named shop-1.0-1.rockspec, " ..
      "as package and version say",
      "shop-dev-1.rockspec: expected a field source")
  end)

  local function rockspec(text)
    shop:write("shop-dev-1.rockspec", 'rockspec_format = "3.0"\n' ..
      'package = "shop"\nversion = "dev-1"\n' .. text)
  end

  it("finds fields that are none, or of another kind", function()
    rockspec [[
source = { uri = "x" }
description = { summary = 5, licence = "MIT" }
dependencies = {
  "lua ~> 5.4", 5,
}
biuld = {}
]]
    finds("shop-dev-1.rockspec:9: unknown field biuld; did you mean build?",
      "shop-dev-1.rockspec:6: expected dependencies to be a list of " ..
      "strings, got table",
      "shop-dev-1.rockspec:5: unknown field licence; did you mean license?",
      "shop-dev-1.rockspec:5: expected summary to be a string, got 5",
      "shop-dev-1.rockspec:4: expected source.url to be a string, got nil")
    shop:write("shop-one.rockspec", 'rockspec_format = "3.0" package = ' ..
      '"shop" version = "one" source = { url = "x" }')
    shop:remove "shop-dev-1.rockspec"
    finds('shop-one.rockspec:1: expected version to be like "1.0-1", got "one"')
  end)

  it("finds modules that are listed and not there, and the reverse", function()
    rockspec [[
source = { url = "x" }
build = {
  type = "builtin",
  modules = {
    shop = "lua/shop.lua",
    ["shop.till"] = "lua/shop/till.lua",
    ["shop.count"] = "lua/shop/counter.lua",
    ["shop.core"] = { sources = { "core.c" } },
  },
  install = { bin = { "bin/shop" } },
}
]]
    shop:write("lua/shop/other.lua", "return {}\n")
    finds("shop-dev-1.rockspec:10: expected lua/shop/counter.lua to be " ..
      "listed as shop.counter, as the file is named, got shop.count",
      "shop-dev-1.rockspec:9: there is no lua/shop/till.lua, which is to be " ..
      "shop.till",
      "shop-dev-1.rockspec:13: there is no bin/shop, which is to be installed",
      "lua/shop/other.lua: shop-dev-1.rockspec does not list it in " ..
      "build.modules")
  end)

  it("finds modules that are not what their files are named", function()
    shop:write("lua/shop/till.lua", [[
--- A till.
-- @module shop.tills
local till = { __module = "till" }
-- __module = "comment", require "shop.comment"
return till
]])
    finds("lua/shop/till.lua:2: expected @module shop.till, as the file is " ..
      "named, got shop.tills",
      'lua/shop/till.lua:3: expected __module to be "shop.till", as the ' ..
      'file is named, got "till"')
  end)

  it("finds files that are two modules, or none", function()
    shop:write("lua/shop/till.lua", [[
package.loaded["shop.list"] = {}
package.loaded["shop.till"] = nil
package.preload.other = print
]])
    shop:write("lua/shop/list/init.lua", "return {}\n")
    shop:write("lua/shop/list.lua", "return require 'shop.till'\n")
    finds("lua/shop/list/init.lua: never found: lua/shop/list.lua is the " ..
      "same module",
      "lua/shop/till.lua:1: expected one module, shop.till; this makes another",
      "lua/shop/till.lua:3: expected one module, shop.till; this makes another",
      "lua/shop/till.lua: expected it to return its module")
  end)

  it("finds modules of the project that are required and nowhere", function()
    shop:write("lua/shop/till.lua", 'local a = require "shop.none"\n' ..
      "return { a, require('shop.counter'), require 'socket' }\n")
    shop:write("spec/till_spec.lua", "\nrequire('shop.till')\n" ..
      "require [[x]]\nrequire('shop')\nrequire('shopping')\n" ..
      "require(\"shop.more\")\n")
    finds("lua/shop/till.lua:1: no module shop.none",
      "spec/till_spec.lua:6: no module shop.more")
  end)

  it("finds specs that are nowhere run", function()
    shop:write("lua/shop/till_spec.lua", "return {}\n")
    shop:write("till_spec.lua", "return {}\n")
    finds("lua/shop/till_spec.lua: expected specs to be in spec/",
      "till_spec.lua: expected specs to be in spec/")
  end)

  it("finds globals, though luacheck is not installed", function()
    shop:write("lua/shop/till.lua", [[
allowed = 1
local function one()
  return function()


    hidden = 2
  end
end
function wrong() end
return one
]])
    shop:write(".luacheckrc", "globals = { 'allowed' }\n")
    shop = shop:with { PATH = project.programs {} }
    finds("lua/shop/till.lua:6: sets the global hidden",
      "lua/shop/till.lua:9: sets the global wrong")
  end)

  it("leaves a project inside it to itself", function()
    shop:write("tools/inner/inner-dev-1.rockspec", "= 1")
    shop:write("tools/inner/lua/Odd.lua", "= 1")
    finds()
  end)

  it("finds settings that are none, and no application", function()
    shop:write("config/prod.lua", "return 5\n")
    shop:write("config/test.lua", "error 'oh'\n")
    shop:write("config/dev.lua", "return { application = 'shop.none' }\n")
    shop:write("config/data.lua", "return { tax = { rate = print } }\n")
    shop:write("config/list.lua", "return { 5 }\n")
    finds("config/data.lua: expected settings to be data: tax.rate is a " ..
      "function", "config/list.lua: expected names of settings to be " ..
      "strings, got 1",
      "config/prod.lua: expected it to return a table, got 5",
      "config/test.lua:1: oh",
      "no application here: no module shop.none, which the setting " ..
      "application names")
  end)

  it("is not stopped by settings that cannot be read", function()
    shop:write("config/dev.lua", "return {\n]")
    shop:write("spec/till_spec.lua", "it(")
    finds("config/dev.lua:2: unexpected symbol near ']'",
      "spec/till_spec.lua:1: unexpected symbol near <eof>")
  end)

  it("finds commands that never run", function()
    shop:write("cli/run.lua", "return {}\n")
    shop:write("cli/check.lua", "return {}\n")
    shop:write("cli/greet.lua", "return {}\n")
    shop:write("cli/wave.lua", "return { run = print }\n")
    finds("cli/check.lua: never runs: troupe has a command check",
      "cli/run.lua: never runs: troupe has a command run",
      "cli/greet.lua: expected a table with a function `run`, got table")
  end)

  it("says what luacheck says", function()
    if not os.execute "command -v luacheck >/dev/null" then
      return pending "luacheck is not installed"
    end
    shop:write("lua/shop/till.lua", "x = 1\nreturn {}\n")
    finds("lua/shop/till.lua:1:1: setting non-standard global variable 'x'")
  end)

  it("leaves what is not the project's alone", function()
    shop:write("lua_modules/share/lua/5.4/other.lua", "= 1")
    shop:write("build/other.lua", "= 1")
    shop:write(".git/other.lua", "= 1")
    finds()
  end)

  it("tells about itself, takes no word, wants a project", function()
    assert.matches("^usage: troupe check\n",
      shop:troupe("check", "--help").stdout)
    assert.equal("troupe: expected no argument, got also x " ..
      "(see troupe check --help)\n", shop:troupe("check", "x").stderr)
    assert.equal("troupe: no project here: no rockspec in this folder or " ..
      "above it\n", project.empty():troupe("check").stderr)
  end)
end)

describe("troupe clean", function()
  it("removes what was made, once", function()
    local shop = project.new()
    local before = shop:list()
    shop:write("build/deep/file", "")
    shop:write("luacov.stats.out", "")
    shop:write("lua_modules/file", "")
    assert.same({ status = 0, stderr = "",
      stdout = "removed build\nremoved luacov.stats.out\n" },
      shop:troupe "clean")
    assert.same({ status = 0, stdout = "", stderr = "" }, shop:troupe "clean")
    shop:remove "lua_modules"
    assert.equal(before, shop:list())
  end)

  it("tells about itself, takes no word, wants a project", function()
    local place = project.empty()
    place:write("build", "")
    assert.matches("^usage: troupe clean\n",
      place:troupe("clean", "--help").stdout)
    assert.equal(1, place:troupe("clean").status)
    assert.equal("build", place:list())
    assert.equal("troupe: expected no argument, got also x " ..
      "(see troupe clean --help)\n",
      project.new():troupe("clean", "x").stderr)
  end)
end)
