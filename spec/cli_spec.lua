-- The frame of the commands that are Lua: how they are found, what their words
-- are, what is said of those that are wrong. The commands of a project.

local command = require "support.command"
local project = require "support.project"

local GREET = [[
return {
  summary = "greet somebody",
  usage = "NAME [OTHER...]",
  help = "Loud or not.",
  options = {
    { name = "loud", help = "in capitals" },
    { name = "times", value = "N", help = "how often" },
  },
  run = function(arguments)
    local text = table.concat(arguments, " ")
    if arguments.loud then text = text:upper() end
    for _ = 1, tonumber(arguments.times or 1) do print(text) end
  end,
}
]]

local HELP = [[
usage: troupe greet [options] NAME [OTHER...]
  greet somebody

Loud or not.

  --loud      in capitals
  --times N   how often
]]

local function fails(place, message, ...)
  assert.same({ status = 1, stdout = "", stderr = "troupe: " .. message ..
    "\n" }, place:troupe(...))
end

describe("an unknown command", function()
  local place
  setup(function() place = project.empty() end)

  it("is told with the nearest one", function()
    fails(place, "unknown command tset; did you mean test? (see troupe help)",
      "tset")
    fails(place, "unknown command atach; did you mean attach? " ..
      "(see troupe help)", "atach")
    fails(place, "unknown command he; did you mean help? (see troupe help)",
      "he")
  end)

  it("that resembles none is told alone", function()
    fails(place, "unknown command start (see troupe --help)", "start")
    fails(place, "unknown command ../new (see troupe --help)", "../new")
  end)

  it("that is a file says how to run that", function()
    fails(place, "unknown command main.lua; to run a file: " ..
      "troupe run main.lua (see troupe help)", "main.lua")
  end)
end)

describe("help", function()
  it("lists C's commands, in the words of --help, and the others", function()
    local place = project.empty()
    local usage = place:troupe("--help").stdout:match "^(.-\n)\n"
    local result = place:troupe "help"
    assert.same({ 0, "" }, { result.status, result.stderr })
    assert.equal(usage, result.stdout:sub(1, #usage))
    assert.matches("\n  new +make a project", result.stdout)
    assert.not_matches("own:", result.stdout, 1, true)
  end)

  it("tells about one", function()
    local place = project.empty()
    local told = place:troupe("help", "new")
    assert.matches("^usage: troupe new NAME\n", told.stdout)
    assert.same(told, place:troupe("new", "--help"))
    fails(place, "no command nwe; did you mean new?", "help", "nwe")
    fails(place, "no command nothing", "help", "nothing")
  end)

  it("tells about C's in the words of --help", function()
    local place = project.empty()
    local usage = place:troupe("--help").stdout:gsub("%s+", " ")
    for name, option in pairs { run = "watch", repl = "name", attach = "json" }
    do
      local told = place:troupe("help", name)
      assert.same(told, place:troupe(name, "--help"))
      assert.matches("^usage: troupe " .. name .. " %[options%] %[%u+%]",
        told.stdout)
      assert.matches("\n  %-%-" .. option .. " ", told.stdout)
      for line in told.stdout:gmatch "\n(%S[^\n]+)" do
        assert.matches(line:gsub("%s+", " "), usage, 1, true)
      end
    end
    assert.not_matches("--json", place:troupe("run", "--help").stdout, 1, true)
  end)

  -- Whoever can read one must have nothing to say about it.
  local READERS = {
    groff = "groff -ww -man -Tascii -P-c -P-b -P-u -P-o page",
    man = "LC_ALL=C.UTF-8 MANROFFSEQ= MANWIDTH=80 man --warnings -l page",
    mandoc = "mandoc -Tlint -Wwarning page && mandoc -Tascii page",
  }

  it("makes a manual page of all commands", function()
    local place = project.empty()
    local page = place:troupe("help", "--man")
    assert.same({ 0, "" }, { page.status, page.stderr })
    for name in place:troupe("help", "--names").stdout:gmatch "%S+" do
      assert.matches("\n.SS troupe " .. name .. "\n", page.stdout, 1, true)
    end
    assert.matches("\n.SS troupe completion fish\n", page.stdout, 1, true)
  end)

  for reader, line in pairs(READERS) do
    it("makes one that can be read by " .. reader, function()
      if not os.execute("command -v " .. reader .. " >/dev/null") then
        return pending(reader .. " is not installed")
      end
      local place = project.empty()
      place:write("page", place:troupe("help", "--man").stdout)
      local read = command.run(line, { directory = place.folder })
      assert.same({ 0, "" }, { read.status, read.stderr })
      local text = read.stdout:gsub(".\b", "")
      assert.matches("troupe new NAME", text, 1, true)
      assert.matches("%-%-workers N%s+worker threads", text)
      assert.matches("%-%-json%s+for programs", text)
      assert.matches("\n +bash +eval", text)
    end)
  end

  it("tells about itself, and of what there is", function()
    local place = project.empty()
    assert.matches("^usage: troupe help %[options%] %[COMMAND...%]\n",
      place:troupe("help", "--help").stdout)
    fails(place, "no command new run", "help", "new", "run")
  end)
end)

describe("a command of the project's own", function()
  local shop
  setup(function()
    shop = project.new()
    shop:write("cli/greet.lua", GREET)
  end)

  it("is listed, and explained", function()
    assert.matches("\nThis project's own:\n  greet +greet somebody\n",
      shop:troupe("help").stdout)
    assert.equal(HELP, shop:troupe("greet", "--help").stdout)
    assert.equal(HELP, shop:troupe("help", "greet").stdout)
    fails(shop, "unknown command gret; did you mean greet? (see troupe help)",
      "gret")
  end)

  it("gets its words and options, in any order", function()
    local loud = { status = 0, stdout = "BOB ANN\nBOB ANN\n", stderr = "" }
    assert.same(loud, shop:troupe("greet", "bob", "--loud", "--times=2", "ann"))
    assert.same(loud, shop:troupe("greet", "--times", "2", "bob", "ann",
      "--loud"))
    assert.equal("--loud --help\n",
      shop:troupe("greet", "--", "--loud", "--help").stdout)
    assert.equal("- a\n", shop:troupe("greet", "-", "a").stdout)
  end)

  for message, words in pairs {
    ["expected NAME"] = {},
    ["unknown option --lud; did you mean --loud?"] = { "--lud", "bob" },
    ["unknown option -x"] = { "bob", "-x" },
    ["expected a value after --times"] = { "bob", "--times" },
    ["expected no value for --loud"] = { "bob", "--loud=yes" },
  } do
    it("says what is wrong: " .. message, function()
      fails(shop, message .. " (see troupe greet --help)", "greet",
        table.unpack(words))
    end)
  end

  it("may have commands of its own", function()
    shop:write("cli/till.lua", [[
      local function say(text) return function() print(text) end end
      return { summary = "of the till", commands = {
        { name = "open", summary = "open it", run = say "opened",
          usage = "[FILE]", options = { { name = "q", help = "quietly" } } },
        { name = "close", run = function(arguments)
          print(arguments.x, arguments[1]) end,
          options = { { name = "x", value = "N" } } },
      } }]])
    assert.equal("opened\n", shop:troupe("till", "open", "-q").stdout)
    assert.equal("5\tnil\n", shop:troupe("till", "close", "-x", "5").stdout)
    local told = "usage: troupe till open [options] [FILE]\n  open it\n\n" ..
      "  -q          quietly\n"
    assert.equal(told, shop:troupe("till", "open", "--help").stdout)
    assert.equal(told, shop:troupe("help", "till", "open").stdout)
    assert.equal("usage: troupe till COMMAND ...\n  of the till\n\n" ..
      "  open [FILE]  open it\n  close\n", shop:troupe("help", "till").stdout)
    fails(shop, "expected one of open, close (see troupe till --help)", "till")
    fails(shop, "unknown command till opne; did you mean open? " ..
      "(see troupe till --help)", "till", "opne")
    fails(shop, "unknown option --q; did you mean -q? (see troupe till " ..
      "open --help)", "till", "open", "--q")
    fails(shop, "expected no more than [FILE], got also b (see troupe till " ..
      "open --help)", "till", "open", "a", "b")
  end)

  it("says how it ended", function()
    shop:write("cli/three.lua", "return { run = function() return 3 end }")
    assert.equal(3, shop:troupe("three").status)
    shop:write("cli/reason.lua",
      "return { run = function() return nil, 'no luck' end }")
    fails(shop, "no luck", "reason")
    shop:write("cli/raises.lua",
      "return { run = function() error 'no way' end }")
    local result = shop:troupe "raises"
    assert.equal(1, result.status)
    assert.matches("cli/raises.lua:1: no way", result.stderr, 1, true)
  end)

  it("may call actors, finds the modules, and runs in the folder", function()
    shop:write("cli/count.lua", [[
      local troupe = require "troupe"
      return { run = function(_, context)
        local project = context.project
        require(project.module).start()
        print(troupe.call("counter", "next"), context.from, project.version,
          io.open("shop-dev-1.rockspec") ~= nil, os.getenv "TROUPE_ENV")
      end }]])
    assert.equal("1\t./\tdev-1\ttrue\tdev\n", shop:troupe("count").stdout)
    local below = setmetatable({ below = "lua/shop" }, { __index = shop })
    assert.equal("1\tlua/shop/\tdev-1\ttrue\tdev\n",
      below:troupe("count").stdout)
    for _, words in ipairs { { "--env", "prod", "count" },
      { "count", "--env", "prod" }, { "count", "--env=prod", "--log", "off" } }
    do
      assert.equal("1\t./\tdev-1\ttrue\tprod\n",
        shop:troupe(table.unpack(words)).stdout)
    end
    fails(shop, "expected a value after --env (see troupe --help)", "count",
      "--env")
    fails(shop, "expected no argument, got also --env (see troupe count " ..
      "--help)", "count", "--", "--env", "prod")
  end)

  it("is as the documentation shows", function()
    local text = command.read "lua/README.md"
    shop:write("cli/shown.lua",
      text:match "a file `cli/greet.lua`:\n\n```lua\n(.-)```")
    assert.equal("BOB\n", shop:troupe("shown", "bob", "--loud").stdout)
  end)

  it("takes no built-in's name", function()
    shop:write("cli/help.lua", "return { run = error }")
    assert.equal(0, shop:troupe("help").status)
    shop:remove "cli/help.lua"
  end)
end)

describe("a project's command that is broken", function()
  local shop
  setup(function() shop = project.new() end)

  for message, text in pairs {
    ["cli/odd.lua:1: <name> expected near '='"] = "local = 1",
    ["cli/odd.lua:2: oh"] = "\nerror 'oh'",
    ["cli/odd.lua: expected a table with a function `run`, got 5"] = "return 5",
    ["cli/odd.lua: unknown field sumary; did you mean summary?"] =
      "return { run = print, sumary = 'x' }",
    ["cli/odd.lua: unknown field runs; did you mean run?"] =
      "return { run = print, commands = { { name = 'a', runs = print } } }",
    ["cli/odd.lua: expected options to be a list of {name = ...}"] =
      "return { run = print, options = { 'x' } }",
    ["cli/odd.lua: the option --env is the host's"] =
      "return { run = print, options = { { name = 'env' } } }",
    ["cli/odd.lua: expected commands to be a list of {name = ...}"] =
      "return { commands = { {} } }",
  } do
    it("says so: " .. message, function()
      shop:write("cli/odd.lua", text)
      fails(shop, message, "odd")
      assert.matches(message, shop:troupe("help").stdout, 1, true)
    end)
  end
end)

describe("a project's manifest that is broken", function()
  local function with(text)
    local place = project.empty()
    place:write("shop-dev-1.rockspec", text)
    return place
  end

  for message, text in pairs {
    ["shop-dev-1.rockspec:2: unexpected symbol near '='"] = "a = 1\n= 2",
    ["shop-dev-1.rockspec:1: attempt to call a nil value (global 'print')"] =
      "print 'x'",
    ["shop-dev-1.rockspec: expected package to be a string"] =
      "version = 'dev-1'",
    ["shop-dev-1.rockspec: expected version to be a string"] =
      "package = 'shop'",
  } do
    it("says so: " .. message, function()
      fails(with(text), message, "test")
    end)
  end

  it("does not keep one from a project's commands, nor from help", function()
    local place = with "= 1"
    place:write("cli/greet.lua", GREET)
    assert.equal("bob\n", place:troupe("greet", "bob").stdout)
    assert.equal(0, place:troupe("help").status)
  end)

  it("is looked at in the version in development", function()
    local place = with "package = 'shop' version = 'dev-1'"
    place:write("shop-1.0-1.rockspec", "= 1")
    place:write("till-1.0-1.rockspec", "= 1")
    fails(place, "no specs here: no folder spec, and no .busted", "test")
  end)
end)

describe("a command that needs a project", function()
  it("says that there is none", function()
    fails(project.empty(), "no project here: no rockspec in this folder or " ..
      "above it", "test")
  end)
end)
