-- How a host comes to its end: actors stop in order, and those that will not
-- are named.

local support = require "support"

local command, eventually = support.command, support.eventually

-- Says what becomes of it.
local MEMBER = [[
local troupe = require "troupe"
local member = { cast = {} }
function member.init(name) return name end
function member.terminate(name, reason)
  io.stdout:write(name, " ", tostring(reason), "\n")
  io.stdout:flush()
end
function member.cast.loop()
  print "looping"
  io.stdout:flush()
  while true do end
end
function member.cast.stick() -- where nothing can yield
  print "sticking"
  io.stdout:flush()
  tostring(setmetatable({}, { __tostring = function()
    while true do pcall(function() while true do end end) end
  end }))
end
function member.cast.wait() -- for ever, for itself
  print "waiting"
  io.stdout:flush()
  troupe.timeout(math.huge, troupe.sleep, math.huge)
end
return member
]]

-- Will not stop.
local STUBBORN = [[
local troupe = require "troupe"
return { terminate = function()
  print "stubborn"
  io.stdout:flush()
  troupe.timeout(math.huge, troupe.sleep, math.huge)
end }
]]

local THREE = [[
local troupe = require "troupe"
for _, name in ipairs { "first", "second", "third" } do
  troupe.start("member", name)
end
]]

local SERVER = THREE .. [[
return {
  init = function() print "ready" io.stdout:flush() return {} end,
  terminate = function(_, reason) print("script", reason) end,
}
]]

local WAITING = [[
print "ready"
io.stdout:flush()
troupe.timeout(math.huge, troupe.receive)
]]

local function start(source, flags)
  local directory = command.directory()
  command.write(directory .. "/main.lua", source)
  command.write(directory .. "/member.lua", MEMBER)
  command.write(directory .. "/stubborn.lua", STUBBORN)
  local words = { command.binary(), "run", table.unpack(flags or {}) }
  words[#words + 1] = "main.lua"
  return command.start(words, { directory = directory })
end

local IN_ORDER = "third shutdown\nsecond shutdown\nfirst shutdown\n"

describe("a host", function()
  for _, signal in ipairs { "INT", "TERM" } do
    it("stops its actors, the youngest first, at SIG" .. signal, function()
      local process = start(SERVER)
      process:await "ready"
      process:signal(signal)
      assert.same({ status = 0, stderr = "",
        stdout = "ready\n" .. IN_ORDER .. "script\tshutdown\n" },
        process:wait())
    end)
  end

  it("stops its actors when the script has ended", function()
    local result = start(THREE .. "print 'the end' io.stdout:flush()"):wait()
    assert.same({ status = 0, stderr = "", stdout = "the end\n" .. IN_ORDER },
      result)
  end)

  it("stops its actors when the script has failed, which it says first",
    function()
      local result = start(THREE .. "os.exit(7)"):wait()
      assert.same({ status = 7, stderr = "", stdout = IN_ORDER }, result)
      result = start(THREE .. "error 'no luck'"):wait()
      assert.equal(IN_ORDER, result.stdout)
      assert.equal(1, result.status)
      assert.matches("main.lua:5: no luck", result.stderr, 1, true)
    end)

  it("may be ended in the middle of its settings", function()
    local directory = command.directory()
    os.execute("mkdir " .. command.quote(directory .. "/config"))
    command.write(directory .. "/config/dev.lua",
      "io.stdout:write 'reading\\n'; io.stdout:flush(); while true do end")
    local process = command.start({ command.binary(), "-e", "" },
      { directory = directory })
    process:await "reading"
    process:signal "TERM"
    assert.equal(128 + 15, process:wait().status)
  end)

  it("that a signal ends before its script has, says so", function()
    for signal, number in pairs { INT = 2, TERM = 15 } do
      local process = start(THREE .. WAITING)
      process:await "ready"
      process:signal(signal)
      assert.same({ status = 128 + number, stderr = "",
        stdout = "ready\n" .. IN_ORDER }, process:wait())
    end
  end)

  it("ends waits, and runs __close and terminate", function()
    local process = start(THREE .. [[
      local waiting = troupe.start("member", "waiting")
      troupe.cast(waiting, "wait")
      local guard <close> = setmetatable({}, { __close = function()
        print "closed"
        io.stdout:flush()
      end })
      pcall(troupe.timeout, math.huge, troupe.receive)
      print "not this"
    ]])
    process:await "waiting"
    process:signal "TERM"
    assert.same({ status = 128 + 15, stderr = "",
      stdout = "waiting\nwaiting shutdown\n" .. IN_ORDER .. "closed\n" },
      process:wait())
  end)

  it("with very many actors stops all of them", function()
    local result = support.script([[
      local troupe = require "troupe"
      for number = 1, 20000 do troupe.start("quiet", number) end
      print "started"
    ]], { files = { ["quiet.lua"] = [[
      return { terminate = function() end }
    ]] } })
    assert.same({ 0, "started\n", "" },
      { result.status, result.stdout, result.stderr })
  end)
end)

describe("an actor that does not stop in time", function()
  it("is named, with what it is doing; the others stop in order", function()
    local process = start(THREE .. [[
      troupe.start "stubborn"
      troupe.start("member", "fourth")
    ]] .. WAITING, { "--grace", "0.1" })
    process:await "ready"
    process:signal "TERM"
    local result = process:wait()
    assert.equal("ready\nfourth shutdown\nstubborn\n" .. IN_ORDER,
      result.stdout)
    assert.matches("warn  <[%d.]+> stubborn: did not stop in time\n" ..
      ".*%[C%]: in .*'timeout'\n.*stubborn.lua:5: in", result.stderr)
    assert.equal(128 + 15, result.status)
  end)

  it("is one of several", function()
    local process = start(THREE .. [[
      troupe.start "stubborn"
      troupe.start "stubborn"
      troupe.start "stubborn"
    ]] .. WAITING, { "--grace", "0.1" })
    process:await "ready"
    process:signal "INT"
    local result = process:wait()
    assert.equal("ready\n" .. ("stubborn\n"):rep(3) .. IN_ORDER,
      result.stdout)
    assert.equal(3, select(2, result.stderr:gsub("did not stop in time", "")))
  end)

  it("can be left there: a second Ctrl-C ends the process", function()
    local process = start(THREE .. "troupe.start 'stubborn'" .. WAITING,
      { "--grace", "60" })
    process:await "ready"
    process:signal "INT"
    process:await "stubborn"
    eventually(function()
      process:signal "INT"
      return not process:running()
    end)
    assert.equal(128 + 2, process:wait().status)
  end)

  for _, workers in ipairs { "1", "4" } do
    it("is not one that loops: workers " .. workers, function()
      local process = start(THREE .. [[
        troupe.start("member", "loop", { name = "loop" })
        troupe.cast("loop", "loop")
      ]] .. WAITING, { "--workers", workers })
      process:await "looping"
      process:signal "TERM"
      local result = process:wait()
      assert.equal("ready\nlooping\nloop shutdown\n" .. IN_ORDER,
        (result.stdout:gsub("looping\nready", "ready\nlooping")))
      assert.equal(128 + 15, result.status)
    end)

    it("because it is stuck in C is killed: workers " .. workers, function()
      local process = start(THREE .. [[
        troupe.start("member", "stick", { name = "stick" })
        troupe.cast("stick", "stick")
      ]] .. WAITING, { "--grace", "0.1", "--workers", workers })
      process:await "sticking"
      process:signal "TERM"
      local result = process:wait()
      assert.matches('warn  <[%d.]+> member %("stick"%): did not stop in ' ..
        "time\n.*%[C%]: in .*'tostring'\n", result.stderr)
      assert.equal(128 + 15, result.status)
    end)
  end
end)
