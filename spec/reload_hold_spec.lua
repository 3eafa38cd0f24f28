-- Actors of a module that is being reloaded, which wait for one another.

local actors = require "support.actors"
local core = require "troupe.core"
local reload = require "troupe.reload"
local troupe = require "troupe"
local versions = require "support.versions"

local puppet, raised, run = actors.puppet, actors.raised, actors.run
local counter, write = versions.counter, versions.write

-- One actor of the module is in a handler, at a gate, and goes on with `source`
-- when that opens; the others, which it gets, are frozen by then.
local function meet(source, others, options)
  local module = counter(options)
  local gate, pid, frozens = puppet(), module.start(), {name = module.name}
  for index = 1, #others do
    frozens[index] = module.start(nil, others[index])
  end
  actors.begin(puppet(), [[
    local main, pid, source, gate, others = ...
    troupe.send(main, "came", pcall(troupe.timeout, 60, troupe.call, pid,
      "run", source, gate, main, others))
  ]], troupe.self(), pid, [[
    local state, versioned, gate, main, others = ...
    local troupe = require "troupe"
    troupe.call(gate, "hold", main)
  ]] .. source, gate, frozens)
  assert.equal("held", (troupe.receive()))
  write(module, 2, options)
  actors.begin(puppet(), [[
    local main, name = ...
    troupe.send(main, "reloaded", pcall(require "troupe.reload".reload, name))
  ]], troupe.self(), module.name)
  for _, other in ipairs(frozens) do actors.frozen(other) end
  troupe.call(gate, "release")
  local came = {}
  for _ = 1, 2 do
    local all = { troupe.receive() }
    came[all[1]] = all
  end
  assert.is_true(came.reloaded[2], tostring(came.reloaded[3]))
  assert.equal(2, came.reloaded[3].version)
  for _, other in ipairs(frozens) do
    if core.actor(other) then assert.equal(2, (troupe.call(other, "get"))) end
  end
  return came.came, frozens, module
end

local ALONE = { {} }

describe("a handler that waits for one that is frozen", function()
  after_each(versions.finish)

  it("is answered by the old version", function()
    local came = meet("return (troupe.call(others[1], 'get'))", ALONE)
    assert.same({ "came", true, 1 }, came)
  end)

  it("is answered though that asks the next one", function()
    local came = meet([[
      return troupe.call(others[1], "run", [=[
        local state, versioned, others = ...
        local troupe = require "troupe"
        local one = troupe.call(others[2], "get")
        return 1, one, (troupe.call(others[3], "get"))
      ]=], others)
    ]], { {}, {}, {} })
    assert.same({ "came", true, 1, 1, 1 }, came)
  end)

  it("is answered though it waits by way of another actor", function()
    local through = puppet()
    run(through, "registry = require 'troupe.registry'")
    run(through, "registry.register 'through'")
    local came = meet([[
      return (troupe.call("through", "run", "return troupe.call(..., 'get')",
        others[1]))
    ]], ALONE)
    assert.same({ "came", true, 1 }, came)
  end)

  it("finds done before what it had sent before", function()
    local came = meet([[
      troupe.cast(others[1], "run", "local state = ... state.list = { 'cast' }")
      return troupe.call(others[1], "state")
    ]], ALONE)
    assert.same({ "cast" }, came[3].list)
    assert.equal(1, came[3].number)
  end)

  it("gets room in its mailbox", function()
    local came = meet([[
      for index = 1, 5 do
        troupe.cast(others[1], "run", "local state = ... state.list[4] = " ..
          index)
      end
      return troupe.call(others[1], "state")
    ]], { { mailbox = { size = 1 } } })
    assert.equal(5, came[3].list[4])
  end)

  it("stops it", function()
    local came, others = meet("return troupe.stop(others[1])", ALONE)
    assert.same({ "came", true, true }, came)
    assert.is_nil(core.actor(others[1]))
  end)

  it("starts another one", function()
    local came = meet([[
      local pid = troupe.start(others.name)
      return pid, (troupe.call(pid, "get"))
    ]], ALONE)
    assert.is_true(came[2], tostring(came[3]))
    assert.equal(1, came[4])
    assert.equal(2, (troupe.call(actors.keep(came[3]), "get")))
  end)

  it("may be one of several in one actor", function()
    local came = meet([[
      return (troupe.call(others[1], "get")), (troupe.call(others[1], "get"))
    ]], ALONE, "versioned.concurrent = 3")
    assert.same({ "came", true, 1, 1 }, came)
  end)
end)

describe("several handlers in one actor", function()
  after_each(versions.finish)

  it("all come to their end first", function()
    local module = counter "versioned.concurrent = 3"
    local gate, pid = puppet(), module.start()
    for _ = 1, 3 do
      actors.begin(puppet(), [[
        local main, pid, gate = ...
        troupe.send(main, "came", troupe.call(pid, "hold", gate, main))
      ]], troupe.self(), pid, gate)
      assert.equal("held", (troupe.receive()))
    end
    write(module, 2, "versioned.concurrent = 2")
    actors.begin(puppet(), [[
      local main, name = ...
      local result = require "troupe.reload".reload(name)
      troupe.send(main, "came", result.version)
    ]], troupe.self(), module.name)
    troupe.cast(pid, "run", "")
    actors.queued(pid, 1)
    troupe.call(gate, "release")
    local came = {}
    for index = 1, 4 do came[index] = select(2, troupe.receive()) end
    table.sort(came)
    assert.same({ 1, 1, 1, 2 }, came)
  end)
end)

describe("one that does not come to a message boundary", function()
  after_each(versions.finish)

  it("is named, and all go on as they were", function()
    local module = counter()
    local gate, pid, other = puppet(), module.start(), module.start()
    actors.begin(puppet(), [[
      local main, pid, gate = ...
      troupe.send(main, "came", troupe.call(pid, "hold", gate, main))
    ]], troupe.self(), pid, gate)
    assert.equal("held", (troupe.receive()))
    write(module, 2)
    local problem =
      raised(reload.reload, module.name, { patience = 0.05 })
    assert.matches(module.name .. " keeps its version, as " ..
      tostring(pid) .. " " .. module.name ..
      " did not come to the end of its handler within 0.05 s",
      problem.message, 1, true)
    assert.equal(1, (troupe.call(other, "get")))
    troupe.call(gate, "release")
    assert.same({ "came", 1 }, { troupe.receive() })
    assert.equal(1, (troupe.call(pid, "get")))
    assert.equal(2, reload.reload(module.name).version)
  end)

  it("runs in a loop, or upgrades in one", function()
    local module = counter()
    local pid, other = module.start(), module.start()
    write(module, 2, [[
      function versioned.upgrade(state)
        if state.args == "loop" then while true do end end
        return state
      end
    ]])
    troupe.call(pid, "run", "(...).args = 'loop'")
    local problem = raised(reload.reload, module.name, { patience = 0.05 })
    assert.matches(tostring(pid) .. " " .. module.name ..
      " did not upgrade within 0.05 s", problem.message, 1, true)
    assert.equal(1, (troupe.call(other, "get")))
    assert.equal(1, (troupe.call(pid, "get")))
    troupe.cast(pid, "run", "while true do end")
    problem = raised(reload.reload, module.name, { patience = 0.05 })
    assert.matches(tostring(pid), problem.message, 1, true)
    assert.equal(1, (troupe.call(other, "get")))
  end)
end)
