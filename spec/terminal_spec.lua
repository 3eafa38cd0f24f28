-- The client in a real terminal. The other side is a puppet, which answers as
-- each spec wants; spec/console_terminal_spec.lua has the real one.

local command = require "support.command"
local eventually = require "support.eventually"
local puppet = require "support.puppet"
local tmux = require "support.tmux"
local troupe = require "troupe"

local home

local function start(options)
  options = options or {}
  local environment = { XDG_STATE_HOME = home }
  for name, value in pairs(options.environment or {}) do
    environment[name] = value
  end
  options.environment = environment
  local terminal = tmux.start({ command.binary(), "attach",
    options.socket or puppet.listen(options.args) }, options)
  terminal:ends("puppet>")
  return terminal
end

-- Waits for a frame of this kind; its payload, and the puppet's pid.
local function frame(wanted)
  return troupe.timeout(10, function()
    while true do
      local what, kind, payload, pid = troupe.receive()
      if what == "frame" and kind == wanted then return payload, pid end
      assert(what == "frame", "the client has gone")
    end
  end)
end

local function finish()
  tmux.finish()
  puppet.finish()
  pcall(troupe.timeout, 0, function() while true do troupe.receive() end end)
end

describe("a session at a terminal", function()
  before_each(function() home = command.directory() end)
  after_each(finish)

  it("evaluates line after line, and ends with Ctrl-D", function()
    local terminal = start { args = { welcome = "puppet\nwelcome to it" } }
    for line, answer in pairs {
      ["value 1"] = "1", ["fail no luck"] = "no luck", ["print out"] = "out",
      ["io half a line"] = "half a line\ndone",
    } do
      terminal:enter(line)
      terminal:ends("puppet> " .. line .. "\n" .. answer .. "\npuppet>")
    end
    terminal:keys("C-d")
    terminal:ends("puppet>\nended: 0")
    assert.matches("^welcome to it\npuppet>", terminal:screen())
  end)
end)

describe("an input of several lines", function()
  before_each(function() home = command.directory() end)
  after_each(finish)

  it("is read until it is complete", function()
    local terminal = start()
    terminal:enter("more 1")
    terminal:ends("    ...")
    terminal:enter("")
    terminal:ends("    ...\n    ...")
    terminal:enter("  2")
    terminal:ends("  2\n    ...")
    terminal:enter("end")
    terminal:ends("    ... end\n1||  2|end\npuppet>")
  end)

  it("is dropped by Ctrl-C, and by Ctrl-D", function()
    local terminal = start()
    for _, key in ipairs { "C-c", "C-d" } do
      terminal:enter("more 1")
      terminal:ends("    ...")
      terminal:keys(key)
      terminal:ends("puppet>")
    end
    terminal:enter("value 3")
    terminal:ends("3\npuppet>")
  end)

  it("may be pasted as one block", function()
    local terminal = start()
    terminal:paste("more 1\n\tzwei größer\nend\n")
    terminal:ends("end")
    terminal:keys("Enter")
    terminal:ends("1|      zwei größer|end\npuppet>")
    assert.equal("more 1\n\tzwei größer\nend", frame "E")
  end)

  it("comes back whole from the history", function()
    local terminal = start()
    terminal:enter("more 1")
    terminal:ends("    ...")
    terminal:enter("end")
    terminal:ends("1|end\npuppet>")
    terminal:keys("Up")
    terminal:ends("puppet> more 1\nend")
    terminal:keys("Enter")
    terminal:ends("puppet> more 1\nend\n1|end\npuppet>")
  end)
end)

describe("the history", function()
  before_each(function() home = command.directory() end)
  after_each(finish)

  it("is kept across sessions, for the owner only", function()
    local terminal = start()
    terminal:enter("value \\n\\")
    terminal:ends("\n\\n\\\npuppet>")
    terminal:enter("more")
    terminal:ends("    ...")
    terminal:enter("end")
    terminal:ends("\nend\npuppet>")
    os.execute("kill -9 " .. terminal:pid()) -- however it ends
    terminal:await("ended: 137")
    tmux.finish()
    terminal = start()
    terminal:keys("Up")
    terminal:ends("puppet> more\nend")
    terminal:keys("Up", "Enter")
    terminal:ends("\\n\\\npuppet>")
    local file = command.quote(home .. "/troupe/history")
    assert.equal("600", command.lines("stat -c %a " .. file)[1])
    assert.equal("value \\\\n\\\\\nmore\\nend\nvalue \\\\n\\\\\n",
      command.read(home .. "/troupe/history"))
  end)

  it("holds a thousand entries, none twice in a row", function()
    local lines = {}
    for number = 1, 2500 do lines[number] = "value " .. number .. "\n" end
    os.execute("mkdir -p " .. command.quote(home .. "/troupe"))
    local file = home .. "/troupe/history"
    command.write(file, table.concat(lines))
    local terminal = start()
    assert.equal(table.concat(lines, "", 1501), command.read(file))
    terminal:enter("value 2500")
    terminal:ends("2500\npuppet>")
    assert.equal(table.concat(lines, "", 1501), command.read(file))
    terminal:keys("-N", "1010", "Up")
    terminal:ends("puppet> value 1501")
  end)

  it("is searched", function()
    local terminal = start()
    for number = 11, 33, 11 do
      terminal:enter("value " .. number)
      terminal:ends(number .. "\npuppet>")
    end
    terminal:keys("C-r")
    terminal:type("e 1")
    terminal:await("puppet> value 11")
    terminal:keys("Enter")
    terminal:ends("puppet> value 11\n11\npuppet>")
  end)

  it("is not kept where that cannot be", function()
    for _, where in ipairs { "/proc/none", "/dev/null" } do
      local terminal = start { environment = { XDG_STATE_HOME = where } }
      terminal:enter("value 1")
      terminal:ends("1\npuppet>")
      terminal:keys("Up")
      terminal:ends("puppet> value 1")
      finish()
    end
  end)

  it("stands in the home if nothing else is said", function()
    local terminal = start { environment = { XDG_STATE_HOME = "",
      HOME = home } }
    terminal:enter("value 1")
    terminal:ends("1\npuppet>")
    assert.equal("value 1\n",
      command.read(home .. "/.local/state/troupe/history"))
  end)
end)

describe("Ctrl-C", function()
  before_each(function() home = command.directory() end)
  after_each(finish)

  it("clears the line", function()
    local terminal = start()
    terminal:type("value 1")
    terminal:ends("value 1")
    terminal:keys("C-c")
    terminal:ends("puppet> value 1^C\npuppet>")
    terminal:keys("C-c")
    terminal:ends("^C\npuppet> ^C\npuppet>")
    terminal:enter("value 2")
    terminal:ends("puppet> value 2\n2\npuppet>")
  end)

  it("leaves a search, too", function()
    local terminal = start()
    terminal:keys("C-r")
    terminal:await("bck:")
    terminal:keys("C-c")
    terminal:enter("value 2")
    terminal:ends("puppet> value 2\n2\npuppet>")
  end)

  it("interrupts an evaluation, and again", function()
    local terminal = start()
    for interrupts = 1, 2 do
      terminal:enter("loop " .. interrupts)
      frame "E"
      for _ = 1, interrupts do
        terminal:keys("C-c")
        frame "I"
      end
      terminal:ends("interrupted\npuppet>")
    end
    assert.not_matches("too late", terminal:screen())
    terminal:enter("value 2")
    terminal:ends("2\npuppet>")
  end)

  it("cuts what is being printed", function()
    local terminal = start()
    terminal:enter("long 60000000")
    frame "E"
    terminal:keys("C-c")
    frame "I"
    terminal:await("long\npuppet>$")
  end)
end)

describe("completion", function()
  before_each(function() home = command.directory() end)
  after_each(finish)

  it("inserts what is common, and lists the rest at the second Tab", function()
    local terminal = start()
    terminal:type("value va")
    terminal:keys("Tab")
    terminal:ends("puppet> value valu")
    terminal:keys("Tab")
    terminal:ends("puppet> value valu\nvalue     values    valuable\n" ..
      "puppet> value valu")
    terminal:type("a")
    terminal:keys("Tab", "Enter")
    terminal:ends("puppet> value valuable\nvaluable\npuppet>")
  end)

  it("knows characters of several bytes", function()
    local terminal = start()
    terminal:type("value ß gr")
    terminal:keys("Tab")
    terminal:ends("value ß größe")
    terminal:type("r")
    terminal:keys("Tab", "Enter")
    terminal:ends("\nß größer\npuppet>")
  end)

  it("takes no notice of a host that says nothing, or too late", function()
    local terminal = start()
    terminal:type("late")
    terminal:keys("Tab")
    local text, pid = frame "C"
    assert.equal("late", text)
    terminal:type("r value va")
    terminal:keys("Tab")
    troupe.cast(pid, "C", "0\nnonsense")
    terminal:keys("C-a", "C-k")
    terminal:type("value va")
    terminal:keys("Tab")
    terminal:ends("puppet> value valu")
  end)

  it("sees the lines before", function()
    local terminal = start()
    terminal:enter("more")
    terminal:ends("    ...")
    terminal:type("va")
    terminal:keys("Tab")
    assert.equal("more\nva", frame "C")
    terminal:ends("    ... valu")
  end)
end)

describe("what comes by itself", function()
  before_each(function() home = command.directory() end)
  after_each(finish)

  it("stands above the line that is being edited", function()
    local terminal = start()
    local _, pid = frame "H"
    terminal:type("value 12")
    terminal:keys("Left")
    troupe.cast(pid, "N", "first")
    troupe.cast(pid, "N", "second\nthird\n")
    terminal:ends("first\nsecond\nthird\npuppet> value 12")
    terminal:type("0")
    terminal:keys("Enter")
    terminal:ends("third\npuppet> value 102\n102\npuppet>")
  end)

  it("stands above a line of several rows, too", function()
    local terminal = start { width = 20 }
    local _, pid = frame "H"
    terminal:paste("value " .. ("größer"):rep(8) .. "\n\tund mehr\n" ..
      ("x"):rep(20) .. "\n\1y")
    terminal:ends("^Ay")
    for place = 1, 5 do
      troupe.cast(pid, "N", "look " .. place)
      terminal:await("look " .. place .. "\npuppet> value")
      terminal:keys("C-a", "M-f", "M-f")
    end
    assert.equal([[
look 1
look 2
look 3
look 4
look 5
puppet> value größer
größergrößergrößergr
ößergrößergrößergröß
er
        und mehr
xxxxxxxxxxxxxxxxxxxx

^Ay]], terminal:screen())
  end)

  it("starts on a row of its own", function()
    local terminal = start()
    local _, pid = frame "H"
    terminal:enter("loop")
    frame "E"
    troupe.cast(pid, "O", "half")
    troupe.cast(pid, "N", "look")
    troupe.cast(pid, "R", "done")
    terminal:ends("puppet> loop\nhalf\nlook\ndone\npuppet>")
  end)

  it("may be a prompt", function()
    local terminal = start()
    local _, pid = frame "H"
    terminal:enter("loop")
    frame "E"
    troupe.cast(pid, "P", "\27[1m<0.3.1>\27[0m ")
    troupe.cast(pid, "R", "")
    terminal:ends("<0.3.1>")
    terminal:enter("more")
    terminal:ends("    ...")
    terminal:enter("end")
    terminal:ends("<0.3.1> more\n    ... end\nend\n<0.3.1>")
    assert.matches("\27%[1m<0.3.1>\27%[0m[^ ]* more", terminal:screen(true))
  end)
end)

describe("the terminal", function()
  before_each(function() home = command.directory() end)
  after_each(finish)

  local function hello(options)
    start(options)
    return frame "H"
  end

  it("is described to the host", function()
    local text = "protocol=1\nmode=terminal\nwidth=%d\ncolour=%d\n"
    assert.equal(text:format(80, 1), hello())
    assert.equal(text:format(100, 0), hello { width = 100,
      environment = { NO_COLOR = "1" } })
    assert.equal(text:format(80, 1), hello { environment = { NO_COLOR = "" } })
    assert.equal(text:format(80, 0), hello { environment = { TERM = "dumb" } })
  end)

  it("may be a poor one", function()
    local terminal = start { environment = { TERM = "dumb" } }
    local _, pid = frame "H"
    terminal:enter("value 1")
    terminal:ends("1\npuppet>")
    terminal:type("value")
    troupe.cast(pid, "N", "look")
    terminal:await("look\npuppet> value")
    terminal:enter(" 2")
    terminal:ends("2\npuppet>")
  end)

  it("may change its size", function()
    local terminal = start()
    frame "H"
    terminal:type("value 1")
    terminal:resize(60, 20)
    assert.matches("width=60", frame "H")
    terminal:keys("Enter")
    terminal:ends("puppet> value 1\n1\npuppet>")
  end)

  it("is not the output, if that is redirected", function()
    local file = home .. "/out"
    local terminal = tmux.start({ "sh", "-c", 'exec "$0" attach "$1" >"$2"',
      command.binary(), puppet.listen(), file },
      { environment = { XDG_STATE_HOME = home } })
    terminal:ends("puppet>")
    terminal:enter("value 1")
    terminal:ends("value 1\npuppet>")
    terminal:enter("fail no luck")
    terminal:ends("no luck\npuppet>")
    terminal:keys("C-d")
    terminal:await("ended: 0")
    assert.equal("1\n", command.read(file))
  end)

  it("is left as it was, however the client ends", function()
    local ways = {
      ["0"] = function(terminal) terminal:keys("C-d") end,
      ["129"] = function(_, pid) os.execute("kill -HUP " .. pid) end,
      ["143"] = function(_, pid) os.execute("kill -TERM " .. pid) end,
      ["131"] = function(_, pid) os.execute("kill -QUIT " .. pid) end,
    }
    for status, way in pairs(ways) do
      local terminal = tmux.start({ "sh", "-c", 'stty -g >"$2"; ' ..
        '"$0" attach "$1"; echo "status: $?"; stty -g >>"$2"',
        command.binary(), puppet.listen(), home .. "/modes" },
        { environment = { XDG_STATE_HOME = home } })
      terminal:ends("puppet>")
      way(terminal, command.lines("pgrep -P " .. terminal:pid())[1])
      terminal:await("status: " .. status)
      terminal:await("ended: ")
      local before, after = command.read(home .. "/modes"):match("(.-)\n(.-)\n")
      assert.equal(before, after)
      finish()
    end
  end)

  it("takes the client with it when it goes away", function()
    local terminal = start { environment = { ASAN_OPTIONS = "detect_leaks=0" } }
    frame "H"
    terminal:enter("loop")
    frame "E"
    terminal:vanish()
    assert.equal("closed", troupe.timeout(10, troupe.receive))
  end)

  it("is given back while the client is stopped", function()
    local terminal = tmux.start({ "bash", "--norc", "-i" }, { environment = {
      XDG_STATE_HOME = home, PS1 = "shell> " } })
    terminal:ends("shell>")
    terminal:enter(command.binary() .. " attach " .. puppet.listen())
    terminal:ends("puppet>")
    local client = command.lines("pgrep -P " .. terminal:pid())[1]
    terminal:type("value 1")
    terminal:ends("value 1")
    terminal:keys("C-z")
    terminal:await("Stopped.*shell>$")
    terminal:enter("echo here")
    terminal:ends("\nhere\nshell>")
    terminal:enter("fg")
    terminal:ends("puppet> value 1")
    terminal:keys("Enter")
    terminal:ends("1\npuppet>")
    terminal:enter("loop")
    frame "E"
    frame "E"
    terminal:keys("C-z")
    terminal:await("Stopped.*shell>$")
    terminal:enter("fg")
    eventually(function() -- until then it is the shell that hears Ctrl-C
      return command.lines("ps -o stat= -p " .. client)[1]:find("^S.*%+")
    end)
    terminal:keys("C-c")
    frame "I"
    terminal:ends("interrupted\npuppet>")
  end)
end)

describe("a host that ends while somebody types", function()
  before_each(function() home = command.directory() end)
  after_each(finish)

  it("says so", function()
    local terminal = start()
    local _, pid = frame "H"
    terminal:type("value 1")
    terminal:ends("value 1")
    troupe.cast(pid, "Z", "the host stops")
    terminal:ends("puppet> value 1\ntroupe: the host stops\nended: 0")
  end)

  it("and does not say so", function()
    local terminal = start()
    local _, pid = frame "H"
    troupe.kill(pid)
    terminal:ends("troupe: the host has closed the connection\nended: 1")
    assert.not_matches("puppet>", terminal:screen())
  end)

  it("ends the session when it is asked to", function()
    local terminal = start()
    terminal:enter("leave")
    terminal:ends("puppet> leave\nended: 0")
  end)
end)

describe("a line of ten megabytes", function()
  before_each(function() home = command.directory() end)
  after_each(finish)

  local TOO_LONG = "troupe: the input is too long: it is left out\n" ..
    "puppet>"

  it("is refused in one, as a pasted block", function()
    local terminal = start()
    terminal:paste("value " .. ("x"):rep(10 << 20))
    terminal:keys("Enter")
    terminal:ends(TOO_LONG)
    terminal:enter("value 1")
    terminal:ends("1\npuppet>")
  end)
end)
