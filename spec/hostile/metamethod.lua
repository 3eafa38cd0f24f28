-- Code that C or the virtual machine calls. See support/hostile.lua.
local CPU = "cpu"
local list = {}

-- Each is called in a loop that catches what it raises, too.
for event, use in pairs {
  __index = "local _ = t.x", __newindex = "t.x = 1", __add = "local _ = t + 1",
  __concat = "local _ = t .. 1", __lt = "local _ = t < t",
  __le = "local _ = t <= t", __len = "local _ = #t", __unm = "local _ = -t",
  __eq = "local _ = t == setmetatable({}, getmetatable(t))",
  __call = "t()", __tostring = "tostring(t)", __pairs = "pairs(t)",
  __name = "local _ = t + 1",
} do
  list[#list + 1] = { event, CPU, ([[
    local t = setmetatable({}, { %s = function() while true do end end })
    while true do pcall(function() %s end) end
  ]]):format(event, use) }
end
table.sort(list, function(a, b) return a[1] < b[1] end)

for _, case in ipairs {
  { "a comparator", CPU, [[
    table.sort({ 3, 2, 1 }, function() while true do end end)
  ]] },
  { "a comparator that pcalls", CPU, [[
    while true do
      pcall(table.sort, { 3, 2, 1 }, function()
        while true do pcall(function() while true do end end) end
      end)
    end
  ]] },
  { "a callback of gsub", CPU, [[
    ("x"):gsub("x", function() while true do end end)
  ]] },
  { "a callback of gsub that pcalls", CPU, [[
    while true do
      pcall(string.gsub, "x", "x", function()
        while true do pcall(function() while true do end end) end
      end)
    end
  ]] },
  { "the text of an error object", CPU, [[
    error(setmetatable({}, { __tostring = function() while true do end end }))
  ]] },
  { "the text of an error object that raises", "error", [[
    error(setmetatable({}, { __tostring = function() error "again" end }))
  ]] },
  { "print of what has no text", CPU, [[
    print(setmetatable({}, { __tostring = function() while true do end end }))
  ]] },
  { "the reader of load", CPU, [[ load(function() while true do end end) ]] },
  { "load of text without an end", "cpu|memory", [[
    load(function() return "a = 1 " end)
  ]] },
  { "a searcher", CPU, [[
    table.insert(package.searchers, 1, function() while true do end end)
    require "nothing"
  ]] },
  { "a module", CPU, [[
    package.preload.nothing = function() while true do end end
    require "nothing"
  ]] },
  { "a table whose metatable loops, sent", "error", [[
    local thing = setmetatable({}, { __index = function() while true do end end,
      __pairs = function() while true do end end })
    troupe.send(troupe.self(), "run", "local t = ...; return t.x", thing)
    troupe.encode(setmetatable({ thing }, getmetatable(thing)))
    while true do local _ = thing.x end
  ]] },
  { "metatables of numbers", CPU, [[
    debug.setmetatable(1, { __index = function() while true do end end })
    local _ = (1).x
  ]] },
  { "metatables of nil and functions", CPU, [[
    debug.setmetatable(nil, { __index = function(_, k) return k end,
      __call = function() while true do end end })
    debug.setmetatable(print, { __index = {} })
    nothing()
  ]] },
  { "metatables of strings", CPU, [[
    getmetatable("").__index = function() while true do end end
    while true do pcall(function() return ("x"):rep(5) end) end
  ]] },
} do
  list[#list + 1] = case
end

return list
