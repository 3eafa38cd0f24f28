-- inspect.mailbox: what stands in an actor's queue, oldest first, undisturbed.

local actors = require "support.actors"
local eventually = require "support.eventually"
local mailbox = require("troupe.inspect").mailbox
local pool = require "troupe.pool"
local troupe = require "troupe"

local run, begin = actors.run, actors.begin

local function requests(queue)
  local list = {}
  for i, message in ipairs(queue) do list[i] = message.request end
  return list
end

describe("a mailbox", function()
  after_each(actors.finish)

  it("is empty where nothing waits", function()
    local pid = actors.puppet()
    local queue = mailbox(pid)
    assert.same({ total = 0, bytes = 0, senders = 0 }, queue)
    run(pid, "return 1")
    assert.equal(0, mailbox(pid).total)
  end)

  it("is told oldest first, and stays as it is", function()
    local pid, gate = actors.busy()
    begin(pid, "state.n = 1")
    troupe.send(pid, "run", "state.n = 2", { 1, a = "b" })
    troupe.after(0, pid, "run", "state.n = 3")
    eventually(function() return mailbox(pid).total == 3 end)
    local queue = mailbox(pid)
    assert.same({ 'cast "run" "state.n = 1"',
      'info "run" "state.n = 2", {1, a = "b"}',
      'timer "run" "state.n = 3"' }, requests(queue))
    assert.same({ "cast", troupe.self() }, { queue[1].kind, queue[1].sender })
    assert.is_true(queue[1].bytes > 16 and queue[1].bytes < 200)
    assert.equal(queue[1].bytes + queue[2].bytes, queue.bytes)
    for i, message in ipairs(mailbox(pid)) do
      message.age, queue[i].age = nil, nil
      assert.same(queue[i], message)
    end
    troupe.call(gate, "release")
    assert.equal(3, run(pid, "return state.n"))
  end)

  it("names its senders", function()
    local pid, gate = actors.busy()
    local sender = actors.puppet()
    run(sender, "troupe.cast(..., 'run', 'return')", pid)
    local message = mailbox(pid)[1]
    assert.same({ sender, "fixtures.puppet" },
      { message.sender, message.behaviour })
    troupe.call(gate, "release")
  end)

  it("marks the calls whose callers have given up", function()
    local pid, gate = actors.busy()
    local caller = actors.puppet()
    begin(caller, "troupe.call(..., 'run', 'return 1')", pid)
    actors.queued(pid, 1)
    pcall(troupe.timeout, 0.002, run, pid, "return 2")
    eventually(function() return mailbox(pid)[1].age >= 0.005 end)
    local queue = mailbox(pid)
    assert.same({ nil, true }, { queue[1].given_up, queue[2].given_up })
    troupe.kill(caller)
    eventually(function() return mailbox(pid)[1].given_up end)
    troupe.call(gate, "release")
  end)

  it("is told in part, and counted in whole", function()
    local pid, gate = actors.busy { mailbox = { size = 3000 } }
    for number = 1, 2500 do begin(pid, "return", number) end
    assert.same({ 20, 2500 }, { #mailbox(pid), mailbox(pid).total })
    local queue = mailbox(pid, 1000)
    assert.same({ 1000, 2500 }, { #queue, queue.total })
    assert.equal('cast "run" "return", 1000', queue[1000].request)
    troupe.call(gate, "release")
  end)

  it("cuts what is long", function()
    local pid, gate = actors.busy()
    begin(pid, "return", ("x"):rep(1e7))
    local message = mailbox(pid, 1)[1]
    assert.is_true(message.bytes > 1e7)
    assert.equal(('cast "run" "return", "%s..."'):format(("x"):rep(60)),
      message.request)
    troupe.call(gate, "release")
  end)

  it("says how many senders wait for room", function()
    local pid, gate = actors.busy { mailbox = { size = 1 } }
    begin(pid, "return")
    for _ = 1, 2 do
      begin(actors.puppet(), "troupe.cast(..., 'run', 'return')", pid)
    end
    eventually(function() return mailbox(pid).senders == 2 end)
    troupe.call(gate, "release")
  end)
end)

describe("the mailbox", function()
  after_each(actors.finish)

  it("of an actor that runs for ever is told, too", function()
    local pid = actors.puppet()
    begin(pid, "while true do end")
    begin(pid, "return 1")
    eventually(function() return mailbox(pid).total == 1 end)
    assert.same({ 'cast "run" "return 1"' }, requests(mailbox(pid)))
  end)

  it("and of one that cannot be suspended", function()
    local pid = actors.puppet()
    begin(pid, [[
      troupe.send(..., "there")
      tostring(setmetatable({}, { __tostring = function()
        while true do end
      end }))
    ]], troupe.self())
    assert.equal("there", troupe.receive())
    begin(pid, "return 1")
    assert.same({ 'cast "run" "return 1"' }, requests(mailbox(pid)))
  end)

  it("and of one with several handlers in flight", function()
    local gate = actors.puppet()
    local pid = actors.keep(troupe.start("fixtures.juggler"))
    for _ = 1, 4 do begin(pid, "troupe.call(..., 'hold')", gate) end
    begin(pid, "return 5")
    eventually(function() return mailbox(pid).total == 1 end)
    assert.same({ 'cast "run" "return 5"' }, requests(mailbox(pid)))
    eventually(function() return troupe.call(gate, "release") == 0 end)
  end)

  it("of the one that asks is its own", function()
    troupe.send(troupe.self(), "one")
    troupe.send(troupe.self(), "two")
    assert.same({ 'info "one"', 'info "two"' },
      requests(mailbox(troupe.self())))
    assert.same({ "one", "two" }, { (troupe.receive()), (troupe.receive()) })
    assert.equal(0, mailbox(troupe.self()).total)
  end)

  it("of a pool's worker is found by its address", function()
    local handle = pool.start("listed", "fixtures.puppet", nil, { size = 1 })
    assert.equal(0, mailbox(handle:at(1)).total)
    handle:stop()
  end)

  it("of nobody is an error", function()
    local pid = actors.puppet()
    troupe.stop(pid)
    assert.equal("noactor", actors.raised(mailbox, pid).kind)
    assert.equal("noactor", actors.raised(mailbox, "nobody").kind)
    assert.matches("expected n to be an integer from 1 to 1000, got 1.5",
      actors.raised(mailbox, troupe.self(), 1.5).message, 1, true)
  end)
end)
