-- Settings: --set, config/<env>.lua, troupe.config.

local life = require "support.life"
local support = require "support"
local troupe = require "troupe"

-- What a script's settings are, as one line.
local SHOW = [[
  local troupe = require "troupe"
  local function text(value)
    if type(value) == "table" then return table.concat(value, "+") end
    return tostring(value)
  end
  for _, name in ipairs(arg) do
    local value = troupe.config(name, "default")
    print(name, math.type(value) or type(value), text(value))
  end
]]

describe("a setting", function()
  it("that nobody sets is the default", function()
    assert.equal("default", troupe.config("no such setting", "default"))
    assert.is_nil(troupe.config "no such setting")
  end)

  it("is set on the command line", function()
    local text = support.output(SHOW, {
      flags = { "--set", "port=4000", "--set", "rate=0.5", "--set",
        "name=bob", "--set", "on=true", "--set", "text='a b'",
        "--set", "list={1,2}", "--set", "path=/a=b" },
      arguments = { "port", "rate", "name", "on", "text", "list", "path",
        "other" },
    })
    assert.equal([[
port	integer	4000
rate	float	0.5
name	string	bob
on	boolean	true
text	string	a b
list	table	1+2
path	string	/a=b
other	string	default
]], text)
  end)

  it("is the same in every actor, and nobody's to change", function()
    assert.equal("1\t1\n", support.output([[
      local troupe = require "troupe"
      troupe.config("list")[1] = 2
      print(troupe.config("list")[1], troupe.call(troupe.start "asker", "ask"))
    ]], {
      flags = { "--set", "list={1}" },
      files = { ["asker.lua"] = [[
        local troupe = require "troupe"
        return { call = { ask = function()
          return troupe.config("list")[1]
        end } }
      ]] },
    }))
  end)

  it("says what it expects", function()
    assert.matches("^expected name to be .*, got 7", life.misuse(troupe.config,
      7))
    assert.matches("^expected name to be ", life.misuse(troupe.config))
  end)

  it("without a name is refused", function()
    for _, assignment in ipairs { "port", "=4000" } do
      local result = support.script("print 'never'",
        { flags = { "--set", assignment } })
      assert.equal(1, result.status)
      assert.equal("", result.stdout)
      assert.matches("^[^\n]+\n$", result.stderr)
    end
  end)
end)

describe("the setting 'limits'", function()
  local FILL = [[
    local ok, problem = pcall(function()
      local list = {}
      for i = 1, 1e7 do list[i] = ("x"):rep(100) .. i end
    end)
    print(ok, problem)
  ]]

  it("bounds the memory of every actor", function()
    for _, set in ipairs { "limits={memory=1000000}",
      "limits.memory=1000000" } do
      assert.equal("false\tnot enough memory\n",
        support.output(FILL, { flags = { "--set", set } }))
    end
  end)

  it("is named by who dies of it", function()
    local fill = "local list = {} for i = 1, 1e7 do list[i] = i .. '' end"
    for set, source in pairs { ["limits.memory=1000"] = "",
      ["limits.memory=1000000"] = fill } do
      local result = support.script(source, { flags = { "--set", set } })
      assert.equal(1, result.status)
      assert.matches("not enough memory: limits.memory is %d+ bytes",
        result.stderr)
    end
    local problem = life.raised(troupe.start, "greedy", nil, { memory = 1000 })
    assert.equal("exit", problem.kind)
    assert.matches("not enough memory: its limit is 1000 bytes",
      problem.message, 1, true)
  end)

  it("is told with all that the command line puts in", function()
    assert.equal("3\t5000\t7\twait\n", support.output([[
      local limits = require "troupe".config "limits"
      print(limits.cpu, limits.memory // 1000, limits.mailbox.size,
        limits.mailbox.full)
    ]], { flags = { "--set", "limits.mailbox.size=7", "--set",
      "limits.memory=5000000", "--set", "limits={cpu=3}", "--set",
      "limits.mailbox={full='wait',size=3}" } }))
    assert.equal("2\t1\t5\n", support.output([[
      local troupe = require "troupe"
      print(troupe.config("shop").port, troupe.config("shop").till.open,
        troupe.config("five"))
    ]], { flags = { "--set", "shop.port=2", "--set", "shop.till.open=1",
      "--set", "five.more=1", "--set", "five=5" } }))
  end)

  it("does not bind who has an option of its own", function()
    assert.equal("true\tfalse\n", support.output([[
      local troupe = require "troupe"
      local free = troupe.start("greedy", nil, { memory = math.huge })
      print(troupe.call(free, "take"), pcall(troupe.call,
        troupe.start("greedy"), "take"))
    ]], {
      flags = { "--set", "limits.memory=1000000", "--log", "off" },
      files = { ["greedy.lua"] = [[
        return { call = { take = function() return #("x"):rep(1e6) > 0 end } }
      ]] },
    }):gsub("(false).*", "%1\n"))
  end)

  it("is exact, or nothing starts", function()
    for _, case in ipairs {
      { "limits=5", "expected limits to be a table, got 5" },
      { "limits.memory=x", 'expected memory to be a number, got "x"' },
      { "limits.memry=1", 'unknown option "memry"' },
      { "limits.cpu=0", "expected cpu to be a number above 0, got 0" },
      { "limits.mailbox=3", "expected mailbox to be a table, got 3" },
      { "limits.mailbox.length=3", 'unknown option "length"' },
      { "limits.mailbox.full=5", 'full to be "wait", "drop_oldest"' },
    } do
      local result = support.script("print 'never'",
        { flags = { "--set", case[1] } })
      assert.equal(1, result.status)
      assert.equal("", result.stdout)
      assert.matches(case[2], result.stderr, 1, true)
    end
  end)
end)
