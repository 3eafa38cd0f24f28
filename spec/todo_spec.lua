-- The to-do system with its actors, its files and its clients.

package.path = "./scripts/todo/?.lua;./spec/fixtures/?.lua;" .. package.path

local cache = require "todo.cache"
local database = require "todo.database"
local list = require "todo.list"
local registry = require "troupe.registry"
local server = require "todo.server"
local support = require "support"
local tcp = require "troupe.tcp"
local troupe = require "troupe"

local command = support.command

local DENTIST = { date = "2018-12-19", title = "Dentist" }
local SHOPPING = { date = "2018-12-20", title = "Shopping" }
local MOVIES = { date = "2018-12-19", title = "Movies" }

local function titles(entries)
  local found = {}
  for index, entry in ipairs(entries) do found[index] = entry.title end
  return found
end

local folder

local function open() assert(database.start { folder = folder }) end

local function close()
  cache.stop()
  database.stop()
end

local function set_up()
  folder = command.directory()
  open()
end

local function tear_down()
  close()
  os.execute("rm -rf -- " .. command.quote(folder))
end

describe("a to-do server", function()
  before_each(set_up)
  after_each(tear_down)

  it("gives the entries of a date", function()
    local pid = cache.server "bob"
    for _, entry in ipairs { DENTIST, SHOPPING, MOVIES } do
      assert.is_true(server.add_entry(pid, entry))
    end
    assert.same({ "Dentist", "Movies" },
      titles(server.entries(pid, "2018-12-19")))
    assert.same({ "Shopping" }, titles(server.entries(pid, "2018-12-20")))
    assert.same({}, server.entries(pid, "2018-12-21"))
  end)

  it("shows a client its own write at once", function()
    local pid = cache.server "bob"
    for count = 1, 100 do
      server.add_entry(pid, DENTIST)
      assert.equal(count, #server.entries(pid, "2018-12-19"))
    end
  end)

  it("loads its list before it handles a message", function()
    database.store("bob", list.new { DENTIST })
    assert.same({ "Dentist" }, titles(cache.entries("bob", "2018-12-19")))
  end)

  it("sleeps when idle, and comes back with its data", function()
    local pid = registry.ensure({ "todo", "bob" }, "brief_server", "bob")
    server.add_entry(pid, DENTIST)
    support.eventually(function()
      return registry.whereis { "todo", "bob" } == nil
    end)
    assert.same({ "Dentist" }, titles(cache.entries("bob", "2018-12-19")))
    assert.not_equal(pid, cache.server "bob")
  end)
end)

describe("the to-do cache", function()
  before_each(set_up)
  after_each(tear_down)

  it("has one server for each name", function()
    local bob = cache.server "bob"
    assert.not_equal(bob, cache.server "alice")
    assert.equal(bob, cache.server "bob")
  end)

  it("keeps lists apart", function()
    cache.add_entry("bob", DENTIST)
    cache.add_entry("alice", MOVIES)
    assert.same({ "Dentist" }, titles(cache.entries("bob", "2018-12-19")))
    assert.same({ "Movies" }, titles(cache.entries("alice", "2018-12-19")))
  end)

  it("gives one server to 50 who ask first at the same time", function()
    local askers = {}
    for number = 1, 50 do askers[number] = troupe.start "asker" end
    for _, asker in ipairs(askers) do
      troupe.cast(asker, "ask", "bob", troupe.self())
    end
    local seen = {}
    for _ = 1, 50 do
      local what, pid = troupe.receive()
      assert.equal("found", what)
      seen[pid] = true
    end
    assert.same({ [cache.server "bob"] = true }, seen)
    for _, asker in ipairs(askers) do troupe.stop(asker) end
  end)

  it("never hands out a server that died", function()
    local dead = cache.server "bob"
    troupe.monitor(dead)
    troupe.kill(dead)
    assert.same({ "down", dead, "killed" }, { troupe.receive() })
    assert.not_equal(dead, cache.server "bob")
    assert.same({}, cache.entries("bob", "2018-12-19"))
  end)

  it("finds john's entry after a restart", function()
    cache.add_entry("john", DENTIST)
    close()
    open()
    assert.same({ "Dentist" }, titles(cache.entries("john", "2018-12-19")))
  end)
end)

describe("the to-do database", function()
  before_each(set_up)
  after_each(tear_down)

  it("knows nothing of a list that was never stored", function()
    assert.is_nil(database.get "nobody")
  end)

  it("gives back what was stored, as a list", function()
    database.store("bob", list.new { DENTIST, SHOPPING })
    local items = database.get "bob"
    assert.equal(2, items:size())
    assert.equal(3, items:add(MOVIES))
  end)

  it("reads the last of many writes", function()
    local items = list.new()
    for count = 1, 50 do
      items:add(DENTIST)
      database.store("bob", items)
      assert.equal(count, database.get("bob"):size())
    end
  end)

  it("keeps any name, and keeps it in its folder", function()
    for _, name in ipairs { "../bob", "a/b", "", "%", "two words", "\0\n" } do
      database.store(name, list.new { { date = "2018-12-19", title = name } })
    end
    for _, name in ipairs { "../bob", "a/b", "", "%", "two words", "\0\n" } do
      assert.same({ name }, titles(database.get(name):entries "2018-12-19"))
    end
  end)

  it("sends a name always to the same worker", function()
    for number = 1, 20 do
      local name = "list-" .. number
      assert.equal(database.worker(name), database.worker(name))
    end
  end)

  it("spreads names over its three workers", function()
    local seen = {}
    for number = 1, 100 do
      seen[tostring(database.worker("list-" .. number))] = true
    end
    local count = 0
    for _ in pairs(seen) do count = count + 1 end
    assert.equal(3, count)
  end)

  it("replaces a worker that is killed; no list server notices", function()
    local bob = cache.server "bob"
    server.add_entry(bob, DENTIST)
    assert.equal(1, #server.entries(bob, "2018-12-19"))
    assert.equal(1, database.get("bob"):size())
    troupe.kill(database.worker "bob")
    server.add_entry(bob, MOVIES)
    assert.same({ "Dentist", "Movies" },
      titles(server.entries(bob, "2018-12-19")))
    assert.equal(bob, cache.server "bob")
    assert.equal(2, database.get("bob"):size())
  end)

  it("works with a single worker too", function()
    close()
    assert(database.start { folder = folder, workers = 1 })
    cache.add_entry("bob", DENTIST)
    cache.add_entry("alice", MOVIES)
    assert.same({ "Dentist" }, titles(cache.entries("bob", "2018-12-19")))
    assert.equal(database.worker "bob", database.worker "alice")
  end)

  it("says which folder it cannot use", function()
    local made, reason = database.make_folder "/dev/null/lists"
    assert.is_nil(made)
    assert.equal("expected a folder that can be written, "
      .. 'got "/dev/null/lists"', reason)
  end)
end)

describe("a client of the to-do system", function()
  local listener

  before_each(function()
    set_up()
    listener = assert(tcp.serve("127.0.0.1:0", "todo.connection", nil,
      { line = 4096 }))
  end)

  after_each(function()
    listener:close()
    tear_down()
  end)

  local function connect() return assert(tcp.connect(listener:address())) end

  local function ask(sock, line)
    assert(sock:write(line .. "\n"))
    return sock:read "line"
  end

  it("adds entries and reads them", function()
    local sock <close> = connect()
    assert.equal("ok", ask(sock, "add bob 2018-12-19 Dentist"))
    assert.equal("ok", ask(sock, "add bob 2018-12-20 Shopping"))
    assert.equal("ok", ask(sock, "add bob 2018-12-19 Movies at nine"))
    assert.equal("2018-12-19 Dentist", ask(sock, "entries bob 2018-12-19"))
    assert.equal("2018-12-19 Movies at nine", sock:read "line")
    assert.equal("end", sock:read "line")
    assert.equal("end", ask(sock, "entries bob 2018-12-21"))
  end)

  it("sees what another client added", function()
    local one <close> = connect()
    local other <close> = connect()
    assert.equal("ok", ask(one, "add bob 2018-12-19 Dentist"))
    assert.equal("2018-12-19 Dentist", ask(other, "entries bob 2018-12-19"))
  end)

  it("may send many requests before it reads", function()
    local sock <close> = connect()
    assert(sock:write(("add bob 2018-12-19 Dentist\r\n"):rep(100)))
    for _ = 1, 100 do assert.equal("ok", sock:read "line") end
  end)

  it("is told what was expected, and may go on", function()
    local sock <close> = connect()
    assert.equal('error: expected one of add, entries, help, quit, got "hop"',
      ask(sock, "hop"))
    assert.equal('error: expected a date like 2018-12-19, got "soon"',
      ask(sock, "add bob soon Dentist"))
    assert.equal("ok", ask(sock, "add bob 2018-12-19 Dentist"))
  end)

  it("gets help", function()
    local sock <close> = connect()
    assert.matches("^add LIST DATE TITLE", ask(sock, "help"))
  end)

  it("quits", function()
    local sock <close> = connect()
    assert.is_nil(ask(sock, "quit"))
  end)

  it("that sends no newline is told and dropped", function()
    local sock <close> = connect()
    sock:write(("x"):rep(5000))
    local line = sock:read "line"
    assert.equal("error: expected a shorter line", line)
    assert.is_nil((sock:read "line"))
  end)

  it("that vanishes midway leaves the others alone", function()
    local gone = connect()
    gone:write "add bob 2018-12-"
    gone:close()
    local sock <close> = connect()
    assert.equal("end", ask(sock, "entries bob 2018-12-19"))
  end)
end)

describe("the to-do program", function()
  local function start(data)
    local process = command.start {
      command.binary(), "run", "scripts/todo/main.lua", "--port", "0",
      "--data", data,
    }
    local port = process:await "served on 127%.0%.0%.1:(%d+)"
    return process, assert(tcp.connect("127.0.0.1:" .. port)), port
  end

  it("keeps its lists from one run to the next", function()
    local data = command.directory()
    local process, sock = start(data)
    sock:write "add bob 2018-12-19 Dentist\n"
    assert.equal("ok", sock:read "line")
    sock:write "entries bob 2018-12-19\n"
    assert.equal("2018-12-19 Dentist", sock:read "line")
    sock:close()
    process:stop()
    process, sock = start(data)
    sock:write "entries bob 2018-12-19\n"
    assert.equal("2018-12-19 Dentist", sock:read "line")
    sock:close()
    process:stop()
  end)

  it("says so when its port is in use", function()
    local process, sock, port = start(command.directory())
    local second = command.run {
      command.binary(), "run", "scripts/todo/main.lua", "--port", port,
      "--data", command.directory(),
    }
    assert.equal(1, second.status)
    assert.equal("troupe: cannot listen on 127.0.0.1:" .. port ..
      ": EADDRINUSE: address already in use\n", second.stderr)
    sock:close()
    process:stop()
  end)

  it("says what it expects of its arguments", function()
    local result = command.run {
      command.binary(), "run", "scripts/todo/main.lua", "--port", "x",
    }
    assert.equal(1, result.status)
    assert.equal("troupe: expected --port to be a whole number from 0 to " ..
      '65535, got "x"\n', result.stderr)
  end)

  it("carries the load script", function()
    local result = command.run {
      command.binary(), "run", "scripts/todo/load.lua", "--count", "1000",
      "--batch", "500", "--writes", "200",
    }
    assert.equal("", result.stderr)
    assert.equal(0, result.status)
    assert.matches("put [%d.]+ us each, get [%d.]+ us each %(1000 lists%)",
      result.stdout)
    assert.matches("store [%d.]+ us each %(200 writes, 3 workers%)",
      result.stdout)
  end)
end)
