-- os
return {
  ["misuse"] = [[
    local log = {}
    for _, misuse in ipairs {
      function() os.date(5) end, function() os.date("%Ez", 0) end,
      function() os.date("%Q", 0) end, function() os.date("%", 0) end,
      function() os.date("*t", "x") end, function() os.date("*t", 1e100) end,
      function() os.date("%Y", 1 << 60) end, function() os.time(5) end,
      function() os.time({}) end, function() os.time({ year = 2000 }) end,
      function() os.time({ year = "x", month = 1, day = 1 }) end,
      function() os.time({ year = 1e100, month = 1, day = 1 }) end,
      function() os.time({ year = 2000, month = 1.5, day = 1 }) end,
      function() os.time({ year = 1 << 40, month = 1, day = 1 }) end,
      function() os.difftime() end, function() os.difftime(1) end,
      function() os.getenv() end, function() os.remove() end,
      function() os.rename("x") end, function() os.execute({}) end,
      function() os.setlocale({}) end, function() os.setlocale(nil, "x") end,
      function() os.setlocale("C", "bad") end, function() os.clock({}) end,
    } do
      local _, problem = pcall(misuse)
      log[#log + 1] = tostring(problem)
    end
    return table.concat(log, "\n")
  ]],
  ["dates"] = [[
    local t = os.date("!*t", 86399)
    return t.year, t.month, t.day, t.hour, t.min, t.sec, t.wday, t.yday,
      t.isdst,
      os.date("!%Y-%m-%d %H:%M:%S", 0), os.date("!%c", 1e9 | 0),
      os.date("!%x %X %p %A %B %j %U %w %y %Z %%", 1e9 | 0),
      os.date("!%Ey %Od %t|%n", 0), os.date("!%F %T %D %e %h %I %R", 0),
      type(os.date()), os.date("!%Y", -1)
  ]],
  ["times"] = [[
    local t = { year = 2000, month = 14, day = 35, hour = 25, min = 61,
      sec = -1 }
    local time = os.time(t)
    return math.type(os.time()), t.year, t.month, t.day, t.hour, t.min, t.sec,
      t.wday, t.yday, t.isdst, os.date("%Y-%m-%d", time),
      os.time { year = 2000, month = 1, day = 1 } - os.time { year = 2000,
      month = 1, day = 1, hour = 0 }, os.difftime(10, 5),
      math.type(os.difftime(1, 0)), math.type(os.clock()), os.clock() >= 0,
      os.time(os.date("*t", 1000000)), os.time { year = "2000", month = "01",
      day = "01", hour = "12" } == os.time { year = 2000, month = 1, day = 1 }
  ]],
  ["the environment"] = [[
    return os.getenv "HOME", os.getenv "ABSENT_OF_COURSE", os.getenv "PATH",
      os.getenv ""
  ]],
  ["files"] = [[
    local name = os.tmpname()
    local file <close> = io.open(name, "w")
    file:write "text"
    file:flush()
    local a, b = os.rename(name, name .. "2")
    local c = io.open(name)
    local d = os.remove(name .. "2")
    local function plain(...)
      local results = table.pack(...)
      for i = 1, results.n do
        results[i] = tostring(results[i]):gsub("/tmp/lua_%w+", "FILE")
      end
      return table.concat(results, ", ")
    end
    return name:match "^/tmp/lua_%w+$" ~= nil, a, b, c, d,
      plain(os.remove(name)),
      plain(os.rename(name, "/tmp/x")), os.remove "/absent/file",
        os.remove "/proc"
  ]],
  ["commands"] = [[
    return os.execute(), os.execute "exit 0", os.execute "exit 3",
      os.execute "kill -9 $$", os.execute "kill -15 $$", os.execute "true",
      os.execute "exec 2>/dev/null; absent-command", os.execute "", pcall(
      os.execute, nil), select("#", os.execute "true")
  ]],
  ["a command and its surroundings"] = [[
    local name = os.tmpname()
    os.execute("pwd >" .. name .. "; echo $HOME >>" .. name .. "; cat >>"
      .. name
      .. " </dev/null")
    local file = io.open(name)
    local text = file:read "a"
    file:close()
    os.remove(name)
    return text
  ]],
  ["the signals of a command"] = [[
    return os.execute "kill -INT $$; exit 5",
      os.execute "kill -TERM $$; exit 5",
      os.execute "kill -PIPE $$; exit 5", os.execute [=[
        trap 'exit 7' USR1
        kill -USR1 $$
        exit 8
      ]=]
  ]],
  ["the locale"] = [[
    return os.setlocale(), os.setlocale(nil), os.setlocale(nil, "numeric"),
      os.setlocale "C", os.setlocale("C", "collate"), os.setlocale "absent",
      os.setlocale(nil, "all"), os.setlocale(nil, "ctype"),
      os.setlocale(nil, "monetary"), os.setlocale(nil, "time")
  ]],
  ["the functions"] = [[
    local names = {}
    for name, value in pairs(os) do names[#names + 1] = name .. type(value) end
    table.sort(names)
    return table.concat(names, " ")
  ]],
}
