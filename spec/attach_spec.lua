-- The client without a terminal: troupe attach -e, standard input, --json. The
-- other side is a puppet, which answers as each spec wants.

local command = require "support.command"
local eventually = require "support.eventually"
local puppet = require "support.puppet"
local troupe = require "troupe"

local attach = puppet.attach

-- The frames that the puppet has got, as text.
local function frames()
  local list = {}
  troupe.timeout(10, function()
    while true do
      local what, kind, payload = troupe.receive()
      if what == "closed" then return end
      if kind ~= "H" then list[#list + 1] = kind .. " " .. payload end
    end
  end)
  return table.concat(list, ", ")
end

local function drain()
  puppet.finish()
  pcall(troupe.timeout, 0, function() while true do troupe.receive() end end)
end

describe("troupe attach -e", function()
  after_each(drain)

  it("prints what a line evaluates to", function()
    assert.same({ status = 0, stdout = "2\n", stderr = "" },
      attach { "-e", "value 2" })
    assert.equal("E value 2", frames())
  end)

  it("prints nothing for nothing, and what a line prints", function()
    assert.equal("", attach { "-e", "value" }.stdout)
    assert.equal("a\n", attach { "-e", "print a" }.stdout)
    assert.equal("adone\n", attach { "-e", "io a" }.stdout)
  end)

  it("evaluates one after another, up to one that raises", function()
    assert.same({ status = 1, stdout = "1\n2\n", stderr = "no luck\n" },
      attach { "-e", "value 1", "-e", "value 2", "-e", "fail no luck", "-e",
        "value 4" })
    assert.equal("E value 1, E value 2, E fail no luck", frames())
  end)

  it("says that a line is not finished", function()
    assert.same({ status = 1, stdout = "",
      stderr = "troupe: unfinished input\n" }, attach { "-e", "more" })
  end)

  it("shows notices on standard error", function()
    assert.same({ status = 0, stdout = "", stderr = "look\n" },
      attach { "-e", "notice look" })
  end)

  it("takes frames in pieces, and as long as they may be", function()
    assert.equal("in pieces\n", attach({ "-e", "pieces in pieces" }).stdout)
    local long = attach({ "-e", "long 20000000" })
    assert.same({ 0, 20000000 + #"long\n" }, { long.status, #long.stdout })
  end)

  it("passes over what it does not know, or has not asked for", function()
    assert.equal("known\n", attach({ "-e", "unknown" }).stdout)
    assert.equal("asked for\n3\n",
      attach({ "-e", "stray", "-e", "value 3" }).stdout)
  end)

  it("says who it is", function()
    assert.equal("protocol=1\nmode=plain\nwidth=80\ncolour=0\n",
      attach({ "-e", "hello" }).stdout)
    assert.equal("protocol=1\nmode=json\nwidth=80\ncolour=0\n",
      attach({ "--json", "-e", "hello" }).stdout)
  end)

  it("takes a line as long as a command line has room for", function()
    -- A word of a command line is shorter than 128 KiB: the longest goes.
    local path = puppet.listen()
    local result = command.start({ "sh", "-c", [[exec "$0" attach "$1" -e ]] ..
      [["value $(head -c 120000 /dev/zero | tr '\0' x)"]], command.binary(),
      path }):wait()
    assert.same({ 0, 120001 }, { result.status, #result.stdout })
  end)
end)

describe("troupe attach --json", function()
  after_each(drain)

  it("prints a line for each result, and for a failure", function()
    assert.same({ status = 1, stdout = '{"ok":true}\n{"ok":false}\n',
      stderr = "" }, attach { "--json", "-e", 'value {"ok":true}', "-e",
        'fail {"ok":false}' })
  end)

  it("leaves standard output to them", function()
    assert.same({ status = 0, stdout = "\n", stderr = "a\n" },
      attach { "--json", "-e", "print a" })
  end)

  it("says that a line is not finished", function()
    assert.same({ status = 1, stderr = "",
      stdout = '{"ok":false,"error":{"kind":"syntax",' ..
        '"message":"unfinished input"}}\n' },
      attach { "-e", "more", "--json" })
  end)
end)

describe("troupe attach with a script on standard input", function()
  after_each(drain)

  it("sends it whole", function()
    assert.same({ status = 0, stdout = "8 bytes\n7\n", stderr = "" },
      attach({}, { input = "value 7\n" }))
    assert.equal("S value 7\n", frames())
  end)

  it("fails with it", function()
    assert.same({ status = 1, stdout = "8 bytes\n", stderr = "bad\n" },
      attach({}, { input = "fail bad" }))
    assert.equal(1, attach({}, { input = "" }).status)
  end)

  it("sends a megabyte, and refuses more with one line", function()
    local room = (1 << 20) - 1
    local text = "value " .. ("x"):rep(room - 6)
    assert.equal(0, attach({}, { input = text }).status)
    local too_long = { status = 1, stdout = "",
      stderr = "troupe: standard input is longer than 1 MiB\n" }
    assert.same(too_long, attach({}, { input = text .. "x" }))
    assert.same(too_long, attach({}, { input = ("x"):rep(10 << 20) }))
  end)
end)

describe("a host that is not as it should be", function()
  after_each(drain)

  local function troubled(words, text, args)
    assert.same({ status = 1, stdout = "", stderr = "troupe: " .. text ..
      "\n" }, attach(words, { args = args }))
  end

  it("refuses with a line", function()
    troubled({ "-e", "value 1" }, "go away", { deaf = true,
      first = string.pack("<I4", 8) .. "Zgo away" })
  end)

  it("ends the session", function()
    troubled({ "-e", "leave the host stops", "-e", "value 1" },
      "the host stops")
    troubled({ "-e", "leave" }, "the host has ended the session")
  end)

  it("closes the connection, in the middle too", function()
    local gone = "the host has closed the connection"
    troubled({ "-e", "close" }, gone)
    troubled({ "-e", "half" }, gone)
  end)

  it("sends what is no frame", function()
    troubled({ "-e", "huge" }, "the host sent a frame of 1073741824 bytes")
    troubled({ "-e", "empty" }, "the host sent a frame of 0 bytes")
    troubled({ "-e", "value 1" }, "the host sent a frame of 1952540788 bytes",
      { deaf = true, first = "that is a letter" })
  end)

  it("is interrupted, and told again", function()
    local path = puppet.listen()
    for interrupts = 1, 2 do
      local client = puppet.start(path, { "-e", "loop " .. interrupts })
      for sent = 1, interrupts do
        eventually(function()
          local _, kind = troupe.receive()
          return kind == (sent == 1 and "E" or "I")
        end)
        client:signal "INT"
      end
      assert.same({ status = 130, stdout = "", stderr = "interrupted\n" },
        client:wait())
    end
  end)

  it("does not answer: a third interrupt ends the client", function()
    local client = puppet.start(puppet.listen(), { "-e", "loop 3" })
    for _, kind in ipairs { "E", "I", "I" } do
      eventually(function() return select(2, troupe.receive()) == kind end)
      client:signal "INT"
    end
    assert.same({ status = 130, stdout = "", stderr = "" }, client:wait())
  end)

  it("does not even welcome: an interrupt ends the client", function()
    local client = puppet.start(puppet.listen { deaf = true }, { "-e", "" })
    client:signal "INT"
    assert.equal(130, client:wait().status)
  end)

  it("is left at once at SIGTERM", function()
    local client = puppet.start(puppet.listen(), { "-e", "loop" })
    eventually(function() return select(2, troupe.receive()) == "E" end)
    client:signal "TERM"
    assert.same({ status = 143, stdout = "", stderr = "" }, client:wait())
  end)
end)

describe("an output that nobody reads", function()
  after_each(drain)

  it("ends the client quietly", function()
    local path = puppet.listen()
    local words = ("%s attach %s -e 'long 1000000' -e 'value 2'"):format(
      command.quote(command.binary()), command.quote(path))
    local result = command.start({ "sh", "-c",
      "{ " .. words .. "; echo $? >&2; } | head -c 1" }):wait()
    assert.same({ status = 0, stdout = "x", stderr = "141\n" }, result)
  end)

  it("does not keep the client from ending", function()
    local path, folder = puppet.listen(), command.directory()
    assert(os.execute("mkfifo " .. command.quote(folder .. "/out")))
    -- It has a reader, who does not read.
    local reader = command.start({ "sh", "-c", "exec " ..
      command.idle() .. " <out" }, { directory = folder })
    local client = command.start({ "sh", "-c", 'exec "$0" "$@" >out',
      command.binary(), "attach", path, "-e", "long 9000000" },
      { directory = folder })
    eventually(function() return select(2, troupe.receive()) == "E" end)
    client:signal "TERM"
    assert.equal(143, client:wait().status)
    reader:stop()
  end)
end)
