-- troupe.call: what goes there, what comes back, and who is meant.

local actors = require "support.actors"
local entity = require "troupe.entity"
local troupe = require "troupe"

local raised, run = actors.raised, actors.run

describe("a call", function()
  after_each(actors.finish)

  it("returns all results of the handler, nils included", function()
    local pid = actors.puppet()
    assert.same({ 1, nil, "x", nil, n = 4 },
      table.pack(run(pid, "return 1, nil, 'x', nil")))
    assert.same({ n = 0 }, table.pack(run(pid, "return")))
  end)

  it("passes all arguments, nils included", function()
    local pid = actors.puppet()
    assert.same({ nil, 2, nil, n = 3 },
      run(pid, "return table.pack(...)", nil, 2, nil))
  end)

  it("changes the state in place", function()
    local pid = actors.puppet()
    run(pid, "state.balance = 70")
    assert.equal(70, run(pid, "return state.balance"))
  end)

  it("gives the outcome that a caller expects as nil, reason", function()
    local pid = actors.puppet()
    assert.same({ nil, "insufficient funds", n = 2 },
      table.pack(run(pid, "return nil, 'insufficient funds'")))
  end)

  it("carries many values, and big ones", function()
    local pid = actors.puppet()
    local values = {}
    for index = 1, 200 do values[index] = index end
    assert.same(values, { run(pid, "return ...", table.unpack(values)) })
    local big = ("x"):rep(1 << 20)
    assert.is_true(big == run(pid, "return ...", big))
  end)

  it("may be made by a handler, and by what that calls", function()
    local first, second, third = actors.puppet(), actors.puppet(),
      actors.puppet()
    assert.equal("from the third", run(first, [[
      local second, third = ...
      return troupe.call(second, "run",
        "return troupe.call(..., 'run', 'return \"from the third\"')", third)
    ]], second, third))
  end)

  it("may be made by init", function()
    actors.puppet { name = "answers" }
    local pid = actors.puppet(nil,
      [[state.answer = troupe.call("answers", "run", "return 42")]])
    assert.equal(42, run(pid, "return state.answer"))
  end)
end)

describe("the target of a call", function()
  after_each(actors.finish)

  it("may be a key: a string, an integer or a list of these", function()
    for _, key in ipairs { "bank", 17, { "room", 7 } } do
      local pid = actors.puppet { name = key }
      assert.equal(pid, run(key, "return troupe.self()"))
    end
  end)

  it("may be an address, which starts its actor", function()
    local kind = entity.kind "fixtures.puppet"
    local pid = run(kind:at "state.who = 'me'", "return troupe.self()")
    assert.equal("me", run(pid, "return state.who"))
    troupe.stop(pid)
  end)

  it("that is none of these is badargument", function()
    for text, target in pairs {
      ["true"] = true, ["1.5"] = 1.5, ["function"] = print,
      ["table"] = { {} },
    } do
      local problem = raised(troupe.call, target, "run")
      assert.equal("badargument", problem.kind)
      assert.matches("expected target to be a pid, a key or an address, got "
        .. text, problem.message, 1, true)
    end
    assert.matches("expected target to be a pid, a key or an address, "
      .. "got no value", raised(troupe.call).message, 1, true)
    assert.matches("expected target to be a pid, a key or an address, "
      .. "got nil", raised(troupe.call, nil, "run").message, 1, true)
  end)

  it("that has ended is noactor, and the request has not begun", function()
    local pid = actors.puppet()
    troupe.stop(pid)
    local problem = raised(run, pid, "return 1")
    assert.equal("noactor", problem.kind)
    assert.is_false(problem.begun)
    assert.matches("there is no actor " .. tostring(pid), problem.message, 1,
      true)
  end)

  it("that nobody has is noactor, and is named", function()
    local problem = raised(run, "nobody", "return 1")
    assert.equal("noactor", problem.kind)
    assert.is_false(problem.begun)
    assert.matches('nobody is registered as "nobody"', problem.message, 1,
      true)
  end)

  it("that is a script has no handlers", function()
    local pid = actors.puppet()
    actors.begin(pid, [[
      local ok, problem = pcall(troupe.call, ..., "anything")
      troupe.send(..., problem.kind, problem.begun)
    ]], troupe.self())
    assert.same({ "badrequest", false }, { troupe.receive() })
  end)

  it("that is the caller is a deadlock, reported at once", function()
    local pid = actors.puppet()
    local kind, begun = run(pid, [[
      local ok, problem = pcall(troupe.call, troupe.self(), "run", "return 1")
      return problem.kind, problem.begun
    ]])
    assert.equal("deadlock", kind)
    assert.is_false(begun)
  end)
end)

describe("a reply", function()
  after_each(actors.finish)

  it("may be deferred, and given by a later request", function()
    local gate, asker = actors.puppet(), actors.puppet()
    actors.begin(asker, [[
      local gate, main = ...
      troupe.send(main, "answer", troupe.call(gate, "hold", main))
    ]], gate, troupe.self())
    assert.equal("held", (troupe.receive()))
    assert.equal(1, troupe.call(gate, "release", "later", nil, 3))
    assert.same({ "answer", "later", nil, 3, n = 4 },
      table.pack(troupe.receive()))
  end)

  it("may be given by another actor", function()
    local keeper, asker, other = actors.puppet(), actors.puppet(),
      actors.puppet()
    actors.begin(asker, [[
      local keeper, main, other = ...
      troupe.send(main, "answer", troupe.call(keeper, "run",
        "troupe.cast(..., 'run', \"troupe.reply(..., 'by another')\", " ..
        "troupe.from()) return troupe.noreply", other))
    ]], keeper, troupe.self(), other)
    assert.same({ "answer", "by another" }, { troupe.receive() })
  end)

  it("may be given before the handler returns noreply", function()
    local pid = actors.puppet()
    assert.equal("early", run(pid, [[
      assert(troupe.reply(troupe.from(), "early"))
      return troupe.noreply
    ]]))
  end)

  it("goes out once: a second one is told that it is late", function()
    local pid = actors.puppet()
    assert.equal("first", run(pid, [[
      state.from = troupe.from()
      state.replies = { troupe.reply(state.from, "first"),
        troupe.reply(state.from, "second") }
      return "third"
    ]]))
    assert.same({ true, false }, run(pid, "return state.replies"))
    assert.is_false(run(pid, "return troupe.reply(state.from, 'fourth')"))
  end)

  it("to a caller that is gone goes nowhere", function()
    local gate, asker = actors.puppet(), actors.puppet()
    actors.begin(asker, "troupe.call(..., 'hold', select(2, ...))", gate,
      troupe.self())
    assert.equal("held", (troupe.receive()))
    troupe.kill(asker)
    raised(run, asker, "return 1")
    assert.equal(0, troupe.call(gate, "release", "too late"))
  end)

  it("that a handler has promised nobody could give is an error", function()
    local pid = actors.puppet()
    local problem = raised(run, pid, "return troupe.noreply")
    assert.equal("exit", problem.kind)
    assert.is_true(problem.begun)
    assert.matches("from() was not called", problem.message, 1, true)
  end)

  it("to nobody's request is misuse", function()
    assert.matches("expected from to be what from() returned, got 5",
      raised(troupe.reply, 5).message, 1, true)
    assert.matches("expected from to be what from() returned, got no value",
      raised(troupe.reply).message, 1, true)
  end)

  it("that cannot be sent ends the callee, and names the path", function()
    local pid = actors.puppet()
    local problem = raised(run, pid, "return 1, { f = print }")
    assert.equal("exit", problem.kind)
    assert.equal("badargument", problem.reason)
    assert.is_true(problem.begun)
    assert.matches("result 2.f: a function cannot be sent", problem.message,
      1, true)
    assert.equal("noactor", raised(run, pid, "return 1").kind)
  end)

  it("by troupe.reply that cannot be sent is raised there", function()
    local pid = actors.puppet()
    assert.matches("result 1: a function cannot be sent", run(pid, [[
      local ok, problem = pcall(troupe.reply, troupe.from(), print)
      return problem.message
    ]]), 1, true)
  end)
end)

describe("from()", function()
  after_each(actors.finish)

  it("says who sent a call, a cast or an info", function()
    local pid = actors.puppet()
    assert.equal(troupe.self(), run(pid, "return troupe.from().pid"))
    for _, send in ipairs { troupe.cast, troupe.send } do
      send(pid, "run", "troupe.send(..., troupe.from().pid)", troupe.self())
      assert.equal(troupe.self(), troupe.receive())
    end
  end)

  it("is equal for one request, and travels", function()
    local pid, other = actors.puppet(), actors.puppet()
    local same, differs, text = run(pid, [[
      local back = troupe.call(..., "run", "return ...", troupe.from())
      local before = state.before or back
      state.before = back
      return back == troupe.from(), before ~= back, tostring(back)
    ]], other)
    assert.is_true(same)
    assert.is_false(differs)
    assert.equal("from " .. tostring(troupe.self()), text)
  end)

  it("of a cast can be replied to, but nobody waits", function()
    local pid = actors.puppet()
    actors.begin(pid, [[
      troupe.send(..., "said", troupe.reply(troupe.from(), 1))
    ]], troupe.self())
    assert.same({ "said", false }, { troupe.receive() })
  end)

  it("is nil where there is no request", function()
    assert.is_nil(troupe.from())
  end)
end)

describe("a pid", function()
  after_each(actors.finish)

  it("prints as <node.slot.generation>", function()
    assert.matches("^<%d+%.%d+%.%d+>$", tostring(actors.puppet()))
  end)

  it("that has travelled is equal, and the same table key", function()
    local pid = actors.puppet()
    local back = run(pid, "return troupe.self()")
    assert.is_true(pid == back)
    assert.equal("found", ({ [pid] = "found" })[back])
    assert.is_false(pid == actors.puppet())
  end)

  it("never leads to the actor that got its slot later", function()
    local dead = {}
    for round = 1, 200 do
      local pid = troupe.start("fixtures.puppet", "state.round = " .. round)
      for _, former in ipairs(dead) do
        assert.is_false(former == pid)
      end
      dead[#dead + 1] = pid
      troupe.stop(pid)
    end
    local alive = actors.puppet()
    run(alive, "state.heard = 0")
    for _, pid in ipairs(dead) do
      assert.equal("noactor", raised(run, pid, "state.heard = 1").kind)
      assert.same({ nil, "noactor" },
        { troupe.cast(pid, "run", "state.heard = 1") })
      assert.same({ nil, "noactor" },
        { troupe.send(pid, "run", "state.heard = 1") })
      assert.is_false(troupe.kill(pid))
    end
    assert.equal(0, run(alive, "return state.heard"))
  end)
end)
