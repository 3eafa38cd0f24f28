-- What the commands print: troupe.console.show, troupe.console.show_host.

local host = require "troupe.console.show_host"
local registry = require "troupe.registry"
local show = require "troupe.console.show"
local troupe = require "troupe"

local PID = troupe.self()
local WHO = tostring(PID)
local WIDE = { width = 200 }

local function lines_of(text)
  local list = {}
  for line in text:gmatch "[^\n]+" do list[#list + 1] = line end
  return list
end

describe("what a command shows", function()
  it("of actors fits the screen", function()
    local list = { { pid = PID, behaviour = "shop.till", queue = 3,
      messages_in = 12, handling_p99 = 35e-6, memory = 1258291, cpu = 0.5,
      doing = "waiting", waits = "a reply", since = 2 } }
    local lines = lines_of(show.actors({ width = 80 }, list))
    assert.matches("^pid +behaviour +queue +in +p99 +memory +cpu +doing, " ..
      "waits for$", lines[1])
    assert.equal(("%s  shop.till      3  12  35 us  1.2 MiB  500 ms  " ..
      "a reply, 2 s"):format(WHO), lines[2])
    list[1].waits = "the end of a sleep"
    assert.matches("  a sleep, 2 s\n$", show.actors({ width = 80 }, list))
    list[1].behaviour = ("x"):rep(300)
    list[1].waits = "\27[2J" .. ("y"):rep(300)
    for width = 40, 120 do
      local text = show.actors({ width = width }, list)
      assert.is_nil(text:find "[\27\r]")
      for _, line in ipairs(lines_of(text)) do
        assert.is_true(#line <= width)
      end
    end
    assert.equal("there are no actors\n", show.actors(WIDE, {}))
    assert.equal("no actor has the behaviour till\n",
      show.actors(WIDE, { behaviour = "till" }))
    list.cut = true
    assert.matches("the first 1; limit=N or %-%-all for more\n$",
      show.actors(WIDE, list))
  end)

  it("of actors says their versions once they are not all the first", function()
    local list = { { pid = PID, behaviour = "till", version = 1, queue = 0,
      messages_in = 0, memory = 8, cpu = 0, doing = "idle" } }
    assert.is_nil(show.actors(WIDE, list):find("version", 1, true))
    for _, version in ipairs { 2, "2.1" } do
      list[1].version = version
      local lines = lines_of(show.actors(WIDE, list))
      assert.matches("^pid +behaviour +version +queue", lines[1])
      assert.matches(("till +%s +0 "):format(version), lines[2])
    end
  end)

  it("of one actor is a line for each thing", function()
    local text = show.info({ width = 80 }, {
      pid = PID, behaviour = "account", doing = "waiting",
      request = 'call "buy"', where = "shop.lua:12",
      waits = "a reply from <0.9.1> stock", since = 0.31, starter = PID,
      bond = "child", keys = { "shop", { "room", 7 } }, groups = {},
      links = { PID, more = 3 }, messages_in = 5, cpu = 2, handling_p50 = 1e-3,
      limits = { memory = { used = 2048, limit = 1048576 },
        cpu = { used = 0.001 },
        mailbox = { count = 1, size = 500, bytes = 60, limit = 16777216,
          full = "wait" }, libraries = { "string", "table" } },
      timers = { { request = "tick", due = 1.5 } }, sockets = {},
    })
    for _, wanted in ipairs {
      "pid           " .. WHO .. "\n", "behaviour     account\n",
      'doing         waiting in call "buy" (shop.lua:12), for a reply from ' ..
        "<0.9.1> stock, since 310 ms\n",
      "memory        2 KiB of 1 MiB\n", "cpu           2 s\n",
      "cpu limit     1 ms in the message in hand, no limit\n",
      "mailbox       1 of 500, 60 B of 16 MiB; full: wait\n",
      "libraries     string table\n", "keys          shop room/7\n",
      "messages_in   5\n", "handling_p50  1 ms\n",
      'timers        {{due = 1.5, request = "tick"}}\n', "3 more\n",
      "its child\n",
    } do
      assert.truthy(text:find(wanted, 1, true), wanted)
    end
    assert.is_nil(text:find "sockets")
    assert.is_nil(text:find "groups")
  end)

  it("of actors has their names, if one has any", function()
    local it = { pid = PID, queue = 0, messages_in = 0, doing = "idle" }
    assert.matches("^pid +behaviour", show.actors(WIDE, { it }))
    registry.register "spec.till"
    local text = show.actors(WIDE, { it })
    registry.unregister "spec.till"
    assert.matches("^pid +name +behaviour", text)
    assert.matches("\n<.*>  spec.till  script +0 ", text)
    registry.register { "till", 7 }
    text = show.actors(WIDE, { it })
    registry.unregister { "till", 7 }
    assert.matches("\n<.*>  till/7  script +0 ", text)
  end)

  it("of limits says of what they are", function()
    assert.equal("cpu  1 ms in the message in hand, no limit\n",
      show.limits(WIDE, { cpu = { used = 0.001 } }))
    assert.equal([[
memory   1 MiB
cpu      no limit for a message
mailbox  500 messages, 16 MiB; full: wait
]], show.limits(WIDE, { memory = 1048576,
      mailbox = { size = 500, bytes = 16777216, full = "wait" } }))
  end)

  it("of workers names the console's, and the engine's", function()
    local text = host.workers(WIDE, {
      { index = 0, load = 0.42, queue = 3, turns = 10, steals = 1,
        handles = 2, running = PID },
      { index = 1, load = 0, queue = 0, turns = 0, steals = 0, handles = 0,
        parked = true, private = true },
      { index = 2, load = 0, queue = 1, turns = 0, steals = 0, handles = 0,
        parked = false, engine = true },
    })
    local lines = lines_of(text)
    assert.matches("^ +0 +42 %% +3 +10 +1 +2  <0%.", lines[2])
    assert.matches("^console +0 %% .* parked$", lines[3])
    assert.matches("^ engine +0 %% +1 .* %-$", lines[4])
  end)

  it("of a mailbox says how much there is", function()
    assert.equal("0 messages, 0 B\n", host.mailbox(WIDE, { total = 0,
      bytes = 0, senders = 0 }))
    local text = host.mailbox(WIDE, { total = 9, bytes = 512, senders = 2,
      { kind = "call", sender = PID, behaviour = "shop", bytes = 60,
        request = 'call "buy"', age = 0.002, given_up = true } })
    assert.matches('shop  call "buy", given up  60 B  2 ms\n', text)
    assert.matches("9 messages, 512 B; 2 senders wait for room\n$", text)
  end)

  it("of an event of a trace is one line", function()
    assert.equal(('12:00:00.250000  in         60 B    35 us  call "buy" 1' ..
      "  %s shop\n"):format(WHO), host.event(WIDE, { time = 43200.25,
      direction = "in", peer = PID, behaviour = "shop", bytes = 60,
      request = 'call "buy" 1', queued = 35e-6 }))
    assert.equal("12:00:00.250000  end                 1 ms  " ..
      'call "buy" = error: no\n', host.event(WIDE, { time = 43200.25,
      direction = "end", request = 'call "buy"', answer = "no", how = "error",
      took = 1e-3 }))
    assert.equal("12:00:00.250000  reply      60 B     1 ms  = 78  stock\n",
      host.event(WIDE, { time = 43200.25, direction = "reply", bytes = 60,
        target = "stock", answer = "78", how = "reply", took = 1e-3 }))
    assert.equal("time UTC         what       size     took  " ..
      "request = answer  who\n", host.events(WIDE))
    assert.equal("time UTC  what      took  request = a...\n",
      host.events { width = 40 })
    assert.equal('12:00:00  in       35 us  call "buy"\n', host.event(
      { width = 40 }, { time = 43200.25, direction = "in", bytes = 60,
        request = 'call "buy"', queued = 35e-6 }))
    assert.equal("... 5 events were lost\n",
      host.event(WIDE, { direction = "lost", count = 5 }))
  end)

  it("of waits, keys, modules and a reload is short", function()
    assert.equal("nobody waits\n", host.waits(WIDE, {}))
    assert.matches("a reply from x +2 s +1\n1 of 5 that wait",
      host.waits(WIDE, { { pid = PID, waits = "a reply from x", since = 2,
        circle = 1 } }, 5))
    assert.equal("nothing is registered\n",
      host.registry(WIDE, { keys = {}, groups = {} }))
    local text = host.registry(WIDE, {
      keys = { { key = { "room", 7 }, pid = PID, behaviour = "room" },
        more = 2 }, groups = { { key = "all", size = 3 } } })
    assert.matches("room/7  <.*> room\nand 2 more; limit=N\n", text)
    assert.matches("all +3\n$", text)
    assert.matches('\npool "mills" 0  <', host.registry(WIDE, { groups = {},
      keys = { { text = 'pool "mills" 0', pid = PID } } }))
    assert.matches("shop +2 +10 +1 KiB  shop.lua\n", host.modules(WIDE,
      { { name = "shop", version = 2, actors = 10, size = 1024,
        file = "shop.lua" } }))
    assert.equal("shop is version 2 in 10 actors, after 5 ms\n",
      host.reload(WIDE, { module = "shop", version = 2, actors = 10,
        seconds = 0.005 }))
    assert.equal("unchanged\n", host.reload(WIDE, nil, "unchanged"))
  end)

  it("never has a character that a terminal obeys", function()
    local evil = "a\27]0;x\7b\rc"
    for _, text in ipairs {
      show.stack(WIDE, { text = evil }), host.tree(WIDE, evil),
      show.info(WIDE, { pid = PID, behaviour = evil, doing = evil,
        keys = { evil }, limits = {} }),
      host.modules(WIDE, { { name = evil, file = evil, version = evil } }),
      host.registry(WIDE, { keys = { { key = evil, pid = PID,
        behaviour = evil } }, groups = {} }),
      host.event(WIDE, { direction = evil, request = evil, answer = evil,
        how = evil }),
    } do
      assert.is_nil(text:find "[\27\7\r]")
    end
  end)
end)
