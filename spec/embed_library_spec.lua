-- clock: either
-- libtroupe: the host in a process that belongs to somebody else.

local command = require "support.command"
local embed = require "support.embed"

local quote = command.quote
local folder, variant = embed.variant()
local instrumented = variant == "asan" or variant == "tsan"
local shared = folder .. "/libtroupe.so"

local function begin(script)
  return embed.run("begin", { arguments = { script } })
end

describe("a script inside an engine", function()
  it("ends without the process", function()
    assert.same({ status = 3, stdout = "", stderr = "" }, begin "os.exit(3)")
  end)

  it("says why it has failed", function()
    local result = begin "error 'no'"
    assert.equal(1, result.status)
    assert.matches("no", result.stderr, 1, true)
  end)

  it("gets no C module, and is told so", function()
    local result = begin [[
      assert(package.cpath == "" and package.loadlib == nil)
      assert(#package.searchers == 3)
      package.cpath = "/usr/lib/?.so"
      require "lfs.core"
    ]]
    assert.equal(1, result.status)
    assert.matches("\tno C module 'lfs.core': libtroupe loads none; the " ..
      "engine can give functions of its own (troupe.h)", result.stderr, 1,
      true)
    assert.not_matches("/usr/lib", result.stderr, 1, true)
  end)

  it("changes no locale", function()
    local result = begin [[
      assert(os.setlocale() == "C" and os.setlocale("C") == "C")
      assert(os.setlocale("C.UTF-8") == nil)
    ]]
    assert.same({ 0, "" }, { result.status, result.stderr })
  end)

  it("asks nobody at the terminal", function()
    assert.same({ status = 0, stdout = "", stderr = "" },
      begin "debug.debug() debug.traceback() assert(not io.read())")
  end)
end)

describe("libtroupe", function()
  it("takes nothing that belongs to the process", function()
    assert.same({ status = 0, stdout = "", stderr = "" }, embed.run "manners")
  end)

  it("ends no process, whatever it finds wrong", function()
    local result = embed.run "fatal"
    assert.same({ 0, "" }, { result.status, result.stderr })
    assert.matches("^troupe: host/host%.c:%d+: an eventfd takes one ",
      result.stdout)
  end)

  it("shows names of its own only", function()
    local names = command.lines("nm --defined-only --extern-only " ..
      "--format=posix " .. quote(embed.library()) .. " | sed 1d")
    local seen = 0
    for _, line in ipairs(names) do
      local name = line:match "^%S+"
      if name then
        assert.matches("^troupe_", name)
        seen = seen + 1
      end
    end
    assert.is_true(seen > 20)
  end)

  it("refers to nothing that a library must not use", function()
    local names = "\n" .. table.concat(command.lines("nm --undefined-only " ..
      "--format=posix " .. quote(embed.library())), "\n")
    for _, name in ipairs { "stdin", "stdout", "stderr", "exit", "_exit",
      "abort", "__assert_fail", "dlopen", "dlsym", "environ", "mallopt",
      "lua_newstate", "uv_run" } do
      assert.not_matches("\n" .. name .. " ", names, 1, true)
    end
    assert.matches("\nmemcpy ", names, 1, true)
  end)
end)

if not instrumented and command.read(shared) then
  describe("libtroupe.so", function()
    it("shows names of its own only, and needs the C library", function()
      for _, line in ipairs(command.lines("nm -D --defined-only " ..
        quote(shared))) do
        assert.matches(" troupe_[%w_]+@@TROUPE_0$", (line:gsub(
          " A TROUPE_0$", " troupe_0@@TROUPE_0")))
      end
      local dynamic = command.run { "readelf", "-dW", shared }.stdout
      assert.not_matches("TEXTREL", dynamic)
      assert.matches("[libtroupe.so.0]", dynamic, 1, true)
      for name in dynamic:gmatch "NEEDED.-%[(.-)%]" do
        assert.matches(name:find "^ld%-" and "^ld%-linux" or
          "^lib[cm]%.so%.6$", name)
      end
    end)

    it("lives beside LuaJIT", function()
      local script = [=[
        local ffi = require "ffi"
        ffi.cdef [[
          void *troupe_new(const void *, char *, size_t);
          bool troupe_start(void *); bool troupe_stop(void *);
          bool troupe_run_code(void *, const char *, int, void *);
          bool troupe_ended(void *); int troupe_status(void *);
          void troupe_free(void *);
        ]]
        local library = ffi.load(arg[1])
        local options = ffi.new "uint64_t[100]"
        options[0] = 800
        local host = library.troupe_new(options, nil, 0)
        assert(host ~= nil and library.troupe_start(host))
        assert(library.troupe_run_code(host, "print(_VERSION) os.exit(5)", 0,
          nil))
        while not library.troupe_ended(host) do pcall(error, "x") end
        print(jit.version_num > 0, library.troupe_status(host))
        assert(library.troupe_stop(host))
        library.troupe_free(host)
      ]=]
      local file = command.directory() .. "/engine.lua"
      command.write(file, script)
      local result = command.run { "luajit", file, shared }
      assert.same({ 0, "true\t5\n" }, { result.status, result.stdout })
      assert.matches("script: Lua 5.4\n$", result.stderr)
    end)

    it("lives beside any other Lua", function()
      local module = embed.build("gcc -std=c99 -pedantic -Wall -Wextra " ..
        "-Werror -Ihost -shared -fPIC spec/embed/guest.c " ..
        quote(embed.library()) .. " -lm -ldl -lpthread")
      local at = module:match "^(.*)/"
      command.run { "mv", module, at .. "/guest.so" }
      for _, lua in ipairs { "lua5.4", "lua5.1", "luajit" } do
        if os.execute("command -v " .. lua .. " >/dev/null") then
          local result = command.run { lua, "-e", ("package.cpath = %q " ..
            "require 'guest' print(pcall(error, 1))"):format(at .. "/?.so") }
          assert.same({ 0, "false\t1\n" }, { result.status, result.stdout })
        end
      end
    end)
  end)

  describe("what make install has placed", function()
    local root
    setup(function()
      root = command.directory()
      assert.equal(0, command.run { "sh", "scripts/build/place.sh", "install",
        command.binary(), root .. "/prefix" }.status)
    end)

    local flags = "-pedantic -Wall -Wextra -Werror "

    local function try(compiler, link)
      local config = "PKG_CONFIG_PATH=" .. quote(root ..
        "/prefix/lib/pkgconfig") .. " pkg-config "
      local program = embed.build(("%s %s spec/embed/installed.c $(%s " ..
        "--cflags troupe) %s"):format(compiler, flags, config,
        link:gsub("CONFIG", config)))
      local result = command.run({ program }, { environment =
        { LD_LIBRARY_PATH = root .. "/prefix/lib" } })
      local version = command.read "host/troupe.h":match
        '#define TROUPE_VERSION "(.-)"'
      assert.same({ 0, version .. " " .. version .. "\n" },
        { result.status, result.stdout })
    end

    for name, compiler in pairs { C99 = "gcc -std=c99",
      ["C++11"] = "g++ -std=c++11 -x c++" } do
      it("serves " .. name .. ", shared and static", function()
        try(compiler, "-x none $(CONFIG --libs troupe)")
        try(compiler, "-x none $(CONFIG --libs-only-L troupe) " ..
          "-l:libtroupe.a $(CONFIG --static --libs troupe | " ..
          "sed 's/.*-ltroupe//')")
      end)
    end
  end)
end
