-- package and require. A directory of its own is named DIR in the results.
local DIRECTORY = [[
  local dir = os.tmpname()
  os.remove(dir)
  os.execute("mkdir -p " .. dir .. "/sub")
  local function file(name, text)
    local f <close> = io.open(dir .. "/" .. name, "w")
    f:write(text)
  end
  local function plain(...)
    local results = table.pack(...)
    for i = 1, results.n do
      if type(results[i]) == "string" then
        results[i] = results[i]:gsub("/tmp/lua_%w+", "DIR")
      end
    end
    return table.unpack(results, 1, results.n)
  end
  local function done(...)
    os.execute("rm -r " .. dir)
    return plain(...)
  end
  package.path = dir .. "/?.lua;" .. dir .. "/?/init.lua"
  package.cpath = dir .. "/?.so"
]]

local function within(text) return DIRECTORY .. text end

return {
  ["the fields of package"] = [[
    local names = {}
    for name, value in pairs(package) do names[#names + 1] = name
      .. type(value) end
    table.sort(names)
    return table.concat(names, " "), package.config, #package.searchers,
      type(package.searchers[1]), package.loaded._G == _G, next(package.preload)
  ]],
  ["a module"] = within [[
    file("mod.lua",
      "local name, where = ... return { name = name, where = where }")
    file("sub/init.lua", "return ...")
    file("sub/leaf.lua", "return select('#', ...), 'second'")
    local mod, where = require "mod"
    local again = table.pack(require "mod")
    return done(mod.name, mod.where, where, again[1] == mod, again.n, again[2],
      package.loaded.mod == mod, require "sub", require "sub.leaf")
  ]],
  ["a module that says little"] = within [[
    file("none.lua", "")
    file("no.lua", "return false")
    file("null.lua", "return nil")
    file("sets.lua", "package.loaded[...] = 'set'")
    file("both.lua", "package.loaded[...] = 'set' return 'returned'")
    return done(require "none", package.loaded.none, require "no",
      package.loaded.no, require "no", require "null", require "sets",
      require "both", package.loaded.both)
  ]],
  ["a module that is not there"] = within [[
    local ok, problem = pcall(require, "absent")
    local dotted = select(2, pcall(require, "a.b.c"))
    local position = select(2, pcall(function() require "absent" end))
    return done(ok, problem, dotted, position, pcall(require, ""),
      pcall(require, "a;b"), pcall(require, "%1"), pcall(require, 5))
  ]],
  ["a module that is broken"] = within [[
    file("bad.lua", "local x = 1\nx = = 1")
    file("raises.lua", "\nerror 'at load'")
    file("object.lua", "error({ code = 7 })")
    file("late.lua",
      "local late = {}\nfunction late.fail()\n  error 'later'\nend\n"
      .. "return late")
    local a, b = pcall(require, "bad")
    local c, d = pcall(require, "raises")
    local e, f = pcall(require, "object")
    local g, h = pcall(require "late".fail)
    local i, j = pcall(require, "raises")
    return done(a, b, c, d, e, f.code, g, h, j, package.loaded.raises,
      package.loaded.bad)
  ]],
  ["a stack with modules in it"] = within [[
    file("deep.lua", "local deep = {}\nfunction deep.run(f)\n  local x = f()\n"
      .. "  return x\nend\nreturn deep")
    local info = debug.getinfo(require "deep".run, "S")
    return done(require "deep".run(function() return debug.traceback "x" end),
      info.source, info.short_src, info.linedefined, info.lastlinedefined,
      select(2, pcall(require "deep".run)), debug.getlocal(require "deep".run,
        1))
  ]],
  ["modules that require each other"] = within [[
    file("one.lua",
      "local one = {} package.loaded.one = one one.two = require 'two'"
      .. " return one")
    file("two.lua", "return { one = require 'one' }")
    local one = require "one"
    return done(one.two.one == one, require "two" == one.two)
  ]],
  ["a module that is loaded again"] = within [[
    file("again.lua", "count = (count or 0) + 1 return count")
    local a = require "again"
    package.loaded.again = nil
    local b = require "again"
    return done(a, b, require "again")
  ]],
  ["globals and the environment of a module"] = within [[
    file("env.lua", "x_of_module = 5 local _ENV = {} y = 6 return _ENV")
    local env = require "env"
    return done(x_of_module, y, env.y, env._G)
  ]],
  ["a module with a first line for the shell"] = within [[
    file("tool.lua", "#!/usr/bin/lua\nreturn debug.getinfo(1, 'l').currentline")
    return done(require "tool")
  ]],
  ["preload"] = [[
    package.preload.foo = function(...) return table.pack(...) end
    package.preload.bar = function() error "pow" end
    local foo, extra = require "foo"
    return foo.n, foo[1], foo[2], extra, select("#", require "foo"),
      pcall(require,
      "bar")
  ]],
  ["preload before files"] = within [[
    file("mod.lua", "return 'file'")
    package.preload.mod = function() return "preloaded" end
    package.preload.string = function() return "mine" end
    return done(require "mod", require "string" == string)
  ]],
  ["a searcher of its own"] = [[
    table.insert(package.searchers, 2, function(name)
      if name == "magic" then
        return function(...) return "M" .. select("#", ...) .. (select(2,
          ...)) end,
          "extra"
      end
      if name == "number" then return 5 end
      if name == "raise" then error "searcher" end
      return "no magic"
    end)
    package.path, package.cpath = "./absent/?.lua", "./absent/?.so"
    return require "magic", pcall(require, "number"), pcall(require, "raise"),
      pcall(require, "other")
  ]],
  ["searchers that are gone"] = [[
    package.path, package.cpath = "./absent/?.lua", "./absent/?.so"
    local old = package.searchers
    package.searchers = {}
    local a = table.pack(pcall(require, "zzz"))
    package.searchers = nil
    local b = table.pack(pcall(require, "zzz"))
    package.searchers = old
    old[3], old[4] = nil, nil
    return a[2], b[2], select(2, pcall(require, "zzz")),
      require "string" == string
  ]],
  ["the searchers one by one"] = within [[
    file("mod.lua", "return 1")
    package.preload.pre = print
    local s = package.searchers
    local a, b = s[2] "mod"
    return done(s[1] "pre" == print, select(2, s[1] "pre"), s[1] "absent",
      type(a),
      b, s[2] "absent", s[3] "absent", s[4] "absent", s[4] "a.b", pcall(s[1]),
      pcall(s[2]), pcall(s[3]))
  ]],
  ["a path that is no string"] = [[
    package.path = nil
    local a = select(2, pcall(require, "zzz"))
    package.path = 5
    local b = select(2, pcall(require, "zzz")):match "no file '5'"
    package.path, package.cpath = "", nil
    return a, b, pcall(require, "zzz")
  ]],
  ["odd paths"] = within [[
    file("mod.lua", "return 'found'")
    package.path = ";;" .. dir .. "/?.lua;"
    local a = require "mod"
    package.path = dir .. "/mod.lua"
    local b = require "anything"
    package.path = ""
    package.cpath = ""
    local c = select(2, pcall(require, "zzz"))
    package.path = dir .. "/?/?.lua;?"
    return done(a, b, c, pcall(require, "x.y"))
  ]],
  ["searchpath"] = within [[
    file("mod.lua", "")
    file("sub/leaf.lua", "")
    return done(package.searchpath("mod", package.path),
      package.searchpath("sub.leaf", package.path),
      package.searchpath("sub-leaf", package.path, "-"),
      package.searchpath("sub-leaf", package.path, "-", "/"),
      package.searchpath("none", package.path),
      package.searchpath("a.b", "./?.x;/q/?.y"),
      pcall(package.searchpath, "x"), package.searchpath("x", ""))
  ]],
  ["C modules that are not there"] = within [[
    file("fake.so", "no library")
    local ok, problem = pcall(require, "fake")
    return done(ok, problem, package.loadlib("/absent.so", "f"),
      package.loadlib(dir .. "/fake.so", "*"), pcall(package.loadlib))
  ]],
  ["a C module"] = [[
    local lfs, where = require "lfs"
    local log = {}
    for name in lfs.dir "/proc/self/task" do
      log[#log + 1] = name:match "^%.+$" end
    table.sort(log)
    return type(lfs), lfs._VERSION, where:match "lfs%.so$",
      package.loaded.lfs == lfs,
      lfs.attributes("/", "mode"), table.concat(log, " "),
      lfs.attributes "/absent/file", pcall(lfs.dir, "/absent"),
      getmetatable(lfs), select("#", require "lfs")
  ]],
  ["C modules and their submodules"] = [[
    local ok, problem = pcall(require, "lfs.absent")
    return ok, problem:match "no module 'lfs.absent' in file",
      pcall(require "lfs".currentdir)
  ]],
  ["a C function by loadlib"] = [[
    local where = package.searchpath("lfs", package.cpath)
    local open = package.loadlib(where, "luaopen_lfs")
    return type(open), package.loadlib(where, "*"), package.loadlib(where,
      "absent_name") == nil, select(3, package.loadlib(where, "absent_name")),
      type(open "lfs".dir), type(package.loaded.lfs)
  ]],
  ["pure modules of others"] = [[
    local json = require "dkjson"
    local class = require "pl.class"
    local list = require "pl.List"
    local stringx = require "pl.stringx"
    local pretty = require "pl.pretty"
    local A = class()
    function A:_init(x) self.x = x end
    local B = class(A)
    return json.encode({ 1, "a", { x = true } }),
      json.decode("[1,2.5,null]")[2],
      B(5).x, tostring(list { 1, 2 }:map "_+1"), stringx.split("a b c")[3],
      pretty.write({ 1, { a = 2 } }, ""), require "inifile" ~= nil,
      require "mediator"() ~= nil
  ]],
  ["packages under another name"] = [[
    local p = require "package"
    local q = package
    package.loaded.package = nil
    local ok = pcall(require, "package")
    return p == q, p.loaded == q.loaded, ok, package == q
  ]],
}
