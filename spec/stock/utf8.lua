-- utf8
return {
  ["misuse of all functions"] = [[
    local list = { {}, { "x" }, { "äö", 1 }, { "äö", 2 }, { "äö", 9 }, { 5 },
      { {} }, { -1 }, { "\xff" }, { "äö", 1, 9 }, { "ä", 1.5 }, { "", 1 },
      { "äö", 0 }, { "äö", -1 }, { 0x80000000 } }
    local names, log = {}, {}
    for name, value in pairs(utf8) do
      if type(value) == "function" then names[#names + 1] = name end
    end
    table.sort(names)
    for _, name in ipairs(names) do
      for number, arguments in ipairs(list) do
        local results = table.pack(pcall(utf8[name], table.unpack(arguments)))
        for i = 1, results.n do
          results[i] = type(results[i]) == "function" and "a function"
            or tostring(results[i])
        end
        log[#log + 1] = name .. " " .. number .. ": " ..
          table.concat(results, ", ")
      end
    end
    return table.concat(log, "\n")
  ]],
  ["char and charpattern"] = [[
    local parts = {}
    for part in ("aä€𝄞"):gmatch(utf8.charpattern) do
      parts[#parts + 1] = #part end
    return utf8.char(), utf8.char(97, 228, 8364, 119070), utf8.charpattern,
      table.concat(parts, " "), utf8.char(0x7fffffff), pcall(utf8.char, -1),
      rawget(utf8, "charpattern")
  ]],
  ["len"] = [[
    return utf8.len "aä€𝄞", utf8.len "", utf8.len "a\xffb", utf8.len("aä", 2),
      utf8.len("aä", 3), utf8.len("aä", -1), utf8.len("abc", 4),
      pcall(utf8.len, "abc", 5), utf8.len "\u{D800}", utf8.len("\u{D800}", 1,
        -1,
      true), utf8.len("\u{7FFFFFFF}", 1, -1, true), utf8.len "\u{7FFFFFFF}",
      utf8.len "\xC0\x80", utf8.len "\xF4\x90\x80\x80"
  ]],
  ["codepoint"] = [[
    return utf8.codepoint "ä", utf8.codepoint("aä€", 1, -1),
      pcall(utf8.codepoint,
      "ä", 2), pcall(utf8.codepoint, "", 1), utf8.codepoint("abc", 2, 1),
      pcall(utf8.codepoint, "\xff")
  ]],
  ["offset"] = [[
    return utf8.offset("aä€", 1), utf8.offset("aä€", 3), utf8.offset("aä€", 4),
      utf8.offset("aä€", 5), utf8.offset("aä€", -1), utf8.offset("aä€", 0, 3),
      pcall(utf8.offset, "ä", 1, 2), utf8.offset("", 1), utf8.offset("abc", 2,
        2)
  ]],
  ["codes"] = [[
    local log = {}
    for position, code in utf8.codes "aä€𝄞" do
      log[#log + 1] = position .. ":" .. code
    end
    return table.concat(log, " "), pcall(function()
      for _ in utf8.codes "a\xff" do end
    end), pcall(function() for _ in utf8.codes "\u{D800}" do end end),
      pcall(function() for _ in utf8.codes("\u{D800}", true) do end end)
  ]],
  ["by require first"] = [[
    local u = require "utf8"
    return u == utf8, u.charpattern == utf8.charpattern, u.len "äö"
  ]],
}
