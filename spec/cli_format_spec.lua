-- troupe format: the formatters are scripts of ours, which make one space of
-- many, and choke at "choke".

local project = require "support.project"

local STYLUA = [[
test "$1 $3" = "--stdin-filepath -" || exit 3
echo "$2" >>"$LOG"
cat >"$LOG.text"
if grep -q choke "$LOG.text"; then
  echo "error: $2:1:5: unexpected token" >&2
  exit 2
fi
exec sed 's/  */ /g' "$LOG.text"
]]

local LUA_FORMAT = [[test "$1" = -- && exec sed 's/  */ /g' "$2"]]

local function place(scripts)
  local shop = project.new()
  return shop:with { PATH = project.programs(scripts),
    LOG = shop.folder .. "/../log" }
end

describe("troupe format", function()
  it("names what could be installed", function()
    assert.same({ status = 1, stdout = "", stderr = "troupe: no formatter " ..
      "is installed: stylua, or lua-format (luarocks --lua-version=5.4 " ..
      "install luaformatter)\n" }, place({}):troupe "format")
  end)

  it("lays out what is named, and says what it changed", function()
    local shop = place { stylua = STYLUA }
    shop:write("lua/shop/till.lua", "local  x = 1\nreturn   x\n")
    os.execute("chmod 600 " .. shop.folder .. "/lua/shop/till.lua")
    assert.same({ status = 0, stdout = "formatted lua/shop/till.lua\n",
      stderr = "" }, shop:troupe("format", "lua/shop/till.lua"))
    assert.equal("local x = 1\nreturn x\n", shop:read "lua/shop/till.lua")
    local mode = io.popen("stat -c %a " .. shop.folder .. "/lua/shop/till.lua")
    assert.equal("600\n", mode:read "a")
    mode:close()
    assert.same({ status = 0, stdout = "", stderr = "" },
      shop:troupe("format", "lua/shop/till.lua"))
  end)

  it("takes all Lua files of the project, and no others", function()
    local shop = place { stylua = STYLUA }
    for _, folder in ipairs { "lua_modules", "build", ".git", "inner/lua" } do
      shop:write(folder .. "/other.lua", "local  x = 1\n")
    end
    shop:write("inner/inner-dev-1.rockspec", "")
    shop:troupe("format", "--check")
    assert.equal("config/dev.lua config/prod.lua config/test.lua " ..
      "lua/shop.lua lua/shop/counter.lua spec/shop_spec.lua ",
      (shop:read("../log"):gsub("\n", " ")))
  end)

  it("only says what it would change, if it is to check", function()
    local shop = place { stylua = STYLUA }
    shop:write("lua/shop/till.lua", "local  x\n")
    assert.same({ status = 1, stderr = "",
      stdout = "lua/shop/till.lua: is laid out otherwise\n" },
      shop:troupe("format", "--check", "lua/shop/till.lua"))
    assert.equal("local  x\n", shop:read "lua/shop/till.lua")
    shop:write("lua/shop/till.lua", "local x\n")
    assert.same({ status = 0, stdout = "", stderr = "" },
      shop:troupe("format", "--check", "lua/shop/till.lua"))
  end)

  it("leaves a file that is wrong as it is, and goes on", function()
    local shop = place { stylua = STYLUA }
    shop:write("lua/shop/a.lua", "choke  me\n")
    shop:write("lua/shop/b.lua", "local  x\n")
    local below = setmetatable({ below = "lua/shop" }, { __index = shop })
    assert.same({ status = 1, stdout = "formatted lua/shop/b.lua\n", stderr =
      "troupe: error: lua/shop/a.lua:1:5: unexpected token\n" },
      below:troupe("format", "a.lua", "b.lua"))
    assert.equal("choke  me\n", shop:read "lua/shop/a.lua")
    assert.not_matches(".troupe.", shop:list():gsub("%.troupe ", ""), 1, true)
  end)

  it("takes the formatter whose settings there are", function()
    local shop = place { stylua = STYLUA, ["lua-format"] = LUA_FORMAT }
    shop:write("lua/shop/till.lua", "local  x\n")
    shop:write(".lua-format", "")
    shop:troupe("format", "lua/shop/till.lua")
    assert.equal("local x\n", shop:read "lua/shop/till.lua")
    assert.is_nil(shop:read "../log")
    shop:write("stylua.toml", "")
    shop:troupe("format", "lua/shop/till.lua")
    assert.equal("lua/shop/till.lua\n", shop:read "../log")
  end)

  it("says so if that one is not installed", function()
    local shop = place { ["lua-format"] = LUA_FORMAT }
    shop:write(".stylua.toml", "")
    assert.same({ status = 1, stdout = "", stderr = "troupe: stylua is not " ..
      "installed, which .stylua.toml is for\n" }, shop:troupe "format")
  end)

  it("says what it cannot find", function()
    local shop = place { stylua = STYLUA }
    assert.same({ status = 1, stdout = "", stderr = "troupe: there is no " ..
      "lua/none.lua\n" }, shop:troupe("format", "lua/none.lua"))
  end)
end)
