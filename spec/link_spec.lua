-- Who hears of whose end: links, monitors, trap.

local life = require "support.life"
local troupe = require "troupe"

local doll, run, begin, seen = life.doll, life.run, life.begin, life.seen

-- Who lives on or what it ended of, once `ended` has ended.
local function fate(pid, ended)
  troupe.monitor(ended)
  repeat until life.next()[2] == ended
  troupe.monitor(pid)
  troupe.send(troupe.self(), "no word")
  local word = life.next()
  troupe.demonitor(pid)
  if word[1] == "no word" then return "lives" end
  return word[3]
end

describe("a link", function()
  after_each(life.finish)

  for reason, expected in pairs { normal = "lives", shutdown = "shutdown",
      other = "other" } do
    it("hands on the reason " .. reason .. " as OTP does", function()
      local one, other = doll(), doll { report = troupe.self() }
      run(one, "troupe.link(...)", other)
      begin(one, "troupe.exit(...)", reason)
      if expected == "lives" then
        assert.equal("lives", fate(other, one))
      else
        assert.same({ "ended", other, expected }, life.next())
      end
    end)
  end

  it("works both ways", function()
    local one, other = doll { report = troupe.self() }, doll()
    run(one, "troupe.link(...)", other)
    begin(other, "troupe.exit 'enough'")
    assert.same({ "ended", one, "enough" }, life.next())
  end)

  it("is there as soon as link has returned", function()
    for _ = 1, 200 do
      local one, other = doll(), doll { report = troupe.self() }
      begin(one, "troupe.link(...); troupe.exit 'at once'", other)
      assert.same({ "ended", other, "at once" }, life.next())
    end
  end)

  it("hands on an error object with its trace", function()
    local one, other = doll(), doll { report = troupe.self() }
    run(one, "troupe.link(...)", other)
    begin(one, "error 'boom'")
    local _, pid, reason = table.unpack(life.next())
    assert.equal(other, pid)
    assert.equal("exit", reason.kind)
    assert.matches("boom", reason.message)
    assert.equal(one, reason.trace[1].pid)
  end)

  it("goes through a chain of actors", function()
    local last = doll { report = troupe.self() }
    local first = last
    for _ = 1, 20 do
      local pid = doll()
      run(pid, "troupe.link(...)", first)
      first = pid
    end
    begin(first, "troupe.exit 'dominoes'")
    assert.same({ "ended", last, "dominoes" }, life.next())
  end)

  it("ends an actor that waits, and runs its __close", function()
    local one, other = doll(), doll { report = troupe.self() }
    run(one, "troupe.link(...)", other)
    begin(other, [[
      local report = state.report
      local guard <close> = setmetatable({}, { __close = function()
        troupe.send(report, "closed")
      end })
      troupe.send(report, "waits")
      troupe.sleep(math.huge)
    ]])
    assert.same({ "waits" }, life.next())
    begin(one, "troupe.exit 'enough'")
    assert.same({ "closed" }, life.next())
    assert.same({ "ended", other, "enough" }, life.next())
  end)

  it("twice is once, and to oneself is nothing", function()
    local one, other = doll(), doll()
    run(one, "troupe.link(...); troupe.link(...)", other)
    run(one, "troupe.link(troupe.self())")
    run(one, "troupe.unlink(...)", other)
    run(one, "troupe.unlink(...)", other)
    begin(other, "troupe.exit 'alone'")
    assert.equal("lives", fate(one, other))
  end)

  it("to the dead ends the linker with noactor", function()
    local dead, one = doll(), doll { report = troupe.self() }
    troupe.stop(dead)
    begin(one, "troupe.link(...)", dead)
    assert.same({ "ended", one, "noactor" }, life.next())
  end)

  it("made with the start is there before init runs", function()
    local one = doll { report = troupe.self() }
    begin(one, [[
      troupe.start("fixtures.doll", { continue = "troupe.exit 'stillborn'" },
        { link = true })
      troupe.sleep(math.huge)
    ]])
    assert.same({ "ended", one, "stillborn" }, life.next())
  end)

  it("ends the child whose starter ends", function()
    local one = doll()
    run(one, [[troupe.start("fixtures.doll", { report = ... },
      { link = true })]], troupe.self())
    begin(one, "troupe.exit 'gone'")
    local word, _, reason = table.unpack(life.next())
    assert.same({ "ended", "gone" }, { word, reason })
  end)

  it("does not end the starter of a child that does not start", function()
    local one = doll()
    assert.same({ false, "exit" }, { run(one, [[
      local ok, problem = pcall(troupe.start, "fixtures.doll",
        { init = "error 'no'" }, { link = true })
      return ok, problem.kind
    ]]) })
    assert.same({ nil, "not today" }, { run(one, [[
      return troupe.start("fixtures.doll",
        { init = "return nil, 'not today'" }, { link = true })
    ]]) })
    assert.same({}, seen(one))
  end)
end)

describe("trap", function()
  after_each(life.finish)

  it("turns every exit of a linked actor into a down", function()
    local one = doll { init = "troupe.trap(true)" }
    local expected = {}
    for _, reason in ipairs { "normal", "shutdown", "other" } do
      local other = doll()
      run(one, "troupe.link(...)", other)
      begin(other, "troupe.exit(...)", reason)
      assert.equal("lives", fate(one, other))
      expected[#expected + 1] = { "down", other, reason }
      life.hears(one, expected)
    end
  end)

  it("tells of a link to the dead at once", function()
    local one, dead = doll { init = "troupe.trap(true)" }, doll()
    troupe.stop(dead)
    run(one, "troupe.link(...)", dead)
    life.hears(one, { { "down", dead, "noactor" } })
  end)

  it("returns what it was", function()
    assert.same({ false, true, true, false }, { run(doll(), [[
      return troupe.trap(true), troupe.trap(true), troupe.trap(false),
        troupe.trap(false)
    ]]) })
  end)

  it("does not tell of who is unlinked before the down is handled", function()
    local one, other = doll { init = "troupe.trap(true)" }, doll()
    run(one, "troupe.link(...)", other)
    run(one, [[
      local other = ...
      troupe.stop(other)
      troupe.unlink(other)
    ]], other)
    assert.same({}, seen(one))
  end)

  it("does not keep a kill away", function()
    local one = doll { init = "troupe.trap(true)" }
    troupe.monitor(one)
    troupe.kill(one)
    assert.same({ "down", one, "killed" }, life.next())
  end)
end)

describe("a monitor", function()
  after_each(life.finish)

  it("tells how an actor ended", function()
    for _, how in ipairs { "troupe.exit()", "troupe.exit 'normal'",
        "troupe.exit 'shutdown'", "troupe.exit { code = 7 }" } do
      local pid = doll()
      assert.equal(pid, troupe.monitor(pid))
      begin(pid, how)
      local word = life.next()
      assert.same({ "down", pid }, { word[1], word[2] })
      if type(word[3]) == "table" then
        assert.same({ code = 7 }, word[3])
      else
        assert.equal(how:match "'(.*)'" or "normal", word[3])
      end
    end
  end)

  it("tells of a stop, a kill and a crash", function()
    local pid = doll()
    troupe.monitor(pid)
    troupe.stop(pid, "tired")
    assert.same({ "down", pid, "tired" }, life.next())
    pid = doll()
    troupe.monitor(pid)
    troupe.kill(pid)
    assert.same({ "down", pid, "killed" }, life.next())
    pid = doll()
    troupe.monitor(pid)
    begin(pid, "error 'boom'")
    assert.matches("boom", life.next()[3].message)
  end)

  it("does not end the one who watches", function()
    local one, other = doll(), doll()
    run(one, "troupe.monitor(...)", other)
    begin(other, "troupe.exit 'bad'")
    assert.equal("lives", fate(one, other))
    life.hears(one, { { "down", other, "bad" } })
  end)

  it("of the dead fires at once", function()
    local dead = doll()
    troupe.stop(dead)
    assert.equal(dead, troupe.monitor(dead))
    assert.same({ "down", dead, "noactor" }, life.next())
    troupe.monitor(dead)
    assert.same({ "down", dead, "noactor" }, life.next())
  end)

  it("of one that is ending fires when it has ended", function()
    local gate = doll()
    local pid = doll { gate = gate, main = troupe.self(),
      terminate = "troupe.call(state.gate, 'wait', state.main)" }
    begin(pid, "troupe.exit 'slowly'")
    assert.same({ "held" }, life.next())
    troupe.monitor(pid)
    assert.same({}, life.drain())
    troupe.cast(gate, "go")
    assert.same({ "down", pid, "slowly" }, life.next())
  end)

  it("twice is once", function()
    local pid = doll()
    troupe.monitor(pid)
    troupe.monitor(pid)
    troupe.stop(pid)
    assert.same({ "down", pid, "normal" }, life.next())
    assert.same({}, life.drain())
    troupe.monitor(pid)
    troupe.monitor(pid)
    assert.same({ { "down", pid, "noactor" } }, life.drain())
  end)

  it("taken back tells nothing, even of one that has ended", function()
    local pid = doll()
    troupe.monitor(pid)
    assert.equal(pid, troupe.demonitor(pid))
    assert.equal(pid, troupe.demonitor(pid))
    troupe.stop(pid)
    assert.same({}, life.drain())
    pid = doll()
    troupe.monitor(pid)
    troupe.stop(pid) -- the down is in the mailbox now
    troupe.demonitor(pid)
    assert.same({}, life.drain())
  end)

  it("and a link are two things", function()
    local one, other = doll { init = "troupe.trap(true)" }, doll()
    run(one, "troupe.link(...); troupe.monitor(...)", other)
    run(one, "troupe.unlink(...)", other)
    troupe.stop(other)
    life.hears(one, { { "down", other, "normal" } })
  end)

  it("comes after all that the actor has sent", function()
    for _ = 1, 100 do
      local pid = doll()
      troupe.monitor(pid)
      begin(pid, "troupe.send(..., 'last words'); troupe.exit()",
        troupe.self())
      assert.same({ "last words" }, life.next())
      assert.same({ "down", pid, "normal" }, life.next())
    end
  end)

  it("survives a timeout of receive", function()
    local pid = doll()
    troupe.monitor(pid)
    for _ = 1, 50 do
      begin(pid, "troupe.exit()")
      while true do
        local ok, word, who = pcall(troupe.timeout, 0.0005, troupe.receive)
        if ok then
          assert.same({ "down", pid }, { word, who })
          break
        end
      end
      pid = doll()
      troupe.monitor(pid)
    end
    troupe.demonitor(pid)
  end)

  it("hears of a thousand at once", function()
    local left, count = {}, 1000
    for _ = 1, count do
      local pid = doll()
      left[pid] = true
      troupe.monitor(pid)
    end
    for pid in pairs(left) do begin(pid, "troupe.exit()") end
    for _ = 1, count do
      local word, pid = table.unpack(life.next())
      assert.equal("down", word)
      assert.is_true(left[pid])
      left[pid] = nil
    end
    assert.is_nil(next(left))
  end)
end)

describe("links and monitors", function()
  after_each(life.finish)

  it("find their actor by a key, too", function()
    local registry = require "troupe.registry"
    local pid = doll(nil, { name = { "watched", 1 } })
    assert.equal(pid, troupe.monitor { "watched", 1 })
    troupe.stop { "watched", 1 }
    assert.same({ "down", pid, "normal" }, life.next())
    for _, name in ipairs { "link", "unlink", "monitor", "demonitor" } do
      assert.same({ nil, "noactor" }, { troupe[name] { "watched", 1 } })
    end
    assert.is_nil(registry.whereis { "watched", 1 })
  end)

  it("say what they expect", function()
    for _, name in ipairs { "link", "unlink", "monitor", "demonitor" } do
      assert.equal("expected target to be a pid, a key or an address, got true",
        life.misuse(troupe[name], true))
    end
    assert.equal("expected trap to be true or false, got 1",
      life.misuse(troupe.trap, 1))
  end)
end)
