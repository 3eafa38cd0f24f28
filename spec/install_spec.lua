-- make install and make uninstall: the script that they run, at work in a
-- folder of its own.

local command = require "support.command"

local quote = command.quote

local function place(action, root, environment)
  local words = { "sh", "scripts/build/place.sh", action }
  if action == "install" then words[4] = command.binary() end
  words[#words + 1] = "/opt/a b"
  words[#words + 1] = root
  return command.run(words, { environment = environment })
end

local function install(root)
  local result = place("install", root)
  assert.same({ 0, "" }, { result.status, result.stderr })
end

local function files(root, type)
  return command.lines(("cd %s && find . -mindepth 1 -type %s | sort"):format(
    quote(root), type or "f"))
end

local function run(root, ...)
  return command.run { root .. "/opt/a b/bin/troupe", ... }
end

describe("make install", function()
  local root
  before_each(function() root = command.directory() end)

  it("places a binary that works, and exports Lua's names", function()
    install(root)
    assert.equal(command.run({ command.binary(), "--version" }).stdout,
      run(root, "--version").stdout)
    local names = command.run { "nm", "-D", root .. "/opt/a b/bin/troupe" }
    assert.matches(" T lua_callk\n", names.stdout, 1, true)
    assert.matches(" T luaL_openlibs\n", names.stdout, 1, true)
  end)

  it("places what man, shells and editors read", function()
    install(root)
    local share = root .. "/opt/a b/share/"
    for _, file in ipairs(command.lines "cd lua/meta && find * -type f") do
      assert.equal(command.read("lua/meta/" .. file),
        command.read(share .. "troupe/meta/" .. file))
    end
    assert.matches("^%.TH TROUPE 1 ", command.read(share ..
      "man/man1/troupe.1"))
    for shell, file in pairs { zsh = "zsh/site-functions/_troupe",
      bash = "bash-completion/completions/troupe",
      fish = "fish/vendor_completions.d/troupe.fish" } do
      assert.equal(run(root, "completion", shell).stdout,
        command.read(share .. file))
    end
    assert.equal(command.read "LICENSE", command.read(share ..
      "doc/troupe/LICENSE"))
    assert.equal(0, run(root, "run", share ..
      "doc/troupe/account/main.lua").status)
  end)

  it("tells pkg-config the version, and where the headers are", function()
    install(root)
    local text = command.read(root ..
      "/opt/a b/share/pkgconfig/troupe-module.pc")
    assert.matches("prefix=/opt/a b\n", text, 1, true)
    assert.matches("\nRequires.private: lua5.4\n", text, 1, true)
    assert.equal(command.read "host/troupe.h":match
      '#define TROUPE_VERSION "(.-)"', text:match "\nVersion: (.-)\n")
  end)

  it("can be done again, over one that runs", function()
    install(root)
    local server = command.start { root .. "/opt/a b/bin/troupe", "-e",
      "print 'up' require 'troupe'.receive()" }
    server:await "up"
    install(root)
    assert.is_true(server:running())
    server:stop()
  end)

  it("may be another user's: it builds nothing", function()
    local lines = command.run { "make", "--no-print-directory", "-n",
      "install", "DESTDIR=/x" }.stdout
    assert.equal('sh scripts/build/place.sh install build/troupe ' ..
      '"/usr/local" "/x"\n', lines)
  end)

  it("says what is wrong", function()
    assert.same({ status = 1, stdout = "", stderr = "There is no gone yet: " ..
      "make build first.\n" }, command.run { "sh", "scripts/build/place.sh",
      "install", "gone", "/usr", root })
    assert.same({ status = 1, stdout = "", stderr = "Expected PREFIX to be " ..
      "an absolute path, got opt\n" }, command.run { "sh",
      "scripts/build/place.sh", "uninstall", "opt", root })
    assert.same({ status = 1, stdout = "", stderr = "Nothing is installed " ..
      "there: there is no " .. root .. "/opt/a b/share/troupe/installed\n" },
      place("uninstall", root))
  end)
end)

describe("make uninstall", function()
  it("removes what was installed, also by a version before", function()
    local root = command.directory()
    command.run { "mkdir", "-p", root .. "/opt/a b/share/man" }
    command.write(root .. "/opt/a b/share/mine", "text")
    install(root)
    local list = root .. "/opt/a b/share/troupe/installed"
    command.write(list, command.read(list) .. "/opt/a b/bin/former\n")
    command.write(root .. "/opt/a b/bin/former", "text")
    command.write(root .. "/opt/a b/share/troupe/other", "text")
    install(root)
    assert.is_nil(command.read(root .. "/opt/a b/bin/former"))
    assert.equal(0, place("uninstall", root).status)
    assert.same({ "./opt/a b/share/mine", "./opt/a b/share/troupe/other" },
      files(root))
    assert.same({ "./opt", "./opt/a b", "./opt/a b/share",
      "./opt/a b/share/man", "./opt/a b/share/troupe" }, files(root, "d"))
  end)
end)
