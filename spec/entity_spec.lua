-- clock: either
--
-- Entities: addresses that start their actor on first use and outlive it.

local entity = require "troupe.entity"
local life = require "support.life"
local probe = require "probe"
local troupe = require "troupe"

local doll, begin = life.doll, life.begin

local ACCOUNT = "fixtures.account"

local function kind(options)
  life.keep(troupe.self() and doll()) -- what is left is counted from here
  return entity.kind(ACCOUNT, options)
end

-- Ends entities that a spec has used.
local function stop(...)
  for _, address in ipairs { ... } do troupe.stop(address) end
end

describe("an entity", function()
  after_each(life.finish)

  it("starts on first use, once", function()
    local accounts = kind()
    local before = probe.actors()
    local address = accounts:at(17)
    assert.equal(before, probe.actors())
    local pid = troupe.call(address, "self")
    assert.equal(before + 1, probe.actors())
    assert.equal(pid, troupe.call(accounts:at(17), "self"))
    assert.not_equal(pid, troupe.call(accounts:at(18), "self"))
    stop(accounts:at(17), accounts:at(18))
  end)

  it("gets its key, and nothing saved", function()
    local accounts = kind()
    for _, key in ipairs { "bob", "", "\0", 7, -1, math.maxinteger, { 1, "x" },
        { "deep", 2, "three" }, ("k"):rep(1000) } do
      local got = table.pack(troupe.call(accounts:at(key), "key"))
      assert.same({ key, nil, n = 2 }, got)
      stop(accounts:at(key))
    end
  end)

  it("is another for every key and every module", function()
    local accounts, others = kind(), entity.kind "fixtures.asleep"
    local seen = {}
    for _, key in ipairs { "7", 7, { 7 }, { "7" }, { 7, 7 }, "77" } do
      local pid = troupe.call(accounts:at(key), "self")
      assert.is_nil(seen[pid])
      seen[pid] = true
      stop(accounts:at(key))
    end
    assert.not_equal(troupe.call(accounts:at(1), "self"),
      troupe.call(others:at(1), "self"))
    stop(accounts:at(1), others:at(1))
  end)

  it("is reached by call, cast and send", function()
    local account = kind():at(1)
    assert.equal(1, troupe.call(account, "add"))
    assert.is_true(troupe.cast(account, "add"))
    assert.is_true(troupe.trycast(account, "add"))
    assert.is_true(troupe.send(account, nil))
    assert.equal(5, troupe.call(account, "add"))
    stop(account)
  end)

  it("comes back after its death", function()
    local account = kind():at(1)
    local pid = troupe.call(account, "self")
    troupe.call(account, "add")
    assert.equal("exit", life.raised(troupe.call, account, "die").kind)
    assert.equal(1, troupe.call(account, "add"))
    assert.not_equal(pid, troupe.call(account, "self"))
    pid = troupe.monitor(account)
    troupe.kill(account)
    assert.same({ "down", pid, "killed" }, life.next())
    assert.equal(1, troupe.call(account, "add"))
    stop(account)
  end)

  it("is not listed among the names", function()
    local account = kind():at(1)
    troupe.call(account, "self")
    assert.same({}, require "troupe.registry".keys())
    stop(account)
  end)

  it("has one start for many who call it first", function()
    local accounts, main = kind(), troupe.self()
    for round = 1, 10 do
      local callers = {}
      for index = 1, 20 do callers[index] = doll() end
      for _, pid in ipairs(callers) do
        begin(pid, [[
          local address, main = ...
          troupe.send(main, troupe.call(address, "self"))
        ]], accounts:at(round), main)
      end
      local pid = life.next()[1]
      for _ = 2, #callers do assert.same({ pid }, life.next()) end
      stop(accounts:at(round))
    end
  end)

  it("that does not start tells whoever sends", function()
    doll()
    local failing = entity.kind "fixtures.refuser"
    local missing = entity.kind "no.such.module"
    for _, send in ipairs { troupe.call, troupe.cast, troupe.send } do
      local problem = life.raised(send, failing:at(1), "hello")
      assert.equal("exit", problem.kind)
      assert.equal("not today", problem.reason)
      assert.is_false(problem.begun)
      problem = life.raised(send, missing:at(1), "hello")
      assert.matches("no.such.module", problem.message, 1, true)
    end
  end)
end)

describe("an address", function()
  after_each(life.finish)

  it("can be sent, and is the same there", function()
    local accounts = kind()
    local pid, address = doll(), accounts:at { "bob", 7 }
    assert.equal(troupe.call(address, "self"),
      life.run(pid, "return troupe.call(..., 'self')", address))
    assert.is_true(life.run(pid, "local a, b = ... return a == b", address,
      accounts:at { "bob", 7 }))
    assert.is_false(life.run(pid, "local a, b = ... return a == b", address,
      accounts:at { "bob", "7" }))
    assert.equal(address, life.run(pid, "return ...", address))
    assert.equal(tostring(address), life.run(pid, "return tostring(...)",
      address))
    assert.matches("fixtures.account", tostring(address), 1, true)
    stop(address)
  end)

  it("comes from a kind that can be sent", function()
    local accounts = kind { idle = 100 }
    local pid = doll()
    assert.equal(accounts:at(7), life.run(pid, "return (...):at(7)", accounts))
  end)

  it("is a target for links, monitors, timers and stop", function()
    local account = kind():at(1)
    assert.same({ nil, "noactor" }, { troupe.monitor(account) })
    assert.same({ nil, "noactor" }, { troupe.stop(account) })
    local pid = troupe.call(account, "self")
    assert.equal(pid, troupe.monitor(account))
    troupe.after(0, account, nil)
    require "support.eventually"(function()
      return troupe.call(account, "add") > 1
    end)
    troupe.stop(account)
    assert.same({ "down", pid, "normal" }, life.next())
  end)

  it("says what it expects", function()
    local accounts = kind()
    for _, key in ipairs { 1.5, true, { { 1 } }, print } do
      assert.matches("^expected key to be a string, an integer or a list of "
        .. "these, got ", life.misuse(accounts.at, accounts, key))
    end
    assert.equal("expected key to be a string, an integer or a list of these, "
      .. "got nil", life.misuse(accounts.at, accounts, nil))
    assert.equal("expected module to be the name of a module, got table",
      life.misuse(entity.kind, {}))
    assert.equal('expected idle to be a number, got "soon"',
      life.misuse(entity.kind, ACCOUNT, { idle = "soon" }))
    assert.equal('unknown option "idel"',
      life.misuse(entity.kind, ACCOUNT, { idel = 1 }))
    assert.matches("^expected no option name",
      life.misuse(entity.kind, ACCOUNT, { name = "x" }))
    assert.matches("^expected no option link",
      life.misuse(entity.kind, ACCOUNT, { link = true }))
  end)
end)

describe("an entity that falls asleep", function()
  after_each(life.finish)

  -- Every message is counted in some life of the entity. The senders pause
  -- about as long as it takes to fall asleep, so that both race.
  local function hammer(idle, send, rounds)
    local accounts, main = kind { idle = idle }, troupe.self()
    local senders, keys = 6, 3
    for index = 1, senders do
      begin(doll(), [[
        local accounts, main, rounds, keys, idle, index, send = ...
        for round = 1, rounds do
          local address = accounts:at((index + round) % keys)
          if send == "call" then troupe.call(address, "add", main)
          elseif send == "cast" then assert(troupe.cast(address, "add", main))
          else assert(troupe.send(address, main)) end
          troupe.sleep(idle * (0.5 + (round + index) % 8 / 4))
        end
        troupe.send(main, "done")
      ]], accounts, main, rounds, keys, idle, index, send)
    end
    local done, total, lives = 0, 0, 0
    while done < senders or total < senders * rounds do
      local word, _, count = table.unpack(life.next())
      if word == "done" then done = done + 1
      else total, lives = total + count, lives + 1 end
    end
    assert.equal(senders * rounds, total)
    assert.is_true(lives > keys, "nothing raced")
    require "support.eventually"(function() return probe.entries() == 0 end)
    assert.same({}, life.drain())
  end

  for _, send in ipairs { "call", "cast", "send" } do
    it("loses no " .. send .. " that races with it", function()
      hammer(0.0002, send, 300)
      hammer(0.002, send, 100)
    end)
  end

  it("leaves nothing behind", function()
    local accounts = kind { idle = 0.005 }
    local before = probe.actors()
    for key = 1, 500 do troupe.call(accounts:at(key), "self") end
    require "support.eventually"(function()
      return probe.actors() == before and probe.entries() == 0
    end)
  end)
end)
