-- make deb: the script that it runs, of the binary under test. What lintian
-- finds in the release's, make check-deb tells.

local command = require "support.command"

local quote = command.quote

local function package(folder)
  local result = command.run({ "sh", "scripts/build/package.sh",
    command.binary(), folder }, { environment = { SOURCE_DATE_EPOCH =
    "1700000000", DEBFULLNAME = "Some One", DEBEMAIL = "one@example.org",
    DPKG_DEB_COMPRESSOR_LEVEL = "0" } })
  assert.same({ 0, "" }, { result.status, result.stderr })
  return result.stdout:match "^(.-)\n"
end

local function field(file, name)
  return command.lines(("dpkg-deb -f %s %s"):format(quote(file), name))[1]
end

local function version()
  return command.read "host/troupe.h":match '#define TROUPE_VERSION "(.-)"'
end

describe("make deb", function()
  local folder, file
  setup(function()
    folder = command.directory()
    file = package(folder)
  end)

  it("says what the package is, and what it needs", function()
    assert.equal("troupe", field(file, "Package"))
    assert.equal(version(), field(file, "Version"))
    assert.equal("Some One <one@example.org>", field(file, "Maintainer"))
    assert.matches("%f[%w]libc6 %(>= [%d.]+%)", field(file, "Depends"))
    assert.matches("lua-busted", field(file, "Suggests"), 1, true)
    assert.matches("lua5.4 (= ", field(file, "Built-Using"), 1, true)
    assert.equal(("%s/troupe_%s_%s.deb"):format(folder, version(),
      field(file, "Architecture")), file)
  end)

  it("holds what a Debian package has to", function()
    local unpacked = command.directory()
    assert.equal(0, command.run { "dpkg-deb", "-x", file, unpacked }.status)
    local share = unpacked .. "/usr/share/"
    for _, path in ipairs { "doc/troupe/copyright", "man/man1/troupe.1.gz",
      "doc/troupe/changelog.gz", "zsh/vendor-completions/_troupe",
      "doc/troupe/linked/liblua5.4-dev", "troupe/meta/troupe.lua" } do
      assert.is_string(command.read(share .. path), path)
    end
    assert.is_nil(command.read(share .. "troupe/installed"))
    assert.matches("Some One <one@example.org>  Tue, 14 Nov 2023 22:13:20",
      command.run { "zcat", share .. "doc/troupe/changelog.gz" }.stdout, 1,
      true)
    assert.equal(0, command.run({ unpacked .. "/usr/bin/troupe", "new",
      "shop" }, { directory = unpacked }).status)
  end)

  it("has the library in packages of its own", function()
    local libraries = command.lines("cd " .. quote(folder) ..
      " && ls | grep '^libtroupe.*deb$' || true")
    if #libraries == 0 then return end -- there is none beside this binary
    assert.equal(2, #libraries)
    local listed = {}
    for _, deb in ipairs(libraries) do
      listed[#listed + 1] = table.concat(command.lines("dpkg-deb -c " ..
        quote(folder .. "/" .. deb)), "\n")
    end
    assert.matches("/usr/include/troupe.h\n", listed[1], 1, true)
    assert.matches("/pkgconfig/troupe.pc", listed[1], 1, true)
    assert.matches("/libtroupe.so.0 -> libtroupe.so." .. version(),
      listed[2], 1, true)
    assert.equal("libtroupe0 (= " .. version() .. ")",
      field(folder .. "/" .. libraries[1], "Depends"))
  end)

  it("is the same, byte by byte, when it is made again", function()
    local again = command.directory()
    assert.equal(command.read(file), command.read(package(again)))
  end)
end)
