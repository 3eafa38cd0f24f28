-- A host that has a name, and who may attach to it.

local named = require "support.named"
local support = require "support"

local command = support.command

-- What a shell command prints.
local function shell(line, ...)
  local words = { line }
  for _, word in ipairs { ... } do words[#words + 1] = command.quote(word) end
  return command.run(table.concat(words, " ")).stdout
end

local function file(name) return named.directory() .. "/" .. name end

local function exists(path)
  return command.run({ "test", "-e", path }).status == 0
end

-- A client, in perl: what it gets till the end. It sends `text` and ends its
-- side, unless it is to stay.
local CLIENT = [[
  $| = 1;
  $SIG{PIPE} = 'IGNORE';
  my ($path, $text, $stays) = @ARGV;
  my $s = IO::Socket::UNIX->new(Peer => $path) or die "$!\n";
  syswrite $s, $text;
  shutdown $s, 1 unless $stays;
  while (sysread $s, my $bytes, 100) { print $bytes }
]]

local function client_words(name, text, stays)
  return { "perl", "-MIO::Socket::UNIX", "-e", CLIENT, file(name), text or "",
    stays }
end

local function client(name) return command.run(client_words(name)) end

describe("a host that has a name", function()
  local host

  local function start(options)
    host = named.start([[
      io.stdout:setvbuf("line")
      print "here"
      troupe.timeout(math.huge, troupe.receive)
    ]], options)
    host:await "here"
    return host
  end

  after_each(function()
    if host and host:running() then host:signal("KILL") host:wait() end
    host = nil
  end)

  it("listens where only its user can come", function()
    start()
    assert.equal("700\n600\n600\n", shell("stat -c %a", named.directory(),
      file "shop.sock", file "shop.lock"))
  end)

  it("has no name any more when it has ended", function()
    start()
    assert.equal(143, host:stop().status)
    assert.equal("", shell("ls -A", named.directory()))
  end)

  it("ends with its script, whatever the console's actors do", function()
    assert.equal("", named.output "")
    assert.equal("", shell("ls -A", named.directory()))
  end)

  it("shares its name with no other", function()
    start()
    local second = named.script ""
    assert.same({ status = 1, stdout = "", stderr = "troupe: a host named " ..
      ("shop is running already (process %d)\n"):format(host.pid) },
      { status = second.status, stdout = second.stdout,
        stderr = second.stderr })
    assert.is_true(exists(file "shop.sock"))
    assert.equal("other\n", named.output("print 'other'",
      { flags = { "--name", "other" } }))
  end)

  it("takes the place of one that was killed", function()
    start():signal("KILL")
    host:wait()
    assert.is_true(exists(file "shop.sock"))
    start()
    assert.equal(0, client("shop.sock").status)
  end)

  it("is one of many that want the name, each in its turn", function()
    local words, options = named.command "print 'one'"
    for index, word in ipairs(words) do words[index] = command.quote(word) end
    options.limit = 60
    local result = command.run("for i in 1 2 3 4; do " ..
      "(for j in 1 2 3 4 5; do " .. table.concat(words, " ") ..
      " 2>&1; done) & done; wait", options)
    local taken = "troupe: a host named shop is running already"
    local ones, refused = 0, 0
    for text in result.stdout:gmatch("[^\n]+") do
      if text == "one" then ones = ones + 1
      elseif text:sub(1, #taken) == taken then refused = refused + 1
      else error(text) end
    end
    assert.equal(20, ones + refused)
    assert.is_true(ones > 0)
  end)

  for _, name in ipairs { "", ".shop", "-shop", "a b", "a/b", "../shop",
    "sh\nop", ("x"):rep(41) } do
    it(("refuses the name %q"):format(name), function()
      local result = named.script("", { flags = { "--name", name } })
      assert.equal(1, result.status)
      assert.matches("^troupe: expected a host's name to be 1 to 40 " ..
        "letters, digits, '_', '%-' or '%.', beginning with neither '%-' " ..
        "nor '%.', got \"[^\n]*\"\n$", result.stderr)
    end)
  end
end)

describe("the directory of names", function()
  local root

  before_each(function() root = command.directory() end)

  local function refusal(directory)
    local result = named.script("", { environment = {
      TROUPE_RUNTIME_DIR = directory } })
    assert.equal(1, result.status)
    assert.equal("", result.stdout)
    return result.stderr
  end

  it("is not a link", function()
    shell("mkdir -m 700", root .. "/real")
    shell("ln -s", root .. "/real", root .. "/link")
    for _, path in ipairs { root .. "/link", root .. "/link/" } do
      assert.equal(("troupe: %s/link is a link: it is not used\n"):format(root),
        refusal(path))
    end
  end)

  it("is not open to others", function()
    shell("mkdir -m 750", root .. "/open")
    assert.equal(("troupe: %s/open is open to other users (mode 750, " ..
      "expected 700): it is not used\n"):format(root), refusal(root .. "/open"))
  end)

  it("is not another user's", function()
    if shell("id -u") ~= "0\n" then return pending("needs root") end
    shell("mkdir -m 700", root .. "/other")
    shell("chown 65534", root .. "/other")
    assert.equal(("troupe: %s/other belongs to another user (65534): it is " ..
      "not used\n"):format(root), refusal(root .. "/other"))
  end)

  it("is asked for a socket of that name, and says why not", function()
    shell("mkdir -m 700", root .. "/full")
    shell("mkdir", root .. "/full/shop.sock")
    assert.matches("^troupe: cannot remove " .. root ..
      "/full/shop%.sock: [^\n]*\n$", refusal(root .. "/full"))
    assert.equal("shop.sock\n", shell("ls -A", root .. "/full"))
  end)

  it("is a directory", function()
    command.write(root .. "/file", "")
    assert.equal(("troupe: %s/file is not a directory\n"):format(root),
      refusal(root .. "/file"))
  end)

  it("is not in one that is not there", function()
    assert.equal(("troupe: cannot make %s/none/here: No such file or " ..
      "directory\n"):format(root), refusal(root .. "/none/here"))
  end)

  it("has an absolute path, short enough for a socket's", function()
    assert.equal('troupe: expected TROUPE_RUNTIME_DIR to be an absolute ' ..
      'path, got "here"\n', refusal("here"))
    assert.matches("^troupe: the path of a socket in /x[^\n]* would be " ..
      "longer than the 107 bytes that it may have [^\n]*\n$",
      refusal("/" .. ("x"):rep(100)))
  end)

  it("is the session's if nothing else is said", function()
    shell("mkdir -m 700", root .. "/session")
    assert.equal("yes\n", named.output(
      'print(io.open(... .. "/troupe/shop.sock") and "" or "yes")',
      { arguments = { root .. "/session" }, environment = {
        TROUPE_RUNTIME_DIR = "", XDG_RUNTIME_DIR = root .. "/session" } }))
    assert.equal("700\n", shell("stat -c %a", root .. "/session/troupe"))
  end)
end)

-- Lets other users come as far as that directory: all on the way that mktemp
-- has made for this run.
local function let_in(path)
  while path:match("([^/]*)$"):find("^tmp%.") or path == named.directory() do
    shell("chmod go+x", path)
    path = path:match("^(.*)/")
  end
end

describe("who connects to a host", function()
  local host

  -- It also listens at "own.sock", for its own sessions, two at most.
  before_each(function()
    host = named.start([[
      io.stdout:setvbuf("line")
      local private = probe.start_private("fixtures.puppet")
      troupe.call(private, "run", "state.server = assert(" ..
        "require('troupe.core').console_serve(..., 'own_session', 'x', 2))",
        ...)
      troupe.start("teller")
      print "here"
      troupe.timeout(math.huge, troupe.receive)
    ]], { arguments = { file "own.sock" }, files = { ["own_session.lua"] = [[
      local probe, troupe = require "probe", require "troupe"
      local session = { info = {} }
      function session.init(sock, argument)
        sock:write(("%s %s\n"):format(argument, probe.private()))
        sock:deliver("line")
        return sock
      end
      function session.info.data(_, sock, line)
        if line == "fail" then error("no") end
        sock:write(line:upper(), "\n")
      end
      function session.info.closed() troupe.exit() end
      function session.terminate(sock, reason)
        sock:write(tostring(reason), "\n")
        print("a session ends")
      end
      return session
    ]], ["teller.lua"] = [[
      return { terminate = function() print("another ends") end }
    ]] } })
    host:await "here"
  end)

  after_each(function()
    if host:running() then host:signal("KILL") end
    host:wait()
  end)

  it("must be its user, even if the directory lets others in", function()
    if shell("id -u") ~= "0\n" then return pending("needs root") end
    let_in(named.directory())
    shell("chmod 666", file "shop.sock")
    local words = { "setpriv", "--reuid", "65534", "--clear-groups" }
    for _, word in ipairs(client_words("shop.sock")) do
      words[#words + 1] = word
    end
    local result = command.run(words)
    shell("chmod 700", named.directory())
    assert.equal("", result.stderr)
    assert.same(("<s4"):pack("Zthis host is another user's: user 65534 may " ..
      "not attach to it"), result.stdout)
  end)

  it("has an actor on the private worker", function()
    assert.equal("x true\nnormal\n", client("own.sock").stdout)
    assert.matches("^....W", client("shop.sock").stdout)
  end)

  it("finds room for so many sessions only", function()
    local result = command.run({ "perl", "-MIO::Socket::UNIX", "-e", [[
      my ($path, @open) = shift;
      for (1 .. 3) {
        my $s = IO::Socket::UNIX->new(Peer => $path) or die "$!\n";
        sysread $s, my $bytes, 100;
        print $bytes;
        push @open, $s;
      }
      syswrite $open[0], "hello\n";
      sysread $open[0], my $bytes, 100;
      print $bytes;
    ]], file "own.sock" })
    assert.equal("x true\nx true\n" ..
      ("<s4"):pack("Zthis host has 2 sessions already") .. "HELLO\n",
      result.stdout)
    assert.equal("x true\nnormal\n", client("own.sock").stdout)
  end)

  it("has no one else's session ended by an error", function()
    local stays = command.start(client_words("own.sock", "hello\n", 1))
    stays:await "HELLO"
    local fails = command.run(client_words("own.sock", "fail\n"))
    assert.matches("^x true\n.*no", fails.stdout)
    host:stop()
    assert.equal("x true\nHELLO\nshutdown\n", stays:wait().stdout)
  end)

  it("hears of the host's end after all others", function()
    local stays = command.start(client_words("own.sock", "hello\n", 1))
    stays:await "HELLO"
    assert.equal("here\nanother ends\na session ends\n", host:stop().stdout)
    assert.equal("x true\nHELLO\nshutdown\n", stays:wait().stdout)
  end)

  it("may be the process itself", function()
    assert.matches("^true\t....W", named.output(
      "print(probe.attach(''))", { flags = { "--name", "other" } }))
  end)
end)
