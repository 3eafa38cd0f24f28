-- Another version of a module, in all actors that use it.

local actors = require "support.actors"
local eventually = require "support.eventually"
local inspect = require "troupe.inspect"
local reload = require "troupe.reload"
local troupe = require "troupe"
local versions = require "support.versions"

local puppet, raised, run = actors.puppet, actors.raised, actors.run

local UPGRADE = [[
  function versioned.upgrade(state, version)
    state.number, state.was = NUMBER, version
    return state
  end
]]

local counter, write = versions.counter, versions.write

local function get(pid) return { troupe.call(pid, "get") } end

-- What a fresh actor does with a source; the reload's outcome comes as info.
local function reloader(module, source)
  local pid = puppet()
  actors.begin(pid, [[
    local main, name, source = ...
    local reload = require "troupe.reload"
    troupe.send(main, "reloaded", pcall(load(source or
      "return ...", "=reloader"), reload, name))
  ]], troupe.self(), module.name, source or [[
    local reload, name = ...
    local result, why = reload.reload(name)
    return result and result.version, why
  ]])
  return pid
end

describe("a reload", function()
  after_each(versions.finish)

  it("changes what all actors of the module do, and says how many", function()
    local module = counter()
    local one, two = module.start(), module.start()
    assert.same({ 1, 1 }, get(one))
    write(module, 2)
    local result = reload.reload(module.name)
    assert.same({ 2, 2, module.name },
      { result.version, result.actors, result.module })
    assert.equal("float", math.type(result.seconds))
    assert.same({ { 2, 1 }, { 2, 1 } }, { get(one), get(two) })
  end)

  it("changes it under all names that an actor has for it", function()
    local module = counter(UPGRADE)
    package.path = package.path .. ";" .. module.file -- whatever the name
    local pids = { module.start(), actors.keep(troupe.start "second") }
    for _, pid in ipairs(pids) do
      assert.equal(1, troupe.call(pid, "run", [[
        first, second = require(select(3, ...)), require "second"
        for count = 1, 100 do require("name" .. count) end
        return first ~= second and second.number
      ]], module.name))
    end
    write(module, 2, UPGRADE)
    assert.same({ 2, 2 }, { reload.reload(module.name).actors,
      (reload.version(module.name)) })
    for _, pid in ipairs(pids) do
      assert.same({ 2, 2 }, get(pid))
      assert.equal(1, troupe.call(pid, "state").was)
      assert.same({ 2, 2, 2 }, { troupe.call(pid, "run", [[
        return first.number, second.number, require "name100".number
      ]]) })
    end
  end)

  it("is what actors start with that are started later", function()
    local module = counter()
    module.start()
    write(module, 2)
    reload.reload(module.name)
    assert.same({ 2, 2 }, get(module.start()))
  end)

  it("leaves all as it is if the text is the same, unless it is forced",
    function()
      local module = counter(UPGRADE)
      local pid = module.start()
      assert.same({ nil, "unchanged" }, { reload.reload(module.name) })
      assert.equal(2, reload.reload(module.name, { force = true }).version)
      assert.equal(1, troupe.call(pid, "state").was)
    end)

  it("is nothing for a module that nobody has loaded", function()
    local module = counter()
    assert.same({ nil, "not loaded" }, { reload.reload(module.name) })
    assert.is_nil(reload.version(module.name))
  end)

  it("counts versions, and knows the former one", function()
    local module = counter()
    module.start()
    assert.same({ 1 }, { reload.version(module.name) })
    for number = 2, 3 do
      write(module, number)
      reload.reload(module.name)
      assert.same({ number, number - 1 }, { reload.version(module.name) })
    end
  end)

  it("works without an actor of the module", function()
    local module = counter()
    troupe.kill(module.start())
    actors.finish()
    write(module, 2)
    assert.same({ 2, 0 }, { reload.reload(module.name).version,
      reload.reload(module.name, { force = true }).actors })
  end)
end)

describe("the state of an actor", function()
  after_each(versions.finish)

  it("stays as it is without an upgrade", function()
    local module = counter()
    local pid = module.start()
    troupe.call(pid, "run", "local state = ... state.mark = {} state.list = 1")
    write(module, 2)
    reload.reload(module.name)
    assert.same({ number = 1, mark = {}, list = 1 }, troupe.call(pid, "state"))
  end)

  it("is what upgrade makes of a copy, by its own or the host's version",
    function()
      local module = counter()
      local pid = module.start()
      write(module, 2, UPGRADE)
      reload.reload(module.name)
      assert.same({ 2, 2, 1 }, { troupe.call(pid, "get"),
        troupe.call(pid, "state").number, troupe.call(pid, "state").was })
      write(module, 3, UPGRADE .. "versioned.version = 'three'")
      assert.equal("three", reload.reload(module.name).version)
      assert.equal(2, troupe.call(pid, "state").was)
      write(module, 4, UPGRADE)
      reload.reload(module.name)
      assert.equal("three", troupe.call(pid, "state").was)
    end)

  it("is copied with what it shares, circles and metatables", function()
    local module = counter()
    local pid = module.start()
    troupe.call(pid, "run", [[
      local state = ...
      state.shared, state.again = {}, {}
      state.again.shared = state.shared
      state.self, state[state.shared] = state, "key"
      state.class = setmetatable({}, { __index = { who = "class" } })
      state.handle = setmetatable({}, { __gc = function() end })
      state.call, state.thread = print, coroutine.create(print)
      state.libraries = { string, _G, package.loaded }
      before = { state = state, shared = state.shared, class = state.class,
        handle = state.handle, meta = getmetatable(state.class) }
    ]])
    write(module, 2, [[
      function versioned.upgrade(state)
        state.list[4] = 4
        return state
      end
    ]])
    reload.reload(module.name)
    local function holds(source)
      return troupe.call(pid, "run", "local state, counter = ... " .. source)
    end
    assert.is_true(holds "return state ~= before.state")
    assert.is_true(holds "return state.self == state")
    assert.is_true(holds "return state.shared ~= before.shared")
    assert.is_true(holds "return state.again.shared == state.shared")
    assert.equal("key", holds "return state[state.shared]")
    assert.is_nil(holds "return state[before.shared]")
    assert.equal("class", holds "return state.class.who")
    assert.is_true(holds "return getmetatable(state.class) == before.meta")
    assert.is_true(holds "return state.handle == before.handle")
    assert.is_true(holds "return state.call == print")
    assert.is_true(holds
      "return state.libraries[1] == string and state.libraries[2] == _G")
    assert.is_true(holds "return state.libraries[3] == package.loaded")
    assert.same({ 4, 3 }, { holds "return #state.list, #before.state.list" })
  end)

  it("may be large and deep, and does not hold up others", function()
    local module = counter()
    local pid = module.start()
    troupe.call(pid, "run", [[
      local state = ...
      require "probe".pace(1)
      for index = 1, 300 do state.list[index] = { index } end
      local deep = state
      for _ = 1, 300 do deep.deep = {} deep = deep.deep end
    ]])
    write(module, 2, UPGRADE)
    reload.reload(module.name)
    assert.same({ 300, 300 }, { troupe.call(pid, "run", [[
      local state = ...
      local count, deep = 0, state
      while deep.deep do count, deep = count + 1, deep.deep end
      return #state.list, count
    ]]) })
  end)

  it("may come to be in an upgrade that waits", function()
    local module = counter()
    local pid, oracle = module.start(), puppet { name = "oracle" }
    write(module, 2, [[
      function versioned.upgrade(state)
        state.answer = troupe.call("oracle", "run", "return 42")
        return state
      end
    ]])
    reload.reload(module.name)
    assert.equal(42, troupe.call(pid, "state").answer)
    troupe.kill(oracle)
  end)
end)

describe("what a version is made of", function()
  after_each(versions.finish)

  it("is in the table that others have in their locals", function()
    local module = counter "function versioned.tell() return NUMBER end"
    local pid = puppet()
    run(pid, [[
      captured = require(...)
      tell = captured.tell
    ]], module.name)
    write(module, 2, "function versioned.tell() return versioned.number end")
    reload.reload(module.name)
    assert.same({ 2, true, 2, 1 }, { run(pid, [[
      local now = require(...)
      return captured.tell(), now == captured, captured.number, tell()
    ]], module.name) })
  end)

  it("is one table, also for its own functions and what upgrade makes",
    function()
      local module = counter()
      local pid = module.start()
      write(module, 2, [[
        versioned.__index = versioned
        versioned.nested = { up = function() return versioned end }
        function versioned.upgrade(state)
          return setmetatable(state, versioned)
        end
      ]])
      reload.reload(module.name)
      assert.same({ true, true, true, true }, { troupe.call(pid, "run", [[
        local state, counter, name = ...
        local loaded = require(name)
        return counter == loaded, getmetatable(state) == loaded,
          loaded.__index == loaded, loaded.nested.up() == loaded
      ]], module.name) })
    end)

  it("may be no table", function()
    local module = versions.module "return NUMBER" -- a number
    module.write("return 1")
    local pid = puppet()
    assert.equal(1, run(pid, "return require(...)", module.name))
    module.write("return 2")
    reload.reload(module.name)
    assert.equal(2, run(pid, "return require(...)", module.name))
  end)

  it("may take or leave handlers, idle, and several at a time", function()
    local module = counter "versioned.concurrent = 2 versioned.idle = 60"
    local pid = module.start()
    write(module, 2, "versioned.call.get = nil")
    reload.reload(module.name)
    assert.equal("badrequest", raised(troupe.call, pid, "get").kind)
    for number, count in ipairs { 1, 3, 3, 1 } do
      write(module, number + 2, "versioned.concurrent = " .. count)
      reload.reload(module.name)
      assert.same({ number + 2, 1 }, get(pid))
    end
  end)

  it("is taken by the one who asks, too", function()
    local module = counter "function versioned.tell() return NUMBER end"
    local here = require(module.name)
    local pid = puppet()
    run(pid, "captured = require(...)", module.name)
    write(module, 2, "function versioned.tell() return NUMBER end")
    assert.equal(2, reload.reload(module.name).actors)
    assert.same({ 2, 2 }, { here.tell(), run(pid, "return captured.tell()") })
    assert.equal(here, require(module.name))
    package.loaded[module.name] = nil
  end)
end)

describe("a rollback", function()
  after_each(versions.finish)

  it("changes back to the former version, by its upgrade, and again",
    function()
      local module = counter(UPGRADE)
      local pid = module.start()
      assert.same({ nil, "no former version" },
        { reload.rollback(module.name) })
      write(module, 2, UPGRADE)
      reload.reload(module.name)
      assert.equal(1, reload.rollback(module.name).version)
      assert.same({ 1, 1 }, get(pid))
      assert.equal(2, troupe.call(pid, "state").was)
      assert.same({ 1, 2 }, { reload.version(module.name) })
      assert.equal(2, reload.rollback(module.name).version)
      assert.same({ 2, 2 }, get(pid))
      write(module, 3, UPGRADE)
      assert.equal(3, reload.reload(module.name).version)
    end)
end)

describe("a version that is not fit", function()
  after_each(versions.finish)

  local function unfit(text, pattern)
    local module = counter()
    local pid = module.start()
    module.write(text)
    local problem = raised(reload.reload, module.name)
    assert.equal("exit", problem.kind)
    assert.matches(pattern, problem.message)
    assert.same({ 1, 1 }, get(pid))
    assert.same({ 1 }, { reload.version(module.name) })
    assert.same({ 1, 1 }, get(module.start()))
  end

  it("has a syntax error", function()
    unfit("local one = 1\nlocal = 2\n",
      "cannot be loaded: .*%.lua:2: <name> expected")
  end)

  it("raises while it is loaded", function()
    unfit("local one = 1\nerror 'broken'\n", "%.lua:2: broken")
  end)

  it("is no behaviour", function()
    unfit("return 1", "to return a table %(a behaviour%), got 1")
    unfit("return { call = 1 }",
      "expected versioned%d+%.call to be a table or a function, got 1")
    unfit("return { upgrade = 1 }",
      "expected versioned%d+%.upgrade to be a function, got 1")
  end)

  it("is gone", function()
    local module = counter()
    local pid = module.start()
    os.remove(module.file)
    assert.matches("cannot open", raised(reload.reload, module.name).message)
    assert.same({ 1, 1 }, get(pid))
  end)

  it("is that of the host, or of no file of Lua", function()
    assert.matches("troupe.pool is a part of the host",
      raised(reload.reload, "troupe.pool").message)
    assert.equal("expected module to be a file of Lua, got \"lfs\", which " ..
      "nobody has loaded, nor is it in package.path",
      raised(reload.reload, "lfs").message)
    assert.matches("expected module to be the name of a module, got nil",
      raised(reload.reload).message)
  end)

  it("raises in the upgrade of one of many, who is named with a trace",
    function()
      local module = counter()
      local pids = {}
      for index = 1, 20 do pids[index] = module.start(index) end
      write(module, 2, [[
        function versioned.upgrade(state)
          state.number = 2
          if state.args == 13 then error "unlucky" end
          return state
        end
      ]])
      local problem = raised(reload.reload, module.name)
      assert.matches(module.name .. " keeps its version, as " ..
        tostring(pids[13]) .. " " .. module.name .. " raised: .*unlucky",
        problem.message)
      assert.matches("in " .. tostring(pids[13]) .. " " .. module.name ..
        ", upgrade\n%s+%[C%]: in function 'error'\n%s+%S+%.lua:%d+: in",
        tostring(problem))
      for _, pid in ipairs(pids) do assert.same({ 1, 1 }, get(pid)) end
      write(module, 2, UPGRADE)
      reload.reload(module.name)
      for _, pid in ipairs(pids) do assert.same({ 2, 2 }, get(pid)) end
    end)

  it("forgets to return the state", function()
    local module = counter()
    local pid = module.start()
    write(module, 2, "function versioned.upgrade(state) state.number = 2 end")
    assert.matches("upgrade to return the state, got nil",
      raised(reload.reload, module.name).message)
    assert.same({ 1, 1 }, get(pid))
  end)

  it("uses too much CPU time in an upgrade", function()
    local module = counter()
    local pid = module.start(nil, { cpu = 0.05 })
    write(module, 2, "function versioned.upgrade() while true do end end")
    local problem = raised(reload.reload, module.name)
    assert.matches("used .* s of CPU time", problem.message)
    assert.same({ 1, 1 }, get(pid))
  end)

  it("takes more memory for a copy than there is", function()
    local module = counter()
    local pid = module.start(nil, { memory = 400000 })
    troupe.call(pid, "run", [[
      local state = ...
      for index = 1, 2500 do state.list[index] = { index } end
    ]])
    write(module, 2, UPGRADE)
    assert.matches("not enough memory",
      raised(reload.reload, module.name).message)
    assert.same({ 1, 1 }, get(pid))
    troupe.call(pid, "run", "local state = ... state.list = {}")
    reload.reload(module.name)
    assert.same({ 2, 2 }, get(pid))
  end)
end)

describe("while a module is reloaded", function()
  after_each(versions.finish)

  -- Its upgrade waits at a gate, unless it was started as "free".
  local HOLDS = [[
    function versioned.upgrade(state)
      if state.args ~= "free" then
        troupe.timeout(60, troupe.call, "gate", "hold")
      end
      return state
    end
  ]]

  local function held(more)
    local module = counter()
    local gate = puppet { name = "gate" }
    local pid = module.start()
    write(module, 2, (HOLDS .. (more or "")))
    return module, gate, pid
  end

  local function holds(gate)
    eventually(function() return run(gate, "return #state.held > 0") end)
  end

  it("requests wait, and are answered by the new version", function()
    local module, gate, pid = held()
    local made = puppet()
    reloader(module)
    holds(gate)
    actors.begin(made, [[
      local main, pid = ...
      troupe.send(main, "got", troupe.call(pid, "get"))
    ]], troupe.self(), pid)
    actors.queued(pid, 1)
    troupe.call(gate, "release")
    local came = {}
    for _ = 1, 2 do
      local all = { troupe.receive() }
      came[all[1]] = all
    end
    assert.same({ "got", 2, 1 }, came.got)
    assert.same({ "reloaded", true, 2 }, came.reloaded)
  end)

  it("mailboxes keep their bounds, and senders wait", function()
    local module, gate = held()
    local small = module.start("free", { mailbox = { size = 1 } })
    local senders = { puppet(), puppet() }
    reloader(module)
    holds(gate)
    for _, sender in ipairs(senders) do
      actors.begin(sender, [[
        local main, pid = ...
        troupe.send(main, "got", troupe.call(pid, "get"))
      ]], troupe.self(), small)
    end
    actors.queued(small, 1)
    eventually(function()
      return inspect.mailbox(small).senders == 1
    end)
    troupe.call(gate, "release")
    local count = 0
    for _ = 1, 3 do
      local what, version = troupe.receive()
      if what == "got" and version == 2 then count = count + 1 end
    end
    assert.equal(2, count)
  end)

  it("deadlines hold, and say why nothing came", function()
    local module, gate = held()
    local frozen = module.start "free"
    reloader(module)
    holds(gate)
    local problem = raised(troupe.timeout, 0.05, troupe.call, frozen, "get")
    assert.equal("timeout", problem.kind)
    assert.is_false(problem.begun)
    assert.matches("waits until a module that it uses is reloaded",
      problem.culprit[1].doing)
    troupe.call(gate, "release")
    assert.equal("reloaded", (troupe.receive()))
  end)

  it("an actor that starts waits for the version that will be", function()
    local module, gate = held()
    local starter = puppet()
    reloader(module)
    holds(gate)
    actors.begin(starter, [[
      local main, name = ...
      local pid = troupe.start(name)
      troupe.send(main, "got", troupe.call(pid, "get"))
      troupe.kill(pid)
    ]], troupe.self(), module.name)
    actors.waits(starter, "a start")
    troupe.call(gate, "release")
    local came = {}
    for _ = 1, 2 do
      local all = { troupe.receive() }
      came[all[1]] = all
    end
    assert.same({ "got", 2, 2 }, came.got)
  end)

  it("another reload is refused", function()
    local module, gate = held()
    reloader(module)
    holds(gate)
    assert.same({ nil, "busy" }, { reload.reload(module.name) })
    troupe.call(gate, "release")
    assert.equal("reloaded", (troupe.receive()))
  end)

  it("a participant that is killed is no failure", function()
    local module, gate, pid = held()
    reloader(module)
    holds(gate)
    troupe.kill(pid)
    assert.same({ "reloaded", true, 2 }, { troupe.receive() })
  end)

  it("and who leads it is killed, all go on as they were", function()
    local module, gate, pid = held()
    local other = module.start()
    local leader = reloader(module)
    holds(gate)
    troupe.kill(leader)
    assert.same({ 1, 1 }, get(pid))
    assert.same({ 1, 1 }, get(other))
    assert.same({ 1, 1 }, get(module.start()))
    write(module, 3)
    assert.equal(2, reload.reload(module.name).version)
    assert.same({ 3, 1 }, get(pid))
  end)
end)
