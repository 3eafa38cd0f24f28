-- io. FILE in a result is the name of a temporary file.

-- A function `with` that writes a text to the file `name` and opens it.
local FILE = [[
  local name = os.tmpname()
  local function plain(...)
    local results = table.pack(...)
    for i = 1, results.n do
      results[i] = tostring(results[i]):gsub("/tmp/lua_%w+", "FILE")
        :gsub("0x%x+", "0x")
    end
    return table.concat(results, ", ")
  end
  local function with(text, mode)
    local file = io.open(name, "w")
    file:write(text)
    file:close()
    return io.open(name, mode or "r")
  end
  local function done(...)
    os.remove(name)
    return ...
  end
]]

local function about(text) return FILE .. text end

return {
  ["misuse"] = about [[
    local log = {}
    for _, misuse in ipairs {
      function() io.open() end, function() io.open("x", "bad") end,
      function() io.open("x", "rw") end, function() io.open("x", 5) end,
      function() io.lines(5, 6) end, function() io.lines "/absent/file" end,
      function() io.close(5) end, function() io.type() end,
      function() io.input {} end, function() io.output {} end,
      function() io.input "/absent/file" end, function() io.popen() end,
      function() io.popen("x", "bad") end, function() io.popen("x", "rw") end,
      function() io.popen({}) end, function() io.stdout.read() end,
      function() io.stdout:seek "bad" end, function() io.stdout:setvbuf() end,
      function() io.stdout:setvbuf "bad" end, function() io.stdout:absent() end,
      function() io.stdout.x = 1 end, function() return io.stdout.x.y end,
      function() io.stdout() end, function() io.lines(name, "x") end,
      function() io.stdout:write({}) end, function() io.tmpfile(5):read {} end,
    } do log[#log + 1] = plain(pcall(misuse)) end
    return done(table.concat(log, "\n"))
  ]],
  ["formats of read"] = about [[
    local f = with "12 0x1F 3.5e2 word\nline two\n\nlast"
    local a = { f:read("n", "n", "n", "n") }
    local b = { f:read("l", "L", "l", "a", "a", "l", "L", "n", 1, 0) }
    f:seek "set"
    local c = { f:read(2, 0, 1, "*n", "*l", "*a") }
    f:close()
    return done(#a, a[1], a[2], a[3], a[4], #b, b[1], b[2], b[3], b[4], b[5],
      b[6],
      #c, c[1], c[2], c[3], c[4], c[5], c[6])
  ]],
  ["numbers read from a file"] = about [[
    local log = {}
    for _, text in ipairs { "1", "-1", "+1", "0x", "0x1p3", "1e", "1e5", ".5",
      "5.", ".", "-", "nan", "inf", "1x", "9223372036854775808", ("1"):rep(250),
      "  7", "", "1,2", "--1", "1e+" } do
      local f <close> = with(text)
      log[#log + 1] = plain(text:sub(1, 20), f:read "n", f:read "a")
    end
    return done(table.concat(log, "\n"))
  ]],
  ["misuse of read and of lines"] = about [[
    local f = with "text\nmore\n"
    return done(pcall(f.read, f, "x"), pcall(f.read, f, "*x"),
      pcall(f.read, f, -1), pcall(f.read, f, {}), f:read "l",
      select("#", f:read("l", "l", "l")), pcall(f.lines, f, "x"),
      pcall(f:lines "x"), pcall(f.lines, f, table.unpack({}, 1, 251)),
      f:close(), pcall(f.read, f), pcall(f.close, f), pcall(f.lines, f))
  ]],
  ["lines"] = about [[
    local log = {}
    with("a\nb\n\nc"):close()
    for line in io.lines(name) do log[#log + 1] = line end
    for line in io.lines(name, "L") do log[#log + 1] = line end
    for a, b in io.lines(name, 1,
      2) do log[#log + 1] = a .. "|" .. (b or "-") end
    local f = io.open(name)
    for line in f:lines() do log[#log + 1] = line break end
    log[#log + 1] = f:read "a"
    for _ in f:lines() do error "nothing is left" end
    f:seek "set"
    for whole in f:lines "a" do
      log[#log + 1] = whole
      if whole == "" then break end
    end
    f:close()
    local _, state, control, closing = io.lines(name)
    return done(table.concat(log, "/"), state, control, io.type(closing),
      select("#", f.lines(io.tmpfile())))
  ]],
  ["lines closes its file"] = about [[
    with("a\nb"):close()
    local next_line, _, _, file = io.lines(name)
    local a, b, c = next_line(), next_line(), next_line()
    local d, e = pcall(next_line)
    local _, _, _, other = io.lines(name)
    for line in io.lines(name) do if line == "a" then break end end
    return done(a, b, c, d, plain(e), io.type(file), io.type(other))
  ]],
  ["write"] = about [[
    local f = with("", "w")
    local same = f:write("a", 1, 2.5, "\0", -0.0, 1 << 62) == f
    local ok, problem = pcall(f.write, f, "b", {})
    f:write()
    f:close()
    local text = io.open(name, "rb"):read "a"
    return done(same, text, ok, problem, pcall(f.write, f, "x"),
      plain(with("x", "r"):write "y"))
  ]],
  ["modes"] = about [[
    with("one"):close()
    local f = io.open(name, "a")
    f:write "two"
    f:close()
    f = io.open(name, "r+")
    local a = f:read(1)
    f:seek("cur", 0)
    f:write "X"
    f:close()
    f = io.open(name, "rb")
    local b = f:read "a"
    f:close()
    f = io.open(name, "a+b")
    f:seek "set"
    local c = f:read "a"
    f:close()
    io.open(name, "w+"):close()
    return done(a, b, c, io.open(name):read "a", plain(io.open("/absent/f")),
      plain(io.open("/absent/f", "w")), plain(io.open("/", "w")))
  ]],
  ["seek"] = about [[
    local f = with "0123456789"
    return done(f:seek(), f:seek "end", f:seek("set", 3), f:read(1),
      f:seek "cur",
      f:seek("cur", -2), f:read(2), f:seek("end", -1), f:read(1), f:read(1),
      plain(f:seek("set", -1)), pcall(f.seek, f, "set", 1.5), f:seek("set", 99),
      f:read(1), f:read "a")
  ]],
  ["buffers"] = about [[
    local f = with("", "w")
    local a, b, c = f:setvbuf "no", f:setvbuf("full", 1024), f:setvbuf "line"
    f:write "text"
    local d = f:flush() == f
    return done(a, b, c, d, io.open(name):read "a",
      io.stdout:flush() == io.stdout,
      select("#", io.stdout:setvbuf "line"))
  ]],
  ["kinds of files"] = about [[
    local f = with "x"
    local a, b = io.type(f), tostring(f):match "^file %("
    f:close()
    return done(a, b, io.type(f), tostring(f), io.type(5), io.type {}, type(f),
      io.type(io.stdin), io.type(io.stderr), getmetatable(f).__name,
      type(getmetatable(f).__index), getmetatable(f).__index.read == f.read,
      debug.getmetatable(io.stdout) == getmetatable(f))
  ]],
  ["the standard files"] = [[
    return io.input() == io.stdin, io.output() == io.stdout, io.stdout ==
      io.stdout, pcall(io.stdout.close, 5), io.type(io.input()),
      io.stdin ~= io.stdout, tostring(io.stderr):match "^file"
  ]],
  ["input and output of its own"] = about [[
    with("line 1\nline 2\n7"):close()
    local old = io.input()
    io.input(name)
    local a, b = io.read(), io.read "l"
    local lines = {}
    for line in io.lines() do lines[#lines + 1] = line end
    local c = io.read()
    io.close(io.input())
    local d, e = pcall(io.read)
    local g, h = pcall(io.lines)
    io.input(old)
    io.output(name)
    io.write("written ", 5)
    local i = io.output()
    io.close()
    local j, k = pcall(io.write, "x")
    local l, m = pcall(io.close)
    io.output(io.stdout)
    return done(a, b, lines[1], c, d, e, g, h, io.type(i), j, k, l, m,
      io.open(name):read "a", io.input() == io.stdin)
  ]],
  ["a file to be closed"] = about [[
    local kept
    do
      local f <close> = with "x"
      kept = f
    end
    local ok = pcall(function()
      local f <close> = with "x"
      kept = f
      error "x"
    end)
    local other = with "y"
    other:close()
    do local f <close> = other end
    other = with "z"
    local weak = setmetatable({ other }, { __mode = "v" })
    other = nil
    collectgarbage()
    return done(io.type(kept), ok, weak[1])
  ]],
  ["temporary files"] = [[
    local f = io.tmpfile()
    f:write "hello\nworld"
    f:seek "set"
    local a = f:read "a"
    f:close()
    return a, tostring(f), io.type(f)
  ]],
  ["a command that is read"] = [[
    local f = io.popen "printf 'a\nb\n'; exit 3"
    local a, b, c = f:read "l", f:read "a", io.type(f)
    local g = io.popen("cat </dev/null", "r")
    local d = g:read "a"
    local h = io.popen "kill -9 $$"
    local i = io.popen "true"
    return a, b, c, d, f:close(), g:close(), h:close(), select("#", i:close()),
      tostring(f), io.type(f), pcall(f.close, f), pcall(f.read, f)
  ]],
  ["a command that is written to"] = about [[
    local f = io.popen("cat >" .. name, "w")
    f:write("text ", 5, "\n")
    local a = f:close()
    local g = io.popen("exit 4", "w")
    return done(a, io.open(name):read "a", g:close(), tostring(g))
  ]],
  ["lines of a command"] = [[
    local log = {}
    local f = io.popen "printf 'a\nb\nc'"
    for line in f:lines() do log[#log + 1] = line end
    do local g <close> = io.popen "echo x" end
    setmetatable({ io.popen "echo y" }, {})
    collectgarbage()
    return table.concat(log, " "), f:close(), plain
  ]],
  ["two commands at once"] = [[
    local f = io.popen "cat </dev/null"
    f:close()
    local a, b = io.popen "echo a", io.popen "echo b"
    return a:read "a", b:read "a", b:close(), a:close()
  ]],
}
