-- A reload of which somebody dies half-way, and where its actors come from.

local actors = require "support.actors"
local core = require "troupe.core"
local entity = require "troupe.entity"
local eventually = require "support.eventually"
local pool = require "troupe.pool"
local registry = require "troupe.registry"
local reload = require "troupe.reload"
local support = require "support"
local troupe = require "troupe"
local versions = require "support.versions"

local puppet, run = actors.puppet, actors.run
local counter, write = versions.counter, versions.write

local UPGRADE = [[
  function versioned.upgrade(state, version)
    state.number, state.was = NUMBER, version
    return state
  end
]]

local HOLDS = [[
  local function hold() troupe.timeout(60, troupe.call, "gate", "hold") end
  function versioned.upgrade(state)
    if state.args == "held" then hold() end
    state.number = NUMBER
    return state
  end
]]

local function version(pid) return (troupe.call(pid, "get")) end

-- Reloads in an actor of its own, which is returned; the outcome comes as info,
-- unless it is to be `silent`.
local function lead(module, silent)
  local pid = puppet()
  actors.begin(pid, [[
    local main, name, silent = ...
    troupe.send(main, "begun")
    local ok, result = pcall(require "troupe.reload".reload, name)
    if silent then return end
    troupe.send(main, "reloaded", ok, ok and result.version or result.message)
  ]], troupe.self(), module.name, silent)
  assert.equal("begun", (troupe.receive()))
  return pid
end

local function holds(gate)
  eventually(function() return run(gate, "return #state.held > 0") end)
end

-- One is in a handler, so the others are frozen and wait for it...
local function freezing()
  local module, gate = counter(UPGRADE), puppet()
  local busy, idle = module.start(), module.start()
  actors.begin(puppet(), [[
    local main, pid, gate = ...
    troupe.send(main, "came", pcall(troupe.call, pid, "hold", gate, main))
  ]], troupe.self(), busy, gate)
  assert.equal("held", (troupe.receive()))
  write(module, 2, UPGRADE)
  local leader = lead(module)
  actors.frozen(idle)
  return module, gate, leader, busy, idle
end

-- ...or one is in its upgrade.
local function preparing()
  local module, gate = counter(HOLDS), puppet { name = "gate" }
  local busy, idle = module.start("held"), module.start()
  write(module, 2, HOLDS)
  local leader = lead(module)
  holds(gate)
  return module, gate, leader, busy, idle
end

-- A reload takes some hundreds: some die early enough, some too late.
local TURNS = 200

describe("who leads a reload and dies", function()
  after_each(versions.finish)

  local function go_on(module, first, second)
    assert.same({ 1, 1, 1 },
      { version(first), version(second), version(module.start()) })
    assert.same({ 1 }, { reload.version(module.name) })
    write(module, 3, UPGRADE)
    reload.reload(module.name)
    assert.same({ 3, 3 }, { version(first), version(second) })
  end

  it("lets all go on while they freeze", function()
    local module, gate, leader, busy, idle = freezing()
    troupe.kill(leader)
    assert.equal(1, version(idle))
    troupe.call(gate, "release")
    assert.same({ "came", true, 1 }, { troupe.receive() })
    go_on(module, busy, idle)
  end)

  it("lets all go on while they prepare", function()
    local module, _, leader, busy, idle = preparing()
    troupe.kill(leader)
    go_on(module, busy, idle)
  end)

  it("or leaves the new version to all, at any moment", function()
    local module = counter(UPGRADE)
    local pids = {}
    for index = 1, 20 do pids[index] = module.start() end
    for number = 2, 30 do
      write(module, number, UPGRADE)
      local leader = lead(module, true)
      -- A moment, no matter which.
      for _ = 1, number % 10 * TURNS do troupe.sleep(0) end
      troupe.kill(leader)
      local current = version(pids[1])
      for _, pid in ipairs(pids) do assert.equal(current, version(pid)) end
      assert.equal(current, version(module.start()))
    end
  end)
end)

describe("a participant that raises what cannot be told", function()
  after_each(versions.finish)

  it("is named by an error object all the same", function()
    local module = counter()
    local pid = module.start()
    write(module, 2, [[
      local function raise()
        error(setmetatable({}, { __tostring = raise }))
      end
      function versioned.upgrade() raise() end
    ]])
    local problem = actors.raised(reload.reload, module.name)
    assert.matches("keeps its version, as " .. tostring(pid),
      problem.message, 1, true)
    assert.equal(1, version(pid))
  end)
end)

describe("a participant that dies", function()
  after_each(versions.finish)

  -- So many infos come, in whatever order.
  local function is_no_failure(module, left, infos)
    local came = {}
    for _ = 1, infos or 1 do
      local all = { troupe.receive() }
      came[all[1]] = all
    end
    assert.same({ "reloaded", true, 2 }, came.reloaded)
    assert.same({ 2, 2 }, { version(left), version(module.start()) })
  end

  it("is no failure from the moment that it terminates", function()
    local terminate = [[
      function versioned.terminate()
        troupe.timeout(60, troupe.call, "gate", "hold")
      end
    ]]
    local module, gate = counter(terminate), puppet { name = "gate" }
    local starter, busy = puppet(), module.start()
    local idle = actors.keep(run(starter,
      "return troupe.start(..., nil, { link = true })", module.name))
    actors.begin(puppet(), "pcall(troupe.call, ...)", busy, "hold", gate,
      troupe.self())
    assert.equal("held", (troupe.receive()))
    write(module, 2, terminate)
    lead(module)
    actors.frozen(idle)
    troupe.kill(starter)
    eventually(function() return run(gate, "return #state.held == 2") end)
    run(gate, "troupe.reply(table.remove(state.held, 1))")
    is_no_failure(module, busy)
    assert.is_table(core.actor(idle))
    troupe.call(gate, "release")
  end)

  it("is no failure while it is to freeze", function()
    local module, _, _, busy, idle = freezing()
    troupe.kill(busy)
    is_no_failure(module, idle, 2)
  end)

  it("is no failure while it is frozen", function()
    local module, gate, _, busy, idle = freezing()
    troupe.kill(idle)
    eventually(function() return not core.actor(idle) end)
    troupe.call(gate, "release")
    is_no_failure(module, busy, 2)
  end)

  it("is no failure when it has prepared", function()
    local module, gate, _, busy, idle = preparing()
    troupe.kill(idle)
    eventually(function() return not core.actor(idle) end)
    troupe.call(gate, "release")
    is_no_failure(module, busy)
  end)

  it("is no failure while it prepares", function()
    local module, _, _, busy, idle = preparing()
    troupe.kill(busy)
    is_no_failure(module, idle)
  end)

  it("is no failure if it exits in its upgrade", function()
    local module = counter()
    local pid, left = module.start("leaves"), module.start()
    write(module, 2, [[
      function versioned.upgrade(state)
        if state.args == "leaves" then troupe.exit() end
        return state
      end
    ]])
    assert.same({ 2, 1 }, { reload.reload(module.name).version,
      reload.reload(module.name, { force = true }).actors })
    assert.is_nil(core.actor(pid))
    assert.equal(2, version(left))
  end)

  it("is stopped as any other while it is frozen", function()
    local module, gate, _, _, idle = freezing()
    local stopper = puppet()
    actors.begin(stopper, [[
      local main, pid = ...
      troupe.send(main, "stopped", troupe.stop(pid))
    ]], troupe.self(), idle)
    actors.waits(stopper, "a stop")
    troupe.call(gate, "release")
    local came = {}
    for _ = 1, 3 do came[(troupe.receive())] = true end
    assert.same({ came = true, reloaded = true, stopped = true }, came)
    assert.is_nil(core.actor(idle))
    assert.equal(2, version(module.start()))
  end)
end)

describe("a reload changes", function()
  after_each(versions.finish)

  it("those that are found by name, by key, or as a pool's workers",
    function()
      local module = counter(UPGRADE)
      local owner = puppet()
      run(owner, [[
        require "troupe.supervisor".start { { (...), name = "child" },
          require "troupe.pool".child("workers", (...), nil, { size = 3 }) }
      ]], module.name)
      actors.keep(registry.ensure("ensured", module.name))
      local kind = entity.kind(module.name)
      for key = 1, 3 do
        assert.equal(1, version(kind:at(key)))
        actors.keep(core.actor(kind:at(key)).pid)
      end
      write(module, 2, UPGRADE)
      assert.equal(8, reload.reload(module.name).actors)
      for _, target in ipairs { "child", "ensured", kind:at(1), kind:at(2),
        kind:at(4), pool.of("workers"):at(1), pool.of("workers"):at() } do
        assert.equal(2, version(target))
      end
      troupe.kill(registry.whereis "child")
      eventually(function() -- it is started anew
        local ok, number = pcall(version, "child")
        return ok and number == 2
      end)
      actors.keep(core.actor(kind:at(4)).pid)
    end)

  it("what a script has loaded, wherever it waits", function()
    local output = support.output([[
      local troupe = require "troupe"
      local counter = require "counter"
      local pid = troupe.start("leader", troupe.self())
      print(counter.tell())
      print(troupe.receive(), counter.tell(), counter == require "counter")
      print(select(2, troupe.receive()))
    ]], { files = {
      ["counter.lua"] = "return { tell = function() return 1 end }",
      ["leader.lua"] = [[
        local troupe = require "troupe"
        local inspect = require "troupe.inspect"
        local leader = {}
        function leader.init(main) return main end
        local function write(text)
          local handle <close> = io.open("counter.lua", "w")
          handle:write(text)
        end
        function leader.continue(main)
          write "return { tell = function() return 2 end }"
          local result = inspect.reload "counter"
          troupe.send(main, result.version)
          write "require 'troupe'.sleep(0) return {}"
          local _, problem = pcall(inspect.reload, "counter")
          troupe.send(main, "raised", problem.message)
        end
        return leader
      ]] } })
    assert.matches("^1\n2\t2\ttrue\n" ..
      "counter keeps its version, as <0.1.1> script raised: " ..
      "[^\n]*attempt to wait across a C%-call boundary", output)
  end)

  it("nothing in the actor that runs on the module and asks for it",
    function()
      local module = counter()
      local pid = module.start()
      local problem = troupe.call(pid, "run", [[
        local _, versioned, name = ...
        return select(2, pcall(require "troupe.reload".reload, name))
      ]], module.name)
      assert.equal("badargument", problem.kind)
      assert.matches("cannot reload the module that it runs on",
        problem.message)
    end)
end)

describe("an actor shows", function()
  after_each(versions.finish)

  it("its version", function()
    local module = counter()
    local pid = module.start()
    assert.equal(1, core.actor(pid).version)
    write(module, 2)
    reload.reload(module.name)
    assert.equal(2, core.actor(pid).version)
    write(module, 3, "versioned.version = 17")
    reload.reload(module.name)
    assert.equal(17, core.actor(pid).version)
    assert.equal(17, core.actor(module.start()).version)
    reload.rollback(module.name)
    assert.equal(2, core.actor(pid).version)
  end)
end)
