-- A program in a real terminal: a window of a tmux server of its own.
--
--   after_each(tmux.finish)
--   local terminal = tmux.start { command.binary(), "repl" }
--   terminal:await("> ")
--   terminal:enter("1 + 1")
--   terminal:keys("C-c", "Up")
--
-- What it waits for are words on the screen. The program ends with "ended: 0",
-- its status.

local command = require "support.command"
local eventually = require "support.eventually"

local tmux = {}

local terminal = {}
terminal.__index = terminal

local running = {}

local function words(list)
  local quoted = {}
  for index, word in ipairs(list) do quoted[index] = command.quote(word) end
  return table.concat(quoted, " ")
end

-- A tmux command; what it prints.
local function tell(self, ...)
  local pipe = assert(io.popen(("tmux -S %s %s 2>&1"):format(
    command.quote(self.socket), words { ... })))
  local text = pipe:read("a")
  assert(pipe:close(), text)
  return text
end

local function assignments(given)
  local all = { LC_ALL = "C.UTF-8" }
  for name, value in pairs(given or {}) do all[name] = value end
  local list = {}
  for name, value in pairs(all) do
    list[#list + 1] = name .. "=" .. tostring(value)
  end
  return list
end

--- Runs a program in a window.
---@param program string[]
---@param options table? width, height, environment, directory; term: its name
---@return table terminal
function tmux.start(program, options)
  options = options or {}
  local folder = command.directory()
  local self = setmetatable({ socket = folder .. "/tmux", folder = folder },
    terminal)
  command.write(folder .. "/tmux.conf", table.concat({
    "set -g default-terminal " .. (options.term or "screen-256color"),
    "set -g default-shell /bin/sh",
    "set -g escape-time 0", "set -g status off", "set -g history-limit 5000",
  }, "\n") .. "\n")
  -- Ctrl-C is for the shell, too, which must outlive it.
  local line = ("trap : INT QUIT; cd %s && " ..
    "env --default-signal -u NO_COLOR %s %s; " ..
    "echo \"ended: $?\"; exec %s"):format(
    command.quote(options.directory or "."),
    words(assignments(options.environment)), words(program), command.idle())
  local start = ("tmux -S %s -f %s new-session -d -x %d -y %d %s"):format(
    command.quote(self.socket), command.quote(folder .. "/tmux.conf"),
    options.width or 80, options.height or 24, command.quote(line))
  assert(os.execute("env --default-signal " .. start .. " </dev/null"),
    "tmux could not be started")
  running[#running + 1] = self
  return self
end

-- The binaries that work in the window: a list of pid and state.
local function clients(self)
  return command.lines(([[
    leader=$(tmux -S %s display-message -p '#{pane_pid}' 2>/dev/null) || exit 0
    ps -o pid=,stat=,comm= -s "$leader" | awk '$3 == "troupe" { print $1, $2 }'
  ]]):format(command.quote(self.socket)))
end

local function signal(name, list)
  for _, client in ipairs(list) do
    os.execute(("kill -%s %s 2>/dev/null"):format(name, client:match("%d+")))
  end
end

-- A leader of a session who dies leaves SIGCONT to those in the foreground.
-- One that looks for leaks just then, as its sanitizer's last act, would lose
-- the stop that it waits for, and wait for ever: whoever works in the window
-- ends before the window does.
local function hang_up(self)
  local list = clients(self)
  signal("HUP", list)
  for index = #list, 1, -1 do
    if not list[index]:find(" T") then table.remove(list, index) end
  end
  signal("CONT", list)
  return pcall(eventually, function() return #clients(self) == 0 end)
end

--- Ends all terminals of this spec, with what still works in them.
function tmux.finish()
  local ended = true
  for _, self in ipairs(running) do
    ended = hang_up(self) and ended
    signal("KILL", clients(self))
    self:vanish()
  end
  running = {}
  assert(ended, "expected the client to end when it is hung up")
end

--- Presses keys, by tmux's names of them: "C-c", "Tab", "Up".
function terminal:keys(...) tell(self, "send-keys", ...) end

--- Types text as it is.
function terminal:type(text) tell(self, "send-keys", "-l", text) end

--- Types a line.
function terminal:enter(text)
  if text ~= "" then self:type(text) end
  self:keys("Enter")
end

--- Pastes a block, in brackets if the program has asked for that.
function terminal:paste(text)
  local file = self.folder .. "/block"
  command.write(file, text)
  tell(self, "load-buffer", file)
  tell(self, "paste-buffer", "-p")
end

--- Goes away under the program. One with a sanitizer must not look for leaks
--- then: see above.
function terminal:vanish()
  os.execute(("tmux -S %s kill-server 2>/dev/null"):format(
    command.quote(self.socket)))
end

function terminal:resize(width, height)
  tell(self, "resize-window", "-x", tostring(width), "-y", tostring(height))
end

--- What is to be seen, and what was, without spaces at the ends of lines.
---@param colours boolean? with the sequences for them
function terminal:screen(colours)
  local text = tell(self, "capture-pane", "-p", "-S", "-", colours and "-e" or
    "-N")
  return (text:gsub(" +\n", "\n"):gsub("[ \n]*$", ""))
end

--- Waits until the screen matches; what the pattern captures.
function terminal:await(pattern, colours)
  local found
  local ok = pcall(eventually, function()
    found = table.pack(self:screen(colours):match(pattern))
    return found[1]
  end)
  if not ok then
    error(("expected %q on the screen, got:\n%s"):format(pattern,
      self:screen(colours)), 2)
  end
  return table.unpack(found, 1, found.n)
end

--- Waits until the screen ends with this text.
function terminal:ends(text)
  return self:await(text:gsub("%p", "%%%0") .. "$")
end

--- The pid of the program.
function terminal:pid()
  local shell = tell(self, "display-message", "-p", "#{pane_pid}"):match("%d+")
  return eventually(function()
    local pipe = assert(io.popen("ps -o pid= --ppid " .. shell))
    local pid = tonumber(pipe:read("a"):match("%d+"))
    pipe:close()
    return pid
  end)
end

return tmux
