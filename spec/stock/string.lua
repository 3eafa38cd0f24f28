-- string
return {
  ["misuse of all functions"] = [[
    local list = { {}, { nil, n = 1 }, { {} }, { 5 }, { "x" }, { "x", {} },
      { "x", 1 }, { "x", -1 }, { "x", "y" }, { "x", "x", 1.5 }, { "x", "[" },
      { "abc", "b", "%1" }, { "abc", "b", "%2" }, { "abc", "(b", 1 },
      { "abc", "b", {} }, { "abc", "b", print, "x" }, { "%d", "x" },
      { "%d", 1.5 }, { "%y", 1 }, { "%s" }, { "i4", 1 }, { "z", "a\0b" },
      { "i17", 1 }, { "abc", 2, 3 }, { "abc", "%f" }, { "abc", "%b" },
      { "abc", "b", nil, true, n = 4 }, { "", 0, 5 }, { "abc", "", "-" } }
    local names, log = {}, {}
    for name in pairs(string) do names[#names + 1] = name end
    table.sort(names)
    for _, name in ipairs(names) do
      for number, arguments in ipairs(list) do
        local results = table.pack(pcall(string[name],
          table.unpack(arguments, 1, arguments.n or #arguments)))
        for i = 1, results.n do
          results[i] = type(results[i]) == "function" and "a function"
            or type(results[i]) == "table" and "a table" or tostring(results[i])
        end
        log[#log + 1] = name .. " " .. number .. ": " ..
          table.concat(results, ", ")
      end
    end
    return table.concat(log, "\n")
  ]],
  ["parts of strings"] = [[
    local s = "hello"
    return s:sub(2), s:sub(-3), s:sub(2, -2), s:sub(0), s:sub(10), s:sub(-99,
      99),
      s:sub(3, 2), s:sub(math.mininteger, math.maxinteger), s:byte(),
        s:byte(-1),
      s:byte(1, -1), s:byte(99), select("#", s:byte(99)), s:len(),
        ("a\0b"):len(),
      s:upper(), ("ÄB"):lower(), s:reverse(), string.char(), string.char(104,
        0),
      pcall(string.char, 256), pcall(string.char, -1)
  ]],
  ["rep"] = [[
    return ("ab"):rep(3), ("ab"):rep(3, "-"), ("ab"):rep(0), ("ab"):rep(-1),
      ("ab"):rep(1, "-"), (""):rep(1000), pcall(string.rep, "x", 1 << 62),
      pcall(string.rep, "xx", math.maxinteger), pcall(string.rep, "x", 1e10,
        ("y"
      ):rep(1e9 // 1e7 | 0) ) == false, #("x"):rep(1000, ", ")
  ]],
  ["find"] = [[
    local s = "hello world"
    return s:find "o", s:find("o", 6), s:find("l+"), s:find("(l)(.)"),
      s:find("", 3), s:find("", 12), s:find("", 13), s:find(".", 1, true),
      s:find("l", -3), s:find "x", s:find("()l"), s:find("^hello"),
      s:find("^o"), s:find("world$"), ("a.b"):find(".", 2, true),
      ("a\0b"):find "\0", ("a\0b"):find "%z", ("ab"):find("b", math.mininteger)
  ]],
  ["match and classes"] = [==[
    local log = {}
    for _, class in ipairs { "%a", "%c", "%d", "%g", "%l", "%p", "%s", "%u",
      "%w", "%x", "[a-f]", "[^a-f]", "[%a_]", "[]]", "[^]]", "[a-]",
        "[%]x]" } do
      local found = {}
      for code = 0, 127 do
        local char = string.char(code)
        if char:match(class) then found[#found + 1] = code end
      end
      log[#log + 1] = class .. " " .. table.concat(found, " ")
    end
    return table.concat(log, "\n")
  ]==],
  ["match"] = [==[
    return ("key = value"):match "^(%w+)%s*=%s*(%w+)$", ("x"):match "y",
      ("2024-01-02"):match "(%d+)-(%d+)-(%d+)", ("[[x]]"):match "%[(%b[])%]",
      ("THE (quick) fox"):find "%((%a+)%)", ("hello"):match("().-(l+)()"),
      ("aaa"):match "a-", ("aaa"):match "a-$", ("abc"):match "a?b?c?d?",
      ("x=x"):match "(.)=%1", ("THE"):match "%f[%a]%a+%f[%A]",
      ("  trim  "):match "^%s*(.-)%s*$", ("abc"):match("b", 3),
        ("é"):match "[é]+"
  ]==],
  ["patterns that are malformed"] = [==[
    local log = {}
    for _, pattern in ipairs { "[a", "[]", "[^]", "(", ")", "%", "(()", "%1",
      "(%1)", "%f", "%b", "%bx", "[%", "a%", "(a))", "%2", ("("):rep(33),
      ("(a)"):rep(33) } do
      local ok, problem = pcall(string.find, "aaa", pattern)
      log[#log + 1] = pattern .. ": " .. tostring(ok) .. tostring(problem)
    end
    return table.concat(log, "\n"),
      pcall(string.match, ("x"):rep(300000), ("x?"):rep(200100)),
      pcall(string.rep, "x", -1)
  ]==],
  ["gmatch"] = [[
    local log = {}
    for key, value in ("a=1, b=2"):gmatch "(%w+)=(%w+)" do
      log[#log + 1] = key .. value
    end
    for word in ("one two"):gmatch "%a+" do log[#log + 1] = word end
    for position in ("abc"):gmatch "()" do log[#log + 1] = position end
    for empty in ("ab"):gmatch "x*" do log[#log + 1] = "<" .. empty .. ">" end
    for tail in ("hello"):gmatch("l", -2) do log[#log + 1] = "tail " .. tail end
    for anchored in ("aab"):gmatch "^a" do log[#log + 1] = anchored end
    local f = ("xy"):gmatch "."
    return table.concat(log, " "), f(), f(), f(), select("#", f()),
      pcall(("x"):gmatch "(")
  ]],
  ["gsub"] = [[
    return ("hello"):gsub("l", "L"), ("hello"):gsub("l", "L", 1),
      ("abc"):gsub("%w", "%0%0"), ("abc"):gsub("(a)(b)", "%2%1"),
      ("a,b"):gsub(",", { [","] = ";" }), ("abc"):gsub("", "-"),
      ("abc"):gsub("b", function() return nil end),
      ("abc"):gsub("b", function() return false end),
      ("a b"):gsub("%w", string.upper), ("abc"):gsub("(b)()", function(a, b)
        return a .. b end), ("x"):gsub("x", "%%"), ("abc"):gsub("b", { b = 5 }),
      ("abc"):gsub("^a", "x"), ("hello world"):gsub("o", "0", 0),
      ("$name is $age"):gsub("%$(%w+)", setmetatable({}, { __index =
        function(_, k) return k:upper() end }))
  ]],
  ["misuse of gsub"] = [[
    return pcall(string.gsub, "abc", "b", "%2"), pcall(string.gsub, "abc", "b",
      "%x"), pcall(string.gsub, "abc", "b", function() return {} end),
      pcall(string.gsub, "abc", "b", { b = {} }), pcall(string.gsub, "abc",
        "b"),
      pcall(string.gsub, "abc", "b", true), pcall(string.gsub, "abc", "b",
      function() error("raised", 0) end), pcall(string.gsub, "abc", "b", "%")
  ]],
  ["calls within gsub"] = [[
    local inner = ("abc"):gsub("%w", function(c)
      return (c .. "xy"):gsub("x", function(x) return x:upper() .. c end)
    end)
    local made = ("1 2 3"):gsub("%d", function(d)
      return coroutine.wrap(function() coroutine.yield(d * 2) end)()
    end)
    return inner, made
  ]],
  ["format"] = [[
    return ("%d %5d %-5d| %05d %+d %i"):format(1, 2, 3, 4, 5, 6),
      ("%x %X %#x %o %c"):format(255, 255, 255, 8, 65),
      ("%s %10s %-10s| %.2s %%"):format("a", "b", "c", "defg"),
      ("%f %.2f %e %g %G %a"):format(1.5, 2.345, 1e10, 1e20, 1e-10, 1.0),
      ("%g %g %g"):format(1/0, -1/0, 100), ("%5.1f|%-8.3f|%+.0f"):format(1, 2,
        3),
      ("%d"):format(3.0), ("%s %s %s"):format(nil, true, {} ~= nil),
      ("%u"):format(1) == nil
  ]],
  ["format of quoted values"] = [[
    return ("%q"):format('a "quoted"\n\0\r\t\\ 1\x01' .. "2"), ("%q"):format(1),
      ("%q"):format(1.5), ("%q"):format(1/0), ("%q"):format(-1/0),
      ("%q"):format(math.mininteger), ("%q"):format(true), ("%q"):format(nil),
      pcall(string.format, "%q", {}), pcall(string.format, "%10q", "x"),
      load("return " .. ("%q"):format "a\nb\0c\r")() == "a\nb\0c\r"
  ]],
  ["misuse of format"] = [[
    local log = {}
    for _, format in ipairs { "%", "%y", "%10", "%d", "%123d", "%.123f", "%#",
      "%i", "%c", "%s", "%q", "%p", "%-#+ 0d", "%5c", "%lld", "%u" } do
      log[#log + 1] = format .. ": " .. tostring(select(2, pcall(string.format,
        format)))
    end
    return table.concat(log, "\n"), pcall(string.format, "%d", 1.5),
      pcall(string.format, "%d", "x"), pcall(string.format, "%d", "10"),
      pcall(string.format, "%x", 2^70), pcall(string.format, "%s"),
      pcall(string.format), pcall(string.format, "%s", setmetatable({}, {
      __tostring = function() return 1 end })), ("%p"):format(1),
      pcall(string.format, "%.20s", "a\0b"), pcall(string.format, "%5s", "a\0b")
  ]],
  ["format of what says how"] = [[
    local t = setmetatable({}, { __tostring = function() return "mine" end })
    return ("%s|%6s|%.2s"):format(t, t, t), ("%s"):format(print) ~= nil,
      ("%s"):format(setmetatable({}, { __name = "N" }))
  ]],
  ["pack and unpack"] = [[
    local function hex(s)
      return (s:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
    end
    local p = string.pack
    return hex(p("<i4", 1)), hex(p(">i4", 1)), hex(p("<b h i l j", 1, 2, 3, 4,
      5)),
      hex(p("z", "ab")), hex(p("s1", "ab")), hex(p("<s4", "ab")), hex(p("<d",
        1.5)),
      hex(p("<f n", 1, 2)), hex(p("!4 i1 i4", 1, 2)), hex(p("<i3", -2)),
      hex(p("c5", "ab")), hex(p("<!8 b Xd d", 1, 2)), hex(p(">I2 <I2 =I1", 1, 1,
      1)), string.packsize("<!4 i1 i4"), string.packsize "c10",
      string.unpack("<i4", "\1\0\0\0"), string.unpack("z", "ab\0c"),
      string.unpack("<i2 i2", "\1\0\2\0"), string.unpack("s1", "\2abc"),
      string.unpack("<i2", "\1\0\2\0", 3), string.unpack("<i3", "\xfe\xff\xff")
  ]],
  ["misuse of pack and unpack"] = [[
    return pcall(string.pack, "i1", 200), pcall(string.pack, "i17", 1),
      pcall(string.pack, "z", "a\0"), pcall(string.pack, "s1", ("x"):rep(300)),
      pcall(string.unpack, "i4", "abc"), pcall(string.unpack, "z", "abc"),
      pcall(string.packsize, "s"), pcall(string.packsize, "z"),
      pcall(string.pack, "y", 1), pcall(string.unpack, "i16", ("\255"):rep(15)
      .. "\1"), pcall(string.pack, "!3 i4", 1), pcall(string.pack, "c2", "abc"),
      pcall(string.unpack, "i1", "a", 5), pcall(string.pack, "X"),
      pcall(string.pack, "I1", -1), pcall(string.pack, "d", "x")
  ]],
  ["arithmetic on strings"] = [[
    return "10" + 1, "3" * "4", 10 - "2", "7" // 2, "7" % 4, 2 ^ "3", "8" / 2,
      -"2", -"0x10", "9223372036854775807" + 1, "1e1" + 0, "10" // "0.0",
      " 5 " + 0, "0x1p4" + 0, pcall(function() return "1" // 0 end),
      pcall(function() return "abc" + 1 end),
        pcall(function() return -"abc" end),
      pcall(function() return "1" + {} end),
        pcall(function() return {} + "1" end),
      pcall(function() local x = {} return "10" // x end), math.type("10" + 0),
      math.type("10" * 1.0), 10 .. 20, pcall(function() return "x" .. {} end)
  ]],
  ["strings and objects with arithmetic"] = [[
    local t = setmetatable({}, { __add = function(a, b)
      return type(a) .. type(b)
    end, __concat = function(a, b) return type(a) .. "/" .. type(b) end })
    return "1" + t, t + "1", "x" .. t, t .. "x", 1 .. t,
      pcall(function() return "1" * t end)
  ]],
  ["fields of strings"] = [[
    return pcall(function() ("x").y = 1 end), pcall(function() ("x")() end),
      pcall(function() return ("x"):absent() end), ("x")[1], ("x").len "abc",
      pcall(function() return ("x").y.z end), #"x", ("x"):len(),
        ("5"):rep(2) + 1
  ]],
  ["comparison and concatenation"] = [[
    local t = {}
    for i = 1, 1000 do t[i] = tostring(i) end
    return "a" < "b", "Z" < "a", "a" <= "a", "a\0b" < "a\0c", "" < "a",
      "é" < "z",
      "a" .. "b" .. 1 .. 2.0, #table.concat(t),
        ("x"):rep(100) == ("x"):rep(100),
      pcall(function() return "a" < 1 end), "abc" ~= "abd"
  ]],
  ["dump"] = [[
    local function f(a) local b = a return function() return b + a end end
    local full, stripped = string.dump(f), string.dump(f, true)
    return #full > #stripped, full:sub(1, 4), pcall(string.dump, print),
      pcall(string.dump, coroutine.wrap(f)), pcall(string.dump),
      string.dump(f) == full
  ]],
}
