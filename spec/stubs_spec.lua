-- The stubs for editors, lua/meta/, say of the library what is so. They are
-- held to it from both sides: what there is must be in them, and the reverse.

local actors = require "support.actors"
local command = require "support.command"
local eventually = require "support.eventually"
local inspect = require "troupe.inspect"
local meta = require "troupe.cli.meta"
local project = require "support.project"
local spies = require "troupe.test.spies"
local stubs = require "support.stubs"
local supervisor = require "troupe.supervisor"
local tcp = require "troupe.tcp"
local troupe = require "troupe"

-- For lua/troupe alone, and modules of its folders that scripts may use.
local OF_C = { "troupe.core", "troupe.exchange", "troupe.archive", "probe" }
local BELOW = { "troupe.console.pretty" }

local function words(set)
  local names = {}
  for name in pairs(set) do names[#names + 1] = name end
  table.sort(names)
  return table.concat(names, " ")
end

local function set_of(text, pattern)
  local set = {}
  for name in text:gmatch(pattern) do set[name] = true end
  return set
end

local function with(set, ...)
  for _, name in ipairs { ... } do set[name] = true end
  return set
end

local function without(set, ...)
  for _, name in ipairs { ... } do set[name] = nil end
  return set
end

-- What stands in the braces after `start`, in a source.
local function block(file, start, before)
  local text = assert(command.read(file), file)
  local at = assert(text:find(start, 1, true), start)
  return (assert(text:match((before or "=%s*") .. "(%b{})", at), start))
end

-- The values of an X-macro.
local function listed(file, start)
  local text = command.read(file)
  local lines = text:match(start .. "%(X%)(.-[^\\])\n")
  return set_of(lines, 'X%([%u_]+, "([^"]+)"%)')
end

-- --- Modules and functions ---------------------------------------------------

-- One of Lua that is not for scripts says so.
local function public_modules()
  local names = set_of(block("host/script/face.c", "state_modules[]"),
    '{"([%w.]+)"')
  without(with(names, table.unpack(BELOW)), table.unpack(OF_C))
  for _, file in ipairs(command.lines "ls lua/troupe/*.lua") do
    local text = command.read(file):gsub("%s+%-*%s*", " ")
    if not text:find("Not for scripts", 1, true) then
      names["troupe." .. file:match "([^/]+)%.lua$"] = true
    end
  end
  return names
end

local function functions_of(module)
  local found = {}
  for name, value in pairs(module) do
    if type(value) == "function" then found[name] = value end
  end
  return found
end

-- nil of one of C's, which does not say.
local function parameters_of(fn)
  local facts, names = debug.getinfo(fn, "uS"), {}
  if facts.what == "C" then return nil end
  for index = 1, facts.nparams do names[index] = debug.getlocal(fn, index) end
  if facts.isvararg then names[#names + 1] = "..." end
  return table.concat(names, ", ")
end

-- `class` of the stubs is what `real` is, functions by their names.
local function compare(class, real)
  assert.equal(words(real), words(class.functions), class.name)
  for name, fn in pairs(real) do
    local said = table.concat(class.functions[name].parameters, ", ")
    assert.equal(parameters_of(fn) or said, said, class.name .. "." .. name)
  end
end

-- The methods of what is no module, by the name of the class.
local function methods()
  local listener = assert(tcp.serve("127.0.0.1:0", "fixtures.mute"))
  local socket = assert(tcp.connect(listener:address()))
  local timer = assert(troupe.after(1000, troupe.self()))
  local board = troupe.board("stubs_spec", { rows = 1, columns = 1 })
  local found = { ["troupe.timer"] = timer, ["troupe.socket"] = socket,
    ["troupe.listener"] = listener, ["troupe.board"] = board,
    ["troupe.test.spy"] = setmetatable({}, spies.class) }
  for class, object in pairs(found) do
    found[class] = functions_of(debug.getmetatable(object).__index)
  end
  timer:cancel()
  socket:close()
  listener:close()
  return found
end

-- Modules that are the metatable of what they make.
local HANDLES = { ["troupe.pool"] = "troupe.pool.handle",
  ["troupe.entity"] = "troupe.entity.kind" }

-- --- Fields ------------------------------------------------------------------

local function start_names()
  return set_of(block("host/script/option.c", "start_names[]"), '"(%w+)"')
end

local function keys_in(file, start, before)
  return set_of(block(file, start, before), "([%w_]+)%s*=")
end

-- What the sources say: a class, and its fields.
local DECLARED = {
  ["troupe.behaviour"] = function()
    return set_of(block("host/script/misspelt.c", "fields[]"), '{"(%w+)"')
  end,
  ["troupe.start_options"] = start_names,
  ["troupe.shared_options"] = function()
    return without(start_names(), "name", "link")
  end,
  ["troupe.mailbox_options"] = function()
    return set_of(block("host/script/option.c", "void option_mailbox("),
      '"(%w+)"')
  end,
  ["troupe.serve_options"] = function()
    return set_of(block("host/script/server.c", "void read_options("),
      '"(%w+)"')
  end,
  ["troupe.pool.options"] = function()
    return with(keys_in("lua/troupe/pool.lua", "local PASSED"), "size",
      "choose")
  end,
  ["troupe.pool.child_options"] = function()
    return with(keys_in("lua/troupe/pool.lua", "local PASSED"), "size",
      "choose", "restart", "grace")
  end,
  ["troupe.supervisor.child"] = function()
    return with(without(start_names(), "link"), "id", "restart", "grace")
  end,
  ["troupe.supervisor.spec"] = function()
    local names = without(start_names(), "link")
    for name in pairs(keys_in("lua/troupe/supervisor.lua", "local OWN")) do
      names[name] = true
    end
    return names
  end,
  ["troupe.task.options"] = function()
    return keys_in("lua/troupe/task.lua", "local NAMES")
  end,
  ["troupe.inspect.reload_options"] = function()
    return keys_in("lua/troupe/reload.lua", "local NAMES")
  end,
  ["troupe.inspect.actors_options"] = function()
    return with(keys_in("lua/troupe/inspect.lua", "function inspect.actors",
      "limit_of%(options, "), "limit")
  end,
}

-- Whatever there is of it; `n` and `more` are a list's.
local function gather_lists(samples)
  local function add(class, list)
    for _, value in ipairs(list) do
      samples[#samples + 1] = { class, value }
    end
  end
  add("troupe.inspect.actor", inspect.actors())
  add("troupe.inspect.worker", inspect.workers())
  add("troupe.inspect.wait", (inspect.waits()))
  add("troupe.inspect.node", (select(2, inspect.tree())))
  add("troupe.inspect.module", inspect.modules())
  add("troupe.inspect.registered", inspect.registry().keys)
  add("troupe.inspect.group", inspect.registry().groups)
end

local function gather_one(samples, pid)
  local info, stack = inspect.info(pid), inspect.stack(pid)
  for _, sample in ipairs {
    { "troupe.inspect.info", info }, { "troupe.inspect.limits", info.limits },
    { "troupe.inspect.mailbox_usage", info.limits.mailbox },
    { "troupe.inspect.limits", inspect.limits() },
    { "troupe.inspect.stack", stack },
    { "troupe.inspect.frame", stack.frames[1] },
    { "troupe.inspect.message", inspect.mailbox(pid)[1] },
  } do samples[#samples + 1] = sample end
end

local function gather_errors(samples, pid)
  local function add(problem)
    samples[#samples + 1] = { "troupe.error", problem }
    for _, hop in ipairs(problem.trace or {}) do
      samples[#samples + 1] = { "troupe.error.hop", hop }
    end
    for _, other in ipairs(problem.culprit or problem.circle or {}) do
      samples[#samples + 1] = { "troupe.error.other", other }
    end
  end
  add(select(2, pcall(troupe.timeout, 0.01, troupe.call, pid, "run")))
  add(select(2, pcall(troupe.call, troupe.self(), "run")))
  add(select(2, pcall(troupe.start, "fixtures.puppet", nil,
    { name = "stubs" })))
  add(select(2, pcall(troupe.call, actors.puppet(), "run", "error 'boom'")))
end

-- An actor that waits, with something in its queue.
local function busy_actor()
  local pid = troupe.start("fixtures.puppet", nil, { name = "stubs" })
  actors.run(pid, "require 'troupe.registry'.join 'stubs'")
  troupe.cast(pid, "run", "require 'troupe'.sleep(math.huge)")
  troupe.cast(pid, "run", "return 1")
  eventually(function() return inspect.info(pid).waits end)
  return pid
end

-- --- What is so --------------------------------------------------------------

describe("the stubs", function()
  local all
  setup(function() all = stubs.read(meta) end)

  it("are the files of lua/meta", function()
    local files = command.lines "cd lua/meta && find * -name '*.lua'"
    for _, file in ipairs(files) do
      assert.equal(command.read("lua/meta/" .. file), meta[file])
    end
    local count = 0
    for _ in pairs(meta) do count = count + 1 end
    assert.equal(#files, count)
  end)

  it("are well written", function()
    assert.same({}, all.problems)
    for file, text in pairs(meta) do assert(load(text, file, "t")) end
  end)

  it("are of all public modules, and of no others", function()
    assert.equal(words(public_modules()), words(all.modules))
  end)

  it("have all functions, with their parameters, and no others", function()
    for name, module in pairs(all.modules) do
      local real, class = functions_of(require(name)), all.classes[name]
      local handle = all.classes[HANDLES[name]]
      for method, said in pairs(handle and handle.functions or {}) do
        assert.equal(parameters_of(real[method]),
          table.concat(said.parameters, ", "), method)
        real[method] = nil
      end
      assert.equal(module.functions, class.functions)
      compare(class, real)
    end
  end)

  it("have all other fields of modules", function()
    for name in pairs(all.modules) do
      local fields = {}
      for field, value in pairs(require(name)) do
        if type(value) ~= "function" and not field:find "^__" then
          fields[field] = true
        end
      end
      assert.equal(words(fields), words(all.classes[name].fields), name)
    end
  end)

  it("have all methods of timers, sockets, boards and others", function()
    for class, real in pairs(methods()) do
      for name, said in pairs(all.classes[class].functions) do
        assert.is_true(said.method, name)
      end
      compare(all.classes[class], real)
    end
  end)

  it("have no functions but those", function()
    local held = methods()
    for _, handle in pairs(HANDLES) do held[handle] = true end
    for name, class in pairs(all.classes) do
      if next(class.functions) and not all.modules[name] then
        assert.is_truthy(held[name], name)
      end
    end
  end)

  it("have all options, and fields of a behaviour", function()
    for class, declared in pairs(DECLARED) do
      assert.equal(words(declared()), words(stubs.fields(all, class)), class)
    end
  end)

  it("have the kinds of errors, the policies and the libraries", function()
    assert.equal(words(listed("host/script/failure.h", "FAILURE_LIST")),
      words(all.aliases["troupe.error.kind"].values))
    assert.equal(words(listed("host/core/mailbox.h", "FULL_LIST")),
      words(all.aliases["troupe.full"].values))
    assert.equal(words(with({}, table.unpack(inspect.limits(troupe.self())
      .libraries))), words(all.aliases["troupe.library"].values))
  end)

  it("have whatever is told of actors and by errors", function()
    local pid, samples, level = busy_actor(), {}, inspect.log "off"
    gather_lists(samples)
    gather_one(samples, pid)
    gather_errors(samples, pid)
    for _, sample in ipairs(samples) do
      local fields = stubs.fields(all, sample[1])
      for name in pairs(sample[2]) do
        assert.is_true(fields[name] or type(name) == "number",
          ("%s: %s"):format(sample[1], name))
      end
    end
    troupe.kill(pid)
    eventually(function() return not pcall(inspect.info, pid) end)
    inspect.log(level)
    local tree = supervisor.start { { "fixtures.puppet", name = "stub" } }
    for _, child in ipairs(supervisor.children(tree)) do
      for name in pairs(child) do
        assert.is_true(stubs.fields(all, "troupe.supervisor.entry")[name], name)
      end
    end
    troupe.stop(tree)
  end)
end)

-- --- What is not -------------------------------------------------------------

describe("a stub with a fault", function()
  local function complains(complaint, text)
    local all = stubs.read { ["x.lua"] = "---@meta x\n" .. text }
    assert.same({ complaint }, all.problems)
  end

  local MODULE = "---@class x\nlocal x = {}\n"

  it("names a type that there is not", function()
    complains("x.lua:4: no type troupe.pid", MODULE ..
      "---@param a? table<string, troupe.pid[]>\nfunction x.f(a) end\n" ..
      "return x\n")
  end)

  it("tells of other parameters than it has", function()
    complains('x.lua:5: f has (a, b), but @param of (a)', MODULE ..
      "---@param a fun(c: any, ...: any): any\nfunction x.f(a, b) end\n" ..
      "return x\n")
  end)

  it("has a body, or a word that is not known", function()
    complains("x.lua:4: not expected in a stub: print(x)", MODULE ..
      "print(x)\nreturn x\n")
    complains("x.lua:4: @parm is not known", MODULE .. "---@parm a any\n" ..
      "return x\n")
  end)

  it("has a field that no module has", function()
    local text = meta["troupe/registry.lua"]:gsub("\nreturn",
      "\nfunction registry.find() end\n%0")
    local all = stubs.read { ["troupe/registry.lua"] = text }
    assert.has_error(function()
      compare(all.classes["troupe.registry"],
        functions_of(require "troupe.registry"))
    end)
  end)
end)

describe("troupe stubs", function()
  it("writes them again, and tells what does not name them", function()
    local shop = project.new()
    assert.equal(meta["troupe/pool.lua"],
      shop:read ".troupe/meta/troupe/pool.lua")
    assert.matches('"workspace.library": %[%s+"%.troupe/meta"',
      shop:read ".luarc.json")
    shop:write(".troupe/meta/troupe/pool.lua", "old")
    shop:write(".troupe/meta/troupe/gone.lua", "old")
    assert.same({ status = 0, stdout = "", stderr = "" }, shop:troupe "stubs")
    assert.equal(meta["troupe/pool.lua"],
      shop:read ".troupe/meta/troupe/pool.lua")
    assert.is_nil(shop:read ".troupe/meta/troupe/gone.lua")
    assert.equal("meta", shop:list ".troupe")
    shop:write(".luarc.json", "{}")
    assert.equal('.luarc.json: "workspace.library" should name ' ..
      '".troupe/meta"\n', shop:troupe("stubs").stdout)
  end)

  it("leaves what there was if it cannot", function()
    local shop = project.new()
    shop:write(".troupe/meta/troupe.lua", "old")
    local result = command.run("( ulimit -f 0; trap '' XFSZ; exec " ..
      command.quote(command.binary()) .. " stubs ) 2>&1 | cat",
      { directory = shop.folder })
    assert.equal("troupe: cannot write .troupe/meta: File too large\n",
      result.stdout)
    assert.equal("old", shop:read ".troupe/meta/troupe.lua")
    assert.equal("meta", shop:list ".troupe")
  end)

  it("wants a project", function()
    assert.same({ status = 1, stdout = "", stderr = "troupe: no project " ..
      "here: no rockspec in this folder or above it\n" },
      project.empty():troupe "stubs")
    assert.matches("^usage: troupe stubs\n",
      project.empty():troupe("stubs", "--help").stdout)
  end)
end)
