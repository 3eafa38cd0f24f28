-- troupe run and troupe repl without a file: a project's application.

local command = require "support.command"
local project = require "support.project"

local function fails(place, message, ...)
  local result = place:troupe(...)
  assert.equal(1, result.status)
  assert.equal("", result.stdout)
  assert.matches("troupe: " .. message .. "\n", result.stderr, 1, true)
end

local ENDS = [[
local supervisor = require "troupe.supervisor"
local troupe = require "troupe"
return {
  start = function()
    local pid = supervisor.start { intensity = 0,
      { "shop.brief", {}, name = "brief" } }
    troupe.send("brief", "go")
    return pid
  end,
}
]]

describe("troupe run in a project", function()
  local shop
  setup(function() shop = project.new() end)

  local function stopped(place, signal, ...)
    local server = place:start(...)
    server:await "shop runs, in the environment (%l+)"
    server:signal(signal)
    return server:wait()
  end

  it("starts the application, and stays until it is stopped", function()
    assert.equal(0, stopped(shop, "TERM", "run").status)
    assert.equal(0, stopped(shop, "INT", "run").status)
  end)

  it("does so from a folder below", function()
    local server = command.start({ command.binary(), "run" },
      { directory = shop.folder .. "/lua/shop" })
    server:await "shop runs"
    assert.equal(0, server:stop().status)
  end)

  it("takes the settings of its environment", function()
    shop:write("config/prod.lua", "return { first = 5 }")
    shop:write("lua/shop.lua", [[
      local supervisor = require "troupe.supervisor"
      local troupe = require "troupe"
      return { start = function()
        print("first", troupe.config("first", 1))
        return supervisor.start {}
      end }]])
    assert.equal("first\t5\n", stopped(shop, "TERM", "run", "--env",
      "prod").stdout)
    assert.equal("first\t1\n", stopped(shop, "TERM", "run").stdout)
    assert.equal("first\t7\n", stopped(shop, "TERM", "run", "--set",
      "first=7").stdout)
    fails(shop, "expected a file of settings, got none in config/none.lua " ..
      "(see troupe --help)", "run", "--env", "none")
  end)

  it("says which file and setting cannot be one", function()
    for text, problem in pairs {
      ["{ tax = print }"] = "tax: a function cannot be sent",
      ["{ 7 }"] = "expected names of settings to be strings, got 1",
      ["7"] = "expected a table of settings, got number",
    } do
      shop:write("config/dev.lua", "return " .. text)
      fails(shop, "config/dev.lua: " .. problem, "run")
    end
    shop:write("config/dev.lua", "return {}")
  end)

  it("has started when a repl reads its first line", function()
    shop:write("lua/slow.lua", [[
      local troupe = require "troupe"
      return { start = function()
        troupe.sleep(0.1)
        return require("troupe.supervisor").start {
          { "shop.counter", { first = 5 }, name = "counter" } }
      end }]])
    for _, words in ipairs { "-e 'call counter next' --json", "" } do
      local result = command.run("echo call counter next | " ..
        command.quote(command.binary()) ..
        " repl --set application=slow " .. words,
        { directory = shop.folder })
      assert.same({ status = 0, stderr = "", stdout = words == "" and "5\n" or
        '{"ok":true,"values":[5]}\n' }, result)
    end
  end)

  it("lets one attach, and require its modules there", function()
    local runtime = command.directory()
    local server = command.start({ command.binary(), "run", "--name", "shop" },
      { directory = shop.folder,
        environment = { TROUPE_RUNTIME_DIR = runtime } })
    server:await "shop runs"
    local result = command.run({ command.binary(), "attach", "-e",
      'type(require("shop.counter").init)' },
      { environment = { TROUPE_RUNTIME_DIR = runtime } })
    assert.same({ status = 0, stdout = '"function"\n', stderr = "" }, result)
    assert.equal(0, server:stop().status)
  end)
end)

describe("a module", function()
  it("is found in lua/, then in lua_modules/", function()
    local shop = project.new()
    for _, folder in ipairs { "lua/", "lua_modules/share/lua/5.4/" } do
      for _, name in ipairs { "one", "two/init" } do
        shop:write(folder .. name .. ".lua", "return '" .. folder .. "'")
      end
    end
    shop:write("lua_modules/share/lua/5.4/three.lua", "return 'other'")
    shop:write("cli/found.lua", [[return { run = function()
      print(require "one", require "two", (require "three"))
    end }]])
    assert.same({ status = 0, stdout = "lua/\tlua/\tother\n", stderr = "" },
      shop:troupe "found")
  end)
end)

describe("a script in a project", function()
  local shop
  setup(function()
    shop = project.new()
    shop:write("scripts/next.lua", [[
      local troupe = require "troupe"
      require("shop").start()
      print(troupe.call("counter", "next"), troupe.config "tax", ...)]])
    shop:write("config/dev.lua", "return { tax = 7 }")
  end)

  local function run(below, ...)
    return setmetatable({ below = below }, { __index = shop }):troupe(...)
  end

  it("finds its modules and its settings, from a folder below, too", function()
    local expected = { status = 0, stdout = "1\t7\ta\n", stderr = "" }
    assert.same(expected, run(".", "run", "scripts/next.lua", "a"))
    assert.same(expected, run("scripts", "run", "next.lua", "a"))
    assert.same(expected, run("lua/shop", "run", "../../scripts/next.lua",
      "a"))
    assert.equal("1\n", run("lua/shop", "-e", [[
      require("shop").start()
      print(require("troupe").call("counter", "next"))]]).stdout)
  end)

  it("stays where it is, and knows its environment", function()
    assert.same({ status = 0, stdout = "true\ttest\n", stderr = "" },
      run("lua/shop", "--env", "test", "-e",
        'print(io.open "counter.lua" ~= nil, os.getenv "TROUPE_ENV")'))
    shop:write("config/dev.lua", "return {\n]")
    local result = run("lua/shop", "-e", "print(1)")
    assert.same({ 1, "" }, { result.status, result.stdout })
    assert.matches("config/dev.lua:2:", result.stderr, 1, true)
  end)

  it("has its own modules before the project's", function()
    shop:write("config/dev.lua", "return {}")
    shop:write("other/shop.lua", "return 'beside'")
    shop:write("other/main.lua", "print((require 'shop'))")
    assert.equal("beside\n", run(".", "run", "other/main.lua").stdout)
  end)
end)

describe("an application", function()
  it("is what the settings say, if they do", function()
    local shop = project.new()
    shop:write("lua/shop/till.lua", shop:read "lua/shop.lua")
    shop:write("config/dev.lua", "return { application = 'shop.till' }")
    local server = shop:start "run"
    server:await "shop.till runs"
    assert.equal(0, server:stop().status)
    shop:write("config/dev.lua", "return { application = 5 }")
    fails(shop, "expected the setting application to be a module's name, " ..
      "got 5", "run")
    shop:write("config/dev.lua", "return { application = 'shop.none' }")
    fails(shop, "no application here: no module shop.none, which the " ..
      "setting application names", "run")
  end)

  for message, text in pairs {
    ["lua/shop.lua: expected a table with a function `start`, got 5"] =
      "return 5",
    ["shop did not start: the till is empty"] =
      "return { start = function() return nil, 'the till is empty' end }",
    ["lua/shop.lua: expected `start` to return its supervisor, got nil"] =
      "return { start = function() end }",
    ["shop did not start: its supervisor has ended"] =
      "local troupe = require 'troupe' return { start = function() " ..
      "local pid = troupe.start('shop.counter', { first = 1 }) " ..
      "troupe.stop(pid) return pid end }",
    ["exit: lua/shop.lua:1: oh"] =
      "return { start = function() error 'oh' end }",
    ["lua/shop.lua:2: unexpected symbol near '='"] = "x = 1\n= 2",
  } do
    it("that does not start says so: " .. message, function()
      local shop = project.new()
      shop:write("lua/shop.lua", text)
      local result = shop:troupe "run"
      assert.same({ 1, "" }, { result.status, result.stdout })
      assert.matches(message, result.stderr, 1, true)
    end)
  end

  it("that is not there is missed", function()
    local shop = project.new()
    shop:remove "lua/shop.lua"
    fails(shop, "no application here: no module shop, which " ..
      "shop-dev-1.rockspec names", "run")
  end)

  it("whose supervisor gives up ends the host", function()
    local shop = project.new()
    shop:write("lua/shop.lua", ENDS)
    shop:write("lua/shop/brief.lua",
      "return { info = { go = function() error 'oh' end } }")
    local result = shop:troupe "run"
    assert.equal(1, result.status)
    assert.matches("lua/shop/brief.lua:1: oh", result.stderr, 1, true)
  end)

  it("that is over ends the host", function()
    local shop = project.new()
    shop:write("lua/shop.lua", [[
      local supervisor = require "troupe.supervisor"
      local troupe = require "troupe"
      return { start = function()
        local pid = supervisor.start {}
        troupe.start("shop.ender", pid, { link = false })
        return pid
      end }]])
    shop:write("lua/shop/ender.lua", [[
      local inspect = require "troupe.inspect"
      local troupe = require "troupe"
      return { continue = function(pid)
        while #inspect.info(pid).watched_by == 0 do troupe.sleep(0) end
        troupe.stop(pid)
      end }]])
    local result = shop:troupe "run"
    assert.equal(0, result.status, result.stderr)
  end)

  it("in a project that is broken is told with file and line", function()
    local shop = project.new()
    shop:write("shop-dev-1.rockspec", "package = 'shop'\n= 1")
    fails(shop, "shop-dev-1.rockspec:2: unexpected symbol near '='", "run")
    shop:write("config/dev.lua", "return {\n]")
    assert.matches("^troupe: [^\n]*config/dev.lua:2: [^\n]*\n$",
      shop:troupe("run").stderr)
  end)
end)

describe("troupe repl in a project", function()
  local function repl(shop, input)
    return command.run({ command.binary(), "repl" },
      { directory = shop.folder, input = input })
  end

  it("has its application running", function()
    assert.same({ status = 0, stdout = "1\n2\n", stderr = "" }, repl(
      project.new(), [[
        while not require("troupe.registry").whereis "counter" do
          troupe.sleep(0)
        end
        print(troupe.call("counter", "next"))
        print(troupe.call("counter", "next"))
      ]]))
  end)

  it("finds its modules, though it has no application", function()
    local shop = project.new()
    shop:remove "lua/shop.lua"
    assert.same({ status = 0, stdout = "1\n", stderr = "" },
      repl(shop, "print(require('shop.counter').init { first = 1 }.following)"))
  end)
end)
