-- A program for stock Lua, given to `troupe run`: it prints, reads and ends as
-- it does under `lua5.4`.

local command = require "support.command"

local programs = {
  ["prints values of all kinds"] = [[
    print()
    print(nil, true, 1, 1.0, "text", -0.0)
    print(setmetatable({}, { __tostring = function() return "shown" end }))
    print(setmetatable({}, { __name = "Named" }) ~= nil, ("a\0b"), "last")
    print(pcall(print, setmetatable({}, { __tostring = function() end })))
  ]],
  ["writes in order, buffered or not"] = [[
    io.write("a", 1, 2.5, "\n")
    io.stdout:write "b\n"
    print "c"
    io.stdout:setvbuf "full"
    io.write "d\n"
    os.execute "echo e"
    print "f"
    io.stdout:flush()
    io.stdout:setvbuf "no"
    io.write "g"
    io.stdout:close()
  ]],
  ["reads lines and numbers"] = [[
    print(io.read())
    print(io.read("n", "n", "l"))
    print(io.read(3), io.read "L")
    for line in io.lines() do io.write("<", line, ">") end
    print(io.read(), io.read "a", io.read "a", io.read(0))
  ]],
  ["reads all"] = [[ print(#io.read "a", io.read "l", io.stdin:read "a") ]],
  ["reads line by line with formats"] = [[
    for line in io.lines(nil, "L") do io.write(#line, " ") end
    print(io.stdin:seek "cur" ~= nil)
  ]],
  ["does not read"] = [[ print(io.type(io.stdin)) ]],
  ["sees its arguments"] = [[
    print(#arg, arg[0], arg[1], arg[2], arg[3], select("#", ...), ...)
  ]],
  ["returns"] = [[ print "before" return 5 ]],
  ["returns false"] = [[ do return false end print "never" ]],
  ["ends with os.exit"] = [[
    io.write "unfinished line"
    os.exit(7)
  ]],
  ["ends with os.exit of true"] = [[ print "x" os.exit(true) ]],
  ["ends with os.exit of false"] = [[ print "x" os.exit(false) ]],
  ["ends with os.exit in a coroutine"] = [[
    coroutine.wrap(function() pcall(function() os.exit(9) end) end)()
    print "never"
  ]],
  ["ends with os.exit that closes"] = [[
    setmetatable({}, { __gc = function() print "collected" end })
    os.exit(3, true)
  ]],
  ["raises"] = [[ print "before" error "raised" ]],
  ["raises a table"] = [[ error { code = 2 } ]],
  ["raises an object with a text"] = [[
    error(setmetatable({}, { __tostring = function() return "text" end }))
  ]],
  ["raises nothing"] = [[ error() ]],
  ["does not compile"] = [[ print "never" x = = 1 ]],
  ["has a first line for the shell"] = "#!/usr/bin/env lua\nprint 'ran'",
  ["is empty"] = "",
  ["leaves objects behind"] = [[
    for i = 1, 3 do
      keep = setmetatable({ next = keep }, { __gc = function()
        print("collected", i)
      end })
    end
    print "last line"
  ]],
  ["leaves a coroutine and a file behind"] = [[
    local name = os.tmpname()
    FILE = io.open(name, "w")
    FILE:write "buffered"
    CO = coroutine.wrap(function()
      local _ <close> = setmetatable({}, { __close = print })
      coroutine.yield()
    end)
    CO()
    os.remove(name)
    local pending <close> = setmetatable({}, { __close = function()
      print "closed at the end"
    end })
  ]],
  ["reads the output of a command"] = [[
    local f = io.popen "printf 'a\\nb\\n'; exit 2"
    print(f:read "a")
    print(f:close())
    print(os.execute "exit 3")
    print(os.execute "kill -9 $$")
    local g = io.popen("cat", "w")
    g:write "to the command\n"
    g:close()
    print "after"
  ]],
}

local INPUT = "first\n12 0x1F rest\nabcdef\nline\n\nlast"

local directory = command.directory()

local function ended(words)
  local result = command.run(words, { directory = directory, input = INPUT })
  return { status = result.status, stdout = result.stdout }
end

describe("a program that", function()
  for what, text in pairs(programs) do
    it(what .. " does so as under lua5.4", function()
      command.write(directory .. "/main.lua", text)
      local arguments = { "main.lua", "one", "it's 2", "" }
      local stock = ended { "lua5.4", table.unpack(arguments) }
      local ours = ended { command.binary(), "run", table.unpack(arguments) }
      assert.same(stock, ours)
    end)
  end
end)
