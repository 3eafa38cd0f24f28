-- troupe new: a project that runs, and whose tests pass.

local command = require "support.command"
local project = require "support.project"

local function fails(place, message, ...)
  assert.same({ status = 1, stdout = "", stderr = "troupe: " .. message ..
    "\n" }, place:troupe(...))
end

describe("troupe new", function()
  it("makes a project that passes, is checked and runs", function()
    local place = project.empty()
    local result = place:troupe("new", "shop")
    assert.same({ 0, "" }, { result.status, result.stderr })
    local shop = setmetatable({ folder = place.folder .. "/shop" },
      getmetatable(place))
    for file in result.stdout:gmatch "shop/(%S+)\n" do
      assert.is_string(shop:read(file), file)
    end
    assert.equal("shop", place:list())
    assert.equal(".busted .editorconfig .github .gitignore .luacheckrc " ..
      ".luarc.json .troupe README.md config lua shop-dev-1.rockspec spec",
      shop:list())
    local tested = shop:troupe "test"
    assert.equal(0, tested.status, tested.stdout)
    assert.matches("1 success / 0 failures / 0 errors", tested.stdout, 1, true)
    local server = shop:start "run"
    server:await "shop runs"
    assert.same({ 0, "" }, { server:stop().status, server:stdout() })
  end)

  it("makes it where one is, in a project too", function()
    local shop = project.new()
    local below = setmetatable({ below = "lua" }, { __index = shop })
    assert.equal(0, below:troupe("new", "inner_2").status)
    assert.matches('package = "inner_2"',
      shop:read "lua/inner_2/inner_2-dev-1.rockspec", 1, true)
  end)

  it("makes what the umask says", function()
    local place = project.empty()
    command.run("umask 027; exec " .. command.quote(command.binary()) ..
      " new shop", { directory = place.folder })
    assert.equal("750 640", table.concat(command.lines("cd " ..
      command.quote(place.folder) ..
      "/shop && stat -c %a . shop-dev-1.rockspec"), " "))
  end)

  it("leaves what exists alone", function()
    local place = project.empty()
    place:write("shop/mine", "text")
    place:write("till", "text")
    fails(place, "cannot make shop: it exists", "new", "shop")
    fails(place, "cannot make till: it exists", "new", "till")
    os.execute("ln -s nowhere " .. command.quote(place.folder .. "/gone"))
    fails(place, "cannot make gone: it exists", "new", "gone")
    assert.equal("gone shop till", place:list())
    assert.equal("mine", place:list "shop")
  end)

  it("makes nothing where it may not", function()
    -- There nobody may, not even root.
    local place = setmetatable({ folder = "/proc" }, { __index = project })
    fails(place, "cannot make shop: no such file or directory", "new", "shop")
  end)

  it("leaves nothing half-written", function()
    local place = project.empty()
    local result = command.run("( ulimit -f 0; trap '' XFSZ; exec " ..
      command.quote(command.binary()) .. " new shop ) 2>&1 | cat",
      { directory = place.folder })
    assert.equal("troupe: cannot make shop: File too large\n", result.stdout)
    assert.equal("", place:list())
  end)

  it("leaves nothing behind if it may not write there", function()
    local place = project.empty()
    local result = command.run({ "sh", "-c", "chmod 500 . && exec setpriv " ..
      '--reuid 65534 --clear-groups -- "$@"', "sh", command.binary(), "new",
      "shop" }, { directory = place.folder })
    if result.stderr:find "^setpriv" or result.status > 1 then
      return pending "only root can become somebody else"
    end
    assert.same({ status = 1, stdout = "", stderr =
      "troupe: cannot make shop: permission denied\n" }, result)
    assert.equal("", place:list())
  end)

  it("leaves nothing behind if it is interrupted", function()
    local place = project.empty()
    -- The host is the parent of the shell that runs this.
    local path = project.programs { mkdir = [[
      read -r stat < "/proc/$PPID/stat"
      set -- $stat
      read -r name < "/proc/$4/comm"
      test "$name" = troupe && kill -INT "$4"
      exec tail --pid="$4" -f /dev/null]] }
    local result = place:with({ PATH = path }):troupe("new", "shop")
    assert.equal(130, result.status, result.stderr)
    assert.equal("", place:list())
  end)

  it("has a CI file whose commands pass", function()
    local shop = project.new()
    local text, count = shop:read ".github/workflows/check.yml", 0
    for words in text:gmatch "run: troupe ([^\n]+)" do
      local result = shop:troupe(words)
      assert.equal(0, result.status, result.stdout .. result.stderr)
      count = count + 1
    end
    assert.equal(2, count)
  end)

  for name, meant in pairs { Shop = "shop", ["2shop"] = "shop",
    ["web-shop"] = "web_shop", ["a/b"] = "", [".."] = "", ["a b"] = "a_b",
    [""] = "", ["shop.lua"] = "shop_lua", ["\u{e4}"] = "", ["End"] = "" } do
    it(("takes %q for no name"):format(name), function()
      local place = project.empty()
      fails(place, "expected NAME to be a module's name (small letters, " ..
        "digits and _), got " .. name ..
        (meant ~= "" and "; did you mean " .. meant .. "?" or ""), "new", name)
      assert.equal("", place:list())
    end)
  end

  for _, name in ipairs { "end", "string", "troupe", "spec", "test",
    "assert", "supervisor", "say" } do
    it("does not take a name that is taken: " .. name, function()
      local place = project.empty()
      fails(place, "expected NAME to be free, but Lua or a library has " ..
        name, "new", name)
      assert.equal("", place:list())
    end)
  end

  it("says what it wants", function()
    local place = project.empty()
    fails(place, "expected NAME (see troupe new --help)", "new")
    fails(place, "expected no more than NAME, got also till " ..
      "(see troupe new --help)", "new", "shop", "till")
    fails(place, "unknown option --force (see troupe new --help)", "new",
      "--force", "shop")
    assert.matches("^usage: troupe new NAME\n", place:troupe("new",
      "--help").stdout)
  end)
end)
