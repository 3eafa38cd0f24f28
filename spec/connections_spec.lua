-- Very many connections at a time, in one host; their clients are in another.

local support = require "support"
local tcp = require "troupe.tcp"

local command, eventually = support.command, support.eventually

local WANTED = 10000
local BESIDE = 100 -- files that a host opens anyway

local SERVER = [[
package.path = "./spec/?.lua;" .. package.path
local troupe, tcp = require "troupe", require "troupe.tcp"
local listener = assert(tcp.serve("127.0.0.1:0", "fixtures.crowd"))
print("at " .. listener:address())
io.stdout:flush()
troupe.timeout(math.huge, troupe.receive)
]]

-- All say something, and only then is anybody answered to.
local CLIENTS = [[
local troupe, tcp = require "troupe", require "troupe.tcp"
local address, count = arg[1], tonumber(arg[2])
local socks = {}
troupe.timeout(100, function()
  for number = 1, count do socks[number] = assert(tcp.connect(address)) end
  for round = 1, 2 do
    for number = 1, count do
      assert(socks[number]:write(round .. ": " .. number .. "\n"))
    end
    for number = 1, count do
      assert(socks[number]:read "line" == round .. ": " .. number)
    end
  end
  socks[1]:write "how many\n"
  print("served " .. socks[1]:read "line")
end)
io.stdout:flush()
]]

-- How many connections a process may have here.
local function allowed()
  local limit = command.lines("ulimit -Hn")[1]
  if limit == "unlimited" then return WANTED end
  local count = math.min(WANTED, tonumber(limit) - BESIDE)
  if count < WANTED then
    print(("\nthe limit of open files, %s, allows %d connections"):format(limit,
      count))
  end
  return count
end

local function start(script, ...)
  local file = command.directory() .. "/main.lua"
  command.write(file, script)
  local words = { command.binary(), "run", file, ... }
  for index, word in ipairs(words) do words[index] = command.quote(word) end
  return command.start("ulimit -n $(ulimit -Hn); exec " ..
    table.concat(words, " "), { limit = 100 })
end

describe("a host", function()
  it("serves " .. WANTED .. " connections at once", function()
    local count = allowed()
    local server = start(SERVER)
    local address = server:await "at (%S+)"
    local clients = start(CLIENTS, address, count)
    eventually(function() return not clients:running() end, 100)
    assert.same({ status = 0, stdout = "served " .. count .. "\n",
      stderr = "" }, clients:wait())
    local sock <close> = assert(tcp.connect(address))
    eventually(function() -- nothing is left of them
      sock:write "how many\n"
      return sock:read "line" == "1"
    end)
    assert.same("", server:stop().stderr)
  end)
end)
