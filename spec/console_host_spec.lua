-- The console of a host that has a name, from outside, by its socket.

local console = require "support.console"
local eventually = require "support.eventually"
local named = require "support.named"

local host

local function attach(options)
  return console.attach(named.directory() .. "/shop.sock", options)
end

local function start(source, given)
  host = named.start("io.stdout:setvbuf('line') " .. source ..
    " print 'here' troupe.timeout(math.huge, troupe.receive)", given)
  host:await "here"
end

local BUSY = [[
  for i = 1, probe.workers() do
    local pid = troupe.start("fixtures.puppet", nil, { name = "busy" .. i })
    troupe.cast(pid, "run", "troupe.send(..., 'begun') while true do end",
      troupe.self())
    assert(troupe.receive() == "begun")
  end
]]

local LOOPING =
  "setmetatable({}, { __tostring = function() while true do end end })"

after_each(function()
  if host and host:running() then
    host:signal "KILL"
    host:wait()
  end
  console.finish()
end)

describe("the console", function()
  it("answers while every worker runs a loop without an end", function()
    start(BUSY)
    local client = attach()
    assert.matches("^shop\n", client.welcome)
    assert.equal("2", client:value "1 + 1")
    assert.matches("is running in cast \"run\" %(puppet:1%)\n.*puppet:1: in",
      client:shown "stack busy1")
    assert.matches("^<.*> fixtures.puppet is killed\n$",
      client:shown "kill busy1")
    assert.matches("^noactor: ", client:ask "stack busy1".F)
    assert.matches("is running", client:shown "stack busy2")
  end)

  it("has an evaluation that loops beside others that do not", function()
    start ""
    local one, other = attach(), attach()
    one:send("E", "print 'begun' while true do end")
    assert.equal("begun\n", one:expect "O")
    assert.equal("2", other:value "1 + 1")
    one:send "I"
    assert.truthy(one:answer().F)
    assert.equal("3", one:value "1 + 2")
  end)

  it("is not held by what is typed and cannot be suspended", function()
    start ""
    local one, other = attach { mode = "json" }, attach()
    one:send("E", "print 'begun' tostring(" .. LOOPING .. ")")
    assert.equal("begun\n", one:expect "O")
    assert.equal("2", other:value "1 + 1")
    assert.matches("interrupted", one:answer().F)
    one:send("E", "print 'begun' debug.setmetatable(true, getmetatable(" ..
      LOOPING .. ")) return true, nil")
    assert.equal("begun\n", one:expect "O")
    assert.equal("2", other:value "1 + 1")
    assert.equal('{"ok":true,"values":[true,null]}', one:answer().R)
  end)

  -- That its session has ended is told when it is told anything.
  it("is not held by what was typed into its own functions", function()
    start ""
    local one, other = attach { mode = "json" }, attach()
    one:send("E", "local text = tostring print 'begun' " ..
      "_G.type = function() return text(" .. LOOPING .. ") end error 'now'")
    assert.equal("begun\n", one:expect "O")
    assert.equal("2", other:value "1 + 1")
    assert.matches("the evaluation ended: .*CPU time", one:answer().F)
    assert.matches("ok", one:value "1 + 1")
  end)

  it("calls the host's actors, and sees what they answer", function()
    start [[ troupe.start("fixtures.puppet", nil, { name = "till" }) ]]
    local client = attach()
    assert.equal("42", client:value "call till run 'return 6 * 7'")
    assert.equal("sent\n", client:shown "cast till run 'x = 1'")
    assert.equal("1", client:value "call till run 'return x'")
    assert.matches("^pid +<0%.%d+%.%d+>\nbehaviour +fixtures%.puppet\n",
      client:shown "info till")
    assert.matches("> .* has ended\n$", client:shown "stop till")
  end)

  it("says what an act has done, and fails if nobody is there", function()
    start [[
      for _, name in ipairs { "one", "two" } do
        troupe.start("fixtures.puppet", nil, { name = name })
      end
      troupe.cast("two", "run", "while true do end")
    ]]
    local client = attach()
    assert.equal("sent\n", client:shown "send one x 1")
    assert.equal("it was in no wait\n", client:shown "cancel one")
    assert.equal("nothing that was typed runs there\n",
      client:shown "interrupt one")
    assert.matches("^<.*> fixtures.puppet has ended\n", client:shown "stop one")
    assert.matches("^timeout: ", client:ask "stop two timeout=0.05".F)
    assert.matches("^<.*> fixtures.puppet is killed\n", client:shown "kill two")
    assert.equal("no actor has the behaviour fixtures.puppet\n",
      client:shown "actors behaviour=fixtures.puppet")
    for _, text in ipairs { "send one", "cast one x", "call one x",
        "cancel one", "interrupt one", "stop one", "kill one", "state one",
        "gc one", "enter one", "enter one x", "trace one", "mailbox one",
        "limits one", "info one", "stack one" } do
      assert.equal('noactor: nobody is registered as "one"',
        client:ask(text).F, text)
    end
  end)

  it("does not let itself be ended", function()
    start ""
    local client = attach()
    local pid = client:value(
      "require 'troupe.core'.actors{behaviour = 'troupe.console'}[1].pid")
      :match "<.*>"
    for _, text in ipairs { "kill ", "stop " } do
      assert.equal(("badargument: %s is this console: nobody could attach " ..
        "without it"):format(pid), client:ask(text .. pid).F)
    end
    assert.equal("1", attach():value "1")
  end)

  it("knows what was meant", function()
    start [[ troupe.start("fixtures.puppet", nil, { name = "till" }) ]]
    local client = attach()
    assert.equal('noactor: nobody is registered as "tlil"; did you mean till?',
      client:ask "info tlil".F)
    assert.matches('^badrequest: <.*> has no handler for "rum"; it has ' ..
      "hold, release, run", client:ask "call till rum".F)
    assert.equal("badargument: no actor has loaded fixtures.chores",
      client:ask "reload fixtures.chores".F)
    assert.matches("^badargument: there was no version of fixtures.puppet ",
      client:ask "rollback fixtures.puppet".F)
    assert.equal("unchanged\n", client:shown "reload fixtures.puppet")
  end)

  it("shows what a loop without an end uses", function()
    start [[
      troupe.cast(troupe.start("fixtures.puppet", nil, { name = "loop" }),
        "run", "while true do end")
    ]]
    local client = attach()
    eventually(function()
      return client:value("local core = require 'troupe.core' return " ..
        "core.actor(require 'troupe.registry'.whereis 'loop')" ..
        ".cpu > 0.02") == "true"
    end)
  end)

  it("cuts what it shows to a person's screen, and for nobody else", function()
    start [[ troupe.start("fixtures.puppet") ]]
    assert.matches("fixtures.puppet .*idle", attach { width = 30 }
      :shown "actors behaviour=fixtures.puppet")
    local shown = attach { width = 30, mode = "terminal" }:shown "actors"
    for line in shown:gmatch "[^\n]+" do assert.is_true(#line <= 30) end
  end)

  it("has no limits of the project's", function()
    start("", { flags = { "--set", "limits.memory=150000", "--set",
      "limits.cpu=0.05", "--set", "limits.mailbox={size=1,bytes=1000}" } })
    local client = attach()
    local all = client:ask("print(('x'):rep(3e6)) local n = 0 " ..
      "for i = 1, 2e7 do n = n + 1 end return n")
    assert.equal(3000001, #(all.O or ""))
    assert.equal("20000000", all.R)
  end)

  it("leaves its own actors out, unless they are asked for", function()
    start [[ troupe.start("fixtures.puppet") ]]
    local client = attach()
    local shown = client:shown "actors"
    assert.matches("fixtures.puppet", shown)
    assert.is_nil(shown:find "console")
    assert.matches("console", client:shown "actors --all")
    assert.matches("console", client:shown
      "actors behaviour=troupe.console.session")
    assert.matches("the first 1; ", client:shown "actors limit=1")
    assert.is_nil(client:shown("modules"):find "troupe.inspect", 1, true)
    assert.truthy(client:shown("modules --all"):find("troupe.inspect", 1, true))
  end)

  it("tells who is there that the host stops", function()
    start ""
    local client = attach()
    host:signal "TERM"
    assert.equal("the host stops", client:ending())
    assert.same({ 143, "" }, { host:wait().status, host:stderr() })
  end)

  it("may go away in the middle of anything", function()
    start ""
    for _, source in ipairs { "while true do end", "troupe.sleep(math.huge)",
        "while true do print(('x'):rep(1000)) end",
        "print(('x'):rep(2^24))" } do
      local client = attach()
      client:send("E", source)
      client.sock:close()
    end
    local client = attach()
    assert.equal("2", client:value "1 + 1")
    host:signal "TERM"
    local result = host:wait()
    assert.same({ 143, "" }, { result.status, result.stderr })
  end)
end)
