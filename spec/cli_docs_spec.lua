-- troupe docs: LDoc, where it is installed.

local project = require "support.project"

local function installed()
  return os.execute "command -v ldoc >/dev/null" == true
end

local ANNOTATED = [[
--- The till.

---@class shop.till: table
---@field sum integer
local till = {}

--- Puts *much* in.
---@param amount integer how much
---@return integer sum
function till.put(amount) return amount end

return till
]]

describe("troupe docs", function()
  it("says what could be installed", function()
    local shop = project.new()
    assert.same({ status = 1, stdout = "", stderr = "troupe: ldoc is not " ..
      "installed (Debian: lua-ldoc; or: luarocks --lua-version=5.4 install " ..
      "ldoc)\n" },
      shop:with({ PATH = project.programs {} }):troupe "docs")
    assert.is_nil(shop:list():match "build")
  end)

  it("writes a page for each module, whatever the editor's notes", function()
    if not installed() then return pending "ldoc is not installed" end
    local shop = project.new()
    shop:write("lua/shop/till.lua", ANNOTATED)
    local written = { status = 0, stdout = "written: build/docs/index.html\n",
      stderr = "" }
    assert.same(written, shop:troupe "docs")
    assert.same(written, shop:troupe "docs")
    assert.equal("docs", shop:list "build")
    assert.equal("shop.counter.html shop.html shop.till.html",
      shop:list "build/docs/modules")
    local page = shop:read "build/docs/modules/shop.till.html"
    -- As Markdown, where there is what LDoc needs for that.
    assert.matches("Puts [<em>*]+much[</em>*]+ in.", page)
    assert.matches("integer how much", page, 1, true)
    assert.matches("README", shop:read "build/docs/index.html", 1, true)
    assert.equal(ANNOTATED, shop:read "lua/shop/till.lua")
  end)

  it("does as config.ld says", function()
    if not installed() then return pending "ldoc is not installed" end
    local shop = project.new()
    shop:write("lua/shop/till.lua", ANNOTATED)
    shop:write("config.ld", [[
      project = "The till" file = { "lua/shop/till.lua" } dir = "elsewhere" ]])
    assert.equal(0, shop:troupe("docs").status)
    assert.is_nil(shop:list():match "elsewhere")
    assert.matches("The till", shop:read "build/docs/index.html", 1, true)
    assert.not_matches("shop.counter", shop:read "build/docs/index.html", 1,
      true)
  end)

  it("passes on what LDoc complains of", function()
    if not installed() then return pending "ldoc is not installed" end
    local shop = project.new()
    shop:write("lua/shop/till.lua", "--- A till.\nlocal till")
    assert.same({ status = 0, stdout = "written: build/docs/index.html\n",
      stderr = "lua/shop/till.lua:1: contains no items\n" },
      shop:troupe "docs")
  end)

  it("leaves what was written before if it fails", function()
    if not installed() then return pending "ldoc is not installed" end
    local shop = project.new()
    shop:write("build/docs/index.html", "before")
    shop:write("config.ld", "project = 'shop'\n= 1\n")
    assert.same({ status = 1, stdout = "", stderr =
      "troupe: config.ld:2: unexpected symbol near '='\n" },
      shop:troupe "docs")
    assert.equal("before", shop:read "build/docs/index.html")
    assert.equal("docs", shop:list "build")
  end)

  it("says nothing if it is interrupted", function()
    local shop = project.new()
    local path = project.programs { ldoc = "", mkdir = "kill -INT $PPID" }
    assert.same({ status = 130, stdout = "", stderr = "" },
      shop:with({ PATH = path }):troupe "docs")
  end)

  it("says that there are no modules", function()
    if not installed() then return pending "ldoc is not installed" end
    local shop = project.new()
    shop:remove "lua"
    assert.same({ status = 1, stdout = "", stderr =
      "troupe: no modules here: no folder lua\n" }, shop:troupe "docs")
  end)
end)
