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
      "as package and version say")
  end)

  it("finds settings that are none, and no application", function()
    shop:write("config/prod.lua", "return 5\n")
    shop:write("config/test.lua", "error 'oh'\n")
    shop:write("config/dev.lua", "return { application = 'shop.none' }\n")
    finds("config/prod.lua: expected it to return a table, got 5",
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
    finds("cli/check.lua: never runs: troupe has a command check",
      "cli/run.lua: never runs: troupe has a command run")
  end)

  it("says what luacheck says", function()
    if not os.execute "command -v luacheck >/dev/null" then
      return pending "luacheck is not installed"
    end
    shop:write("lua/shop/till.lua", "x = 1\n")
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
