-- The architecture as a test: DESIGN section 5 in words, support/layers.lua in
-- code. Every check is also run on a tree with that one thing wrong.

local command = require "support.command"
local layers = require "support.layers"
local lua_layers = require "support.lua_layers"

local function listing()
  local git = "git -c safe.directory='*' ls-files -z --cached --others " ..
    "--exclude-standard 2>/dev/null"
  local find = "find . -path ./.git -prune -o -path ./build -prune -o " ..
    "-type f -printf '%P\\0'"
  return table.concat(command.lines(git .. " || " .. find), "\n")
end

local function repository()
  local tree = {}
  for path in listing():gmatch("[^\0]+") do
    -- A file may be deleted in the working tree and still be listed.
    tree[path] = command.read(path)
  end
  return tree
end

describe("the repository", function()
  local tree
  setup(function() tree = repository() end)

  it("is what is looked at", function()
    assert.is_string(tree["host/base/check.h"])
    assert.is_string(tree["spec/layers_spec.lua"])
  end)

  local checks = {
    top_level = "has nothing else at the top level",
    order = "includes downwards only",
    face = "shows the command the embedding face only",
    foreign = "keeps Lua, libuv and libedit in their layers",
    parts = "keeps private headers private",
    cycles = "has no cycle among modules",
    size = "has no file of C that is too long",
    variables = "has no variable that outlives its host",
  }
  for name, sentence in pairs(checks) do
    it(sentence, function()
      assert.equal("", table.concat(layers[name](tree), "\n"))
    end)
  end

  local lua_checks = {
    order = "requires downwards only",
    parts = "leaves the parts of a command to it",
    cycles = "has no cycle among modules of Lua",
    size = "has no module of Lua that is too long",
  }
  for name, sentence in pairs(lua_checks) do
    it(sentence, function()
      assert.equal("", table.concat(lua_layers[name](tree), "\n"))
    end)
  end
end)

describe("a tree with one fault", function()
  local function complains(check, complaint, tree)
    assert.same({ complaint }, layers[check](tree))
  end

  it("has something at the top", function()
    complains("top_level", "src: not expected at the top level",
      { ["src/a.c"] = "", ["src/b.c"] = "", [".ci/run"] = "", LICENSE = "" })
  end)

  it("includes upwards", function()
    complains("order", "host/base/a.c:2: base includes host/core/b.h, " ..
      "a higher layer",
      { ["host/base/a.c"] = '\n#include "core/b.h"\n',
        ["host/core/b.h"] = "" })
    complains("order", "host/core/a.h:1: core includes host/script/b.h, " ..
      "a higher layer",
      { ["host/core/a.h"] = '# include "script/b.h"\n',
        ["host/script/b.h"] = '#include "core/a.h"' })
    complains("order", "host/io/a.c:1: io includes host/troupe.h, " ..
      "a higher layer",
      { ["host/io/a.c"] = '#include "troupe.h"', ["host/troupe.h"] = "" })
  end)

  it("looks up, but for the face that it fulfils", function()
    complains("order", "host/embed/a.c:2: embed includes host/b.h, " ..
      "a higher layer",
      { ["host/embed/a.c"] = '#include "troupe.h"\n#include "b.h"',
        ["host/troupe.h"] = "", ["host/b.h"] = "" })
    complains("order", "host/script/a.c:1: script includes host/embed/b.h, " ..
      "a higher layer",
      { ["host/script/a.c"] = '#include "embed/b.h"',
        ["host/embed/b.h"] = "" })
  end)

  it("includes what is not there", function()
    complains("order", "host/base/a.c:1: no host/b.h (paths are rooted at " ..
      "host/)", { ["host/base/a.c"] = '#include "b.h"' })
  end)

  it("has a folder that is no layer", function()
    complains("order", "host/new/a.c: belongs to no layer",
      { ["host/new/a.c"] = "" })
  end)

  it("lets the command look inside", function()
    complains("face", "host/main.c:2: main may not see host/core/id.h",
      { ["host/main.c"] = '#include "troupe.h"\n#include "core/id.h"\n' })
    complains("face", "host/command/a.c:3: command may not see host/host.h",
      { ["host/command/a.c"] = '#include "troupe.h"\n' ..
        '#include "terminal/b.h"\n#include "host.h"\n' })
  end)

  it("lets the codec know of more than its part of the face", function()
    complains("face", "host/codec/a.c:4: codec may not see host/io/b.h",
      { ["host/codec/a.c"] = '#include "core/b.h"\n' ..
        '#include "codec/b.h"\n#include "troupe.h"\n#include "io/b.h"\n' })
  end)

  it("lets the terminal know of hosts", function()
    complains("face", "host/terminal/a.c:3: terminal may not see host/troupe.h",
      { ["host/terminal/a.c"] = '#include "base/check.h"\n' ..
        '#include "terminal/b.h"\n#include "troupe.h"\n' })
  end)

  it("shows Lua to the core, libuv to the script", function()
    complains("foreign", "host/core/a.c:1: may not see lua.h",
      { ["host/core/a.c"] = "#include <lua.h>", ["host/script/a.c"] =
        "#include <lua.h>", ["host/host.c"] = "#include <lauxlib.h>" })
    complains("foreign", "host/script/a.h:1: may not see uv.h",
      { ["host/script/a.h"] = "#include <uv.h>",
        ["host/base/thread.c"] = "#include <uv.h>",
        ["host/io/loop.h"] = "#include <uv.h>" })
    complains("foreign", "host/command/a.c:1: may not see histedit.h",
      { ["host/command/a.c"] = "#include <histedit.h>",
        ["host/terminal/editor.c"] = "#include <histedit.h>" })
  end)

  it("goes round in a circle", function()
    complains("cycles", "cycle: host/core/a -> host/core/b -> host/core/c " ..
      "-> host/core/a",
      { ["host/core/a.h"] = '#include "core/b.h"', ["host/core/b.h"] = "",
        ["host/core/b.c"] = '#include "core/b.h"\n#include "core/c.h"',
        ["host/core/c.h"] = '#include "core/a.h"' })
  end)

  it("looks into another module", function()
    complains("parts", "host/io/a.c:1: host/core/worker.h is private to " ..
      "host/core/scheduler",
      { ["host/io/a.c"] = '#include "core/worker.h"',
        ["host/core/scheduler.c"] = '#include "core/worker.h"',
        ["host/core/worker.h"] = '#include "core/scheduler.h"' })
  end)

  it("has a file of 601 lines", function()
    complains("size", "host/io/a.c: 601 lines, 600 at most",
      { ["host/io/a.c"] = ("\n"):rep(601), ["host/io/b.c"] = ("\n"):rep(600) })
  end)
end)

describe("a library with one fault", function()
  local function complains(check, complaint, tree)
    assert.same({ complaint }, lua_layers[check](tree))
  end

  it("requires upwards", function()
    complains("order", "lua/troupe/pool.lua:2: library requires " ..
      "troupe.console.near, a higher layer",
      { ["lua/troupe/pool.lua"] = '\nlocal near = require "troupe.console.' ..
        'near"', ["lua/troupe/console/near.lua"] = 'require "troupe.pool"' })
    complains("order", "lua/troupe/test/scope.lua:1: test requires " ..
      "troupe.cli.shell, a higher layer",
      { ["lua/troupe/test/scope.lua"] = 'require("troupe.cli.shell")',
        ["lua/troupe/cli.lua"] = 'require "troupe.test"' })
  end)

  it("takes a part of another command", function()
    complains("parts", "lua/troupe/cli/commands/run.lua:1: " ..
      "troupe.cli.build.elf is a part of troupe build",
      { ["lua/troupe/cli/commands/run.lua"] =
          'require "troupe.cli.build.elf"\nrequire "troupe.cli.shell"',
        ["lua/troupe/cli/commands/build.lua"] =
          'require "troupe.cli.build.elf"' })
  end)

  it("goes round in a circle", function()
    complains("cycles", "cycle: troupe.pool -> troupe.pool.manager -> " ..
      "troupe.pool",
      { ["lua/troupe/pool.lua"] = '-- require "troupe.log"\n' ..
          'require "troupe.pool.manager"',
        ["lua/troupe/pool/manager.lua"] = 'require "troupe.pool"',
        ["lua/troupe/log.lua"] = 'require "troupe.pool"' })
  end)

  it("has a file of 601 lines", function()
    complains("size", "lua/troupe/a.lua: 601 lines, 600 at most",
      { ["lua/troupe/a.lua"] = ("\n"):rep(601),
        ["lua/meta/b.lua"] = ("\n"):rep(700) })
  end)
end)

describe("a variable", function()
  local function names(text)
    local tree = { ["host/core/a.c"] = text }
    local found = {}
    for _, complaint in ipairs(layers.variables(tree)) do
      found[#found + 1] = complaint:match(":(%d+: variable [%w_]+)")
    end
    return table.concat(found, ", ")
  end

  it("at file scope is found", function()
    assert.equal("1: variable counter", names("int counter;"))
    assert.equal("2: variable table", names("\nstatic struct x table[3];"))
    assert.equal("1: variable current", names("struct x *current = NULL;"))
    assert.equal("1: variable names",
      names('static const char *names[] = { "a;", "b" };'))
    assert.equal("1: variable hook", names("static void (*hook)(int);"))
    assert.equal("1: variable depth", names("static __thread int depth;"))
    assert.equal("1: variable shared", names("_Atomic int shared = 3;"))
    assert.equal("1: variable it", names("static struct { int a; } it;"))
    assert.equal("1: variable elsewhere", names("extern int elsewhere;"))
  end)

  it("that is static in a function is found", function()
    assert.equal("2: variable seen",
      names("void f(int a) {\n  static int seen = 0;\n  seen++;\n}\n"))
  end)

  it("that never changes, or is the thread's pointer, is allowed", function()
    assert.equal("", names('static const char *const names[] = { "a" };'))
    assert.equal("", names("const struct x table = { .a = { 1, 2 } };"))
    assert.equal("", names("static __thread struct worker *current;"))
    assert.equal("", names("static _Thread_local struct { int kept; } mine;"))
    assert.equal("", names("static void (*const hook)(int) = run;"))
    assert.equal("", names("void f(void) { static const int limit = 3; }"))
    assert.equal("", names("extern const struct lazy_table list;"))
  end)

  it("is not mistaken for a type, a function or a comment", function()
    assert.equal("", names([[
      /* int counter; */
      #define LIST(X) \
        int hidden;
      // int other;
      struct later;
      struct x { int field; struct { int inner; } deep; };
      enum colour { RED, GREEN = 3 };
      typedef int (*call)(void);
      typedef struct x y;
      _Static_assert(sizeof(int) == 4, "int; counter");
      static int add(int a, int b);
      void log(const char *f, ...) __attribute__((format(printf, 1, 2)));
      struct x *make(void) { int a = '{'; return NULL; }
      static inline int twice(int a) { for (int i = 0; i < 2; i++) a++; }
      int (*choose(int a))(void);
    ]]))
  end)
end)
