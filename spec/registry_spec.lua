-- clock: either
--
-- Names, get-or-start, groups.

local life = require "support.life"
local registry = require "troupe.registry"
local troupe = require "troupe"

local doll, run, begin = life.doll, life.run, life.begin

local DOLL = "fixtures.doll"

-- Casts the code to `count` actors at once; returns what each sends to the
-- spec, in the order of arrival. They run on all workers.
local function crowd(count, code, ...)
  local pids, words = {}, {}
  for index = 1, count do pids[index] = doll() end
  for _, pid in ipairs(pids) do begin(pid, code, troupe.self(), ...) end
  for index = 1, count do words[index] = life.next() end
  return words
end

-- Gets or starts; tells what came of it.
local ENSURE = [[
  local main, key, options = ...
  local registry = require "troupe.registry"
  local ok, pid, why = pcall(registry.ensure, key, "fixtures.doll", options)
  if ok then troupe.send(main, "got", pid, why)
  else troupe.send(main, "raised", pid) end
]]

-- An init that waits for the gate, and tells the spec that it runs.
local function gated(gate, more)
  return { gate = gate, main = troupe.self(), init = [[
    troupe.call(state.gate, "wait", state.main)
  ]] .. (more or "") }
end

-- Distinct values of a field, as a list.
local function distinct(words, field)
  local seen, list = {}, {}
  for _, word in ipairs(words) do
    local value = word[field]
    if not seen[value] then list[#list + 1] = value end
    seen[value] = true
  end
  return list
end

describe("a name", function()
  after_each(life.finish)

  it("may be a string, an integer, or a list of these", function()
    for _, key in ipairs { "shop", "", "\0\255", 7, -1, math.mininteger,
        { "room", 7 }, { "7" }, { 7 }, { "" }, { "a", "b" }, { "ab" },
        ("x"):rep(1000), 2.0 } do
      assert.is_nil(registry.whereis(key))
      local pid = doll(nil, { name = key })
      assert.equal(pid, registry.whereis(key))
      assert.equal(pid, troupe.call(key, "run", "return troupe.self()"))
    end
    assert.equal(registry.whereis(2), registry.whereis(2.0))
  end)

  it("is compared by value", function()
    local pid = doll(nil, { name = { "room", 7 } })
    assert.equal(pid, registry.whereis { "room", 7 })
    for _, other in ipairs { { "room", "7" }, { "room" }, { "room", 7, 1 },
        { 7, "room" }, "room" } do
      assert.is_nil(registry.whereis(other))
    end
  end)

  it("that is taken raises exists, with its holder", function()
    local pid = doll(nil, { name = "shop" })
    local problem = life.raised(troupe.start, DOLL, nil, { name = "shop" })
    assert.equal("exists", problem.kind)
    assert.equal(pid, problem.pid)
    assert.matches("taken by " .. tostring(pid), problem.message, 1, true)
    problem = life.raised(registry.register, "shop")
    assert.equal("exists", problem.kind)
    assert.equal(pid, problem.pid)
  end)

  it("goes to one of many who want it", function()
    for _ = 1, 20 do
      local words = crowd(8, [[
        local main = ...
        local ok, problem = pcall(troupe.start, "fixtures.doll", nil,
          { name = "shop" })
        troupe.send(main, ok and "won" or problem.kind,
          ok and problem or problem.pid)
      ]])
      local won = 0
      for _, word in ipairs(words) do
        if word[1] == "won" then won = won + 1 else
          assert.equal("exists", word[1])
        end
      end
      assert.equal(1, won)
      assert.equal(1, #distinct(words, 2))
      troupe.stop "shop"
    end
  end)

  it("can be taken and left by a running actor", function()
    local pid = doll()
    assert.is_true(run(pid,
      "return require 'troupe.registry'.register 'shop'"))
    assert.equal(pid, registry.whereis "shop")
    assert.is_false(registry.unregister "shop") -- it is not the spec's
    assert.is_true(run(pid,
      "return require 'troupe.registry'.unregister 'shop'"))
    assert.is_nil(registry.whereis "shop")
    assert.is_true(registry.register "shop")
    assert.equal(troupe.self(), registry.whereis "shop")
    assert.is_true(registry.unregister "shop")
    assert.is_false(registry.unregister "shop")
  end)

  it("is free as soon as the death is visible", function()
    for index = 1, 200 do
      local pid = doll(nil, { name = "shop" })
      if index % 2 == 0 then
        troupe.kill(pid)
      else
        begin(pid, "troupe.exit()")
      end
      repeat
        local found = registry.whereis "shop"
        assert.is_true(found == pid or found == nil)
      until not pcall(run, pid, "") -- the refusal is the death
      assert.is_nil(registry.whereis "shop")
    end
  end)

  it("is waited for while its holder is ending", function()
    local function ending()
      local gate = doll()
      local pid = doll({ gate = gate, main = troupe.self(),
        terminate = "troupe.call(state.gate, 'wait', state.main)" },
        { name = "shop" })
      begin(pid, "troupe.exit()")
      assert.same({ "held" }, life.next())
      assert.is_nil(registry.whereis "shop")
      return gate
    end
    local gate, heir = ending(), doll()
    begin(heir, [[troupe.send(...,
      troupe.start("fixtures.doll", nil, { name = "shop" }))]], troupe.self())
    assert.equal("timeout", life.raised(troupe.timeout, 0.01, registry.register,
      "shop").kind)
    assert.same({}, life.drain())
    troupe.cast(gate, "go")
    local pid = life.keep(life.next()[1])
    assert.equal(pid, registry.whereis "shop")
    troupe.stop "shop"
    gate = ending()
    begin(heir, "troupe.send(..., require 'troupe.registry'.register 'shop')",
      troupe.self())
    troupe.cast(gate, "go")
    assert.same({ true }, life.next())
    assert.equal(heir, registry.whereis "shop")
  end)

  it("is listed with all others", function()
    for _, key in ipairs { "a", 1, { "b", 2 } } do doll(nil, { name = key }) end
    local found = {}
    for _, key in ipairs(registry.keys()) do
      found[#found + 1] = type(key) == "table" and table.concat(key, " ")
        or tostring(key)
    end
    table.sort(found)
    assert.same({ "1", "a", "b 2" }, found)
  end)
end)

describe("get-or-start", function()
  after_each(life.finish)

  it("runs one init for 50 callers at once", function()
    for round = 1, 10 do
      local key = { "shop", round }
      local words = crowd(50, ENSURE, key, { report = troupe.self() })
      assert.same({ "got" }, distinct(words, 1))
      local pids = distinct(words, 2)
      assert.equal(1, #pids)
      assert.equal(pids[1], registry.whereis(key))
      life.keep(pids[1])
      assert.same({}, life.drain())
    end
  end)

  it("lets all who meet a slow init wait for it", function()
    local gate = doll()
    for _ = 1, 20 do
      begin(doll(), ENSURE, troupe.self(), "shop", gated(gate))
    end
    assert.same({ "held" }, life.next())
    assert.same({}, life.drain()) -- nobody has got anything, none starts twice
    troupe.cast(gate, "go")
    local words = {}
    for index = 1, 20 do words[index] = life.next() end
    assert.same({ "got" }, distinct(words, 1))
    assert.equal(1, #distinct(words, 2))
    life.keep(words[1][2])
  end)

  it("gives all who meet a failing init its error, without a retry", function()
    local gate = doll()
    for _ = 1, 20 do
      begin(doll(), ENSURE, troupe.self(), "shop", gated(gate, "error 'burnt'"))
    end
    assert.same({ "held" }, life.next())
    require "support.eventually"(function()
      -- the entry and its 20 waiters but the first, who started it
      return require "probe".entries() >= 20
    end)
    troupe.cast(gate, "go")
    for _ = 1, 20 do
      local word, problem = table.unpack(life.next())
      assert.equal("raised", word)
      assert.equal("exit", problem.kind)
      assert.matches("burnt", problem.message)
    end
    assert.same({}, life.drain())
    assert.is_nil(registry.whereis "shop")
  end)

  it("tells the starter of a failing init, whoever else comes", function()
    for _ = 1, 200 do
      local problem = life.raised(registry.ensure, "shop", DOLL,
        { init = "state.n = state.n + 1; error(state.n)", n = 0 })
      assert.equal("exit", problem.kind)
    end
    local words = crowd(50, ENSURE, "shop", { init = "error 'burnt'" })
    assert.same({ "raised" }, distinct(words, 1))
  end)

  it("returns nil and the reason of an init that refuses", function()
    assert.same({ nil, "closed" }, { registry.ensure("shop", DOLL,
      { init = "return nil, 'closed'" }) })
    assert.is_nil(registry.whereis "shop")
  end)

  it("never returns a dead pid", function()
    -- Each asks, calls and kills; the others ask meanwhile. A call may meet
    -- a death, but the pid was alive when it was given out.
    local words = crowd(8, [[
      local main = ...
      local registry = require "troupe.registry"
      local last, again = nil, 0
      for _ = 1, 50 do
        local pid = registry.ensure("mortal", "fixtures.doll")
        if pid == last then again = again + 1 end
        troupe.monitor(pid)
        pcall(troupe.call, pid, "run", "return 1")
        troupe.stop(pid)
        last = pid
      end
      troupe.send(main, "done", again)
    ]])
    for _, word in ipairs(words) do assert.same({ "done", 0 }, word) end
  end)

  it("waits for one that is ending, and starts the next", function()
    local gate = doll()
    local old = doll({ gate = gate, main = troupe.self(),
      terminate = "troupe.call(state.gate, 'wait', state.main)" },
      { name = "shop" })
    begin(old, "troupe.exit()")
    assert.same({ "held" }, life.next())
    begin(doll(), ENSURE, troupe.self(), "shop")
    assert.is_nil(registry.whereis "shop")
    assert.same({}, life.drain())
    troupe.cast(gate, "go")
    local word, pid = table.unpack(life.next())
    assert.equal("got", word)
    assert.not_equal(old, life.keep(pid))
  end)

  it("lets who cannot wait so long go, and starts nevertheless", function()
    local gate = doll()
    begin(doll(), ENSURE, troupe.self(), "shop", gated(gate))
    assert.same({ "held" }, life.next())
    local problem = life.raised(troupe.timeout, 0.01, registry.ensure, "shop",
      DOLL)
    assert.equal("timeout", problem.kind)
    troupe.cast(gate, "go")
    local word, pid = table.unpack(life.next())
    assert.equal("got", word)
    assert.equal(pid, registry.whereis "shop")
    life.keep(pid)
  end)

  it("queues what is sent to a starting actor", function()
    local gate = doll()
    begin(doll(), ENSURE, troupe.self(), "shop", gated(gate))
    assert.same({ "held" }, life.next())
    local pid = registry.whereis "shop"
    assert.is_true(troupe.send("shop", "early", 1))
    assert.is_true(troupe.send(pid, "early", 2))
    troupe.cast(gate, "go")
    assert.same({ "got", pid }, life.next())
    assert.same({ { "early", 1 }, { "early", 2 } }, life.seen(pid))
    life.keep(pid)
  end)

  it("raises at the init that closes a circle", function()
    local code = [[require "troupe.registry".ensure(state.other,
      "fixtures.doll", { other = state.mine, mine = state.other,
      init = state.init })]]
    local problem = life.raised(registry.ensure, "one", DOLL,
      { mine = "one", other = "two", init = code })
    assert.equal("exit", problem.kind)
    assert.equal("deadlock", problem.reason)
    assert.equal(2, #problem.circle)
    assert.is_nil(registry.whereis "one")
    require "support.eventually"(function()
      return registry.whereis "two" == nil
    end)
  end)

  it("starts with the options given, but no name and no link", function()
    local pid = registry.ensure("shop", DOLL, { report = troupe.self() },
      { idle = 0.01 })
    assert.same({ "ended", pid, "normal" }, life.next())
    assert.matches("^expected no option name",
      life.misuse(registry.ensure, "shop", DOLL, nil, { name = "x" }))
    assert.matches("^expected no option link",
      life.misuse(registry.ensure, "shop", DOLL, nil, { link = true }))
    assert.equal('unknown option "nmae"',
      life.misuse(registry.ensure, "shop", DOLL, nil, { nmae = "x" }))
  end)

  it("leaves nothing of a module that is not there", function()
    local problem = life.raised(registry.ensure, "shop", "no.such.module")
    assert.matches("no.such.module", problem.message, 1, true)
    assert.is_nil(registry.whereis "shop")
  end)

  it("survives a crowd that starts and stops", function()
    local words = crowd(8, [[
      local main = ...
      local registry = require "troupe.registry"
      local failed = 0
      for round = 1, 100 do
        local key = { "churn", round % 3 }
        local ok, pid = pcall(registry.ensure, key, "fixtures.doll")
        if not ok then failed = failed + 1
        elseif round % 2 == 0 then troupe.stop(pid)
        elseif round % 5 == 0 then troupe.kill(pid)
        else pcall(troupe.call, pid, "run", "return 1") end
      end
      troupe.send(main, "done", failed)
    ]])
    -- A start may be killed under the hands of those who wait for it.
    assert.same({ "done" }, distinct(words, 1))
    for index = 0, 2 do troupe.stop { "churn", index } end
  end)
end)

describe("a group", function()
  after_each(life.finish)

  it("has members in the order they joined", function()
    local pids = {}
    for index = 1, 10 do
      pids[index] = doll()
      run(pids[index], "require 'troupe.registry'.join { 'news', 1 }")
      run(pids[index], "require 'troupe.registry'.join { 'news', 1 }")
    end
    assert.same(pids, registry.members { "news", 1 })
    assert.is_true(run(pids[5],
      "return require 'troupe.registry'.leave { 'news', 1 }"))
    assert.is_false(run(pids[5],
      "return require 'troupe.registry'.leave { 'news', 1 }"))
    troupe.stop(pids[1])
    table.remove(pids, 5)
    table.remove(pids, 1)
    assert.same(pids, registry.members { "news", 1 })
    assert.same({}, registry.members "nobody")
  end)

  it("gets what is published, and counts who was not reached", function()
    local gate, pids = doll(), {}
    for index = 1, 5 do
      pids[index] = doll { gate = gate, main = troupe.self(),
        terminate = "troupe.call(state.gate, 'wait', state.main)" }
      run(pids[index], "require 'troupe.registry'.join 'news'")
    end
    assert.same({ 5, 0 }, { registry.publish("news", "run",
      "state.got = ...", { 1, { 2 } }) })
    for _, pid in ipairs(pids) do
      assert.same({ 1, { 2 } }, run(pid, "return state.got"))
    end
    -- Ending, but a member until it has ended.
    begin(pids[3], "troupe.exit()")
    assert.same({ "held" }, life.next())
    assert.same({ 4, 1 }, { registry.publish("news", "run", "") })
    troupe.monitor(pids[3])
    troupe.cast(gate, "go")
    life.next()
    assert.same({ 4, 0 }, { registry.publish("news", "run", "") })
    assert.same({ 0, 0 }, { registry.publish("nobody", "run", "") })
  end)

  it("keeps the order of one publisher", function()
    local pid = doll()
    run(pid, "require 'troupe.registry'.join 'news'; state.got = {}")
    for index = 1, 100 do
      registry.publish("news", "run", "table.insert(state.got, ...)", index)
    end
    local got = run(pid, "return state.got")
    for index = 1, 100 do assert.equal(index, got[index]) end
  end)

  it("loses nobody when many join, leave and die", function()
    local words = crowd(8, [[
      local main = ...
      local registry = require "troupe.registry"
      for round = 1, 50 do
        registry.join { "churn", round % 4 }
        registry.publish({ "churn", round % 4 }, "run", "")
        if round % 3 == 0 then registry.leave { "churn", round % 4 } end
        troupe.stop(troupe.start("fixtures.doll", { init =
          "require 'troupe.registry'.join { 'churn', 1 }" }))
      end
      troupe.send(main, "done")
    ]])
    assert.same({ "done" }, distinct(words, 1))
    local left = registry.members { "churn", 1 }
    assert.equal(8, #left)
    for _, pid in ipairs(left) do run(pid, "") end
  end)
end)

describe("the registry", function()
  after_each(life.finish)

  it("says what it expects", function()
    local pid = troupe.self()
    for _, name in ipairs { "whereis", "register", "unregister", "ensure" } do
      assert.equal("expected key to be a string, an integer or a list of " ..
        "these, got " .. tostring(pid), life.misuse(registry[name], pid, DOLL))
    end
    for _, name in ipairs { "join", "leave", "members", "publish" } do
      assert.equal("expected group to be a string, an integer or a list of " ..
        "these, got 1.5", life.misuse(registry[name], 1.5))
      assert.equal("expected group to be a string, an integer or a list of " ..
        "these, got table", life.misuse(registry[name], { { 1 } }))
    end
    assert.matches("^expected name to be a string, an integer or a list",
      life.misuse(troupe.start, DOLL, nil, { name = true }))
    assert.matches("a function cannot be sent",
      tostring(life.raised(registry.publish, "news", "run", print)))
    assert.matches("^expected module to be the name of a module, got table",
      life.misuse(registry.ensure, "shop", {}))
  end)
end)
