-- The binary, or any command, as a subprocess.
--
--   local command = require "support.command"
--   local result = command.run { command.binary(), "--version" }
--   assert.equal(0, result.status)
--
--   local server = command.start { command.binary(), "run", "server.lua" }
--   server:await("listening")
--   server:signal("TERM")
--   assert.equal(0, server:wait().status)
--
-- Every process has a limit of time; one that reaches it is killed, and its
-- status is 124. `run` holds up this worker while the command runs: to talk
-- to a process, start it.

local eventually = require "support.eventually"

local command = {}

local LIMIT = 20 -- seconds

local process = {}
process.__index = process

--- The binary under test.
---@return string
function command.binary()
  local named = os.getenv("TROUPE_BINARY")
  if named then return command.absolute(named) end
  for index = -1, -9, -1 do
    local word = arg and arg[index]
    if word and word:match("troupe$") then return command.absolute(word) end
  end
  return command.absolute("build/test/troupe")
end

--- One word for the shell.
---@param word string
---@return string
function command.quote(word)
  return "'" .. tostring(word):gsub("'", [['\'']]) .. "'"
end

--- What a shell command prints, line by line; raises if it fails.
---@param line string
---@return string[]
function command.lines(line)
  local lines = {}
  local pipe = assert(io.popen(line))
  for text in pipe:lines() do lines[#lines + 1] = text end
  assert(pipe:close(), line .. " failed")
  return lines
end

---@param file string
---@return string
function command.absolute(file)
  if file:sub(1, 1) == "/" then return file end
  return command.lines("pwd")[1] .. "/" .. file
end

local root -- of all directories of this process

--- A fresh directory, removed at the end of the run.
---@return string
function command.directory()
  root = root or command.lines("mktemp -d")[1]
  return command.lines("mktemp -d -p " .. command.quote(root))[1]
end

--- Removes all directories; output.lua calls it at the end.
function command.remove_directories()
  if root then os.execute("rm -rf " .. command.quote(root)) end
  root = nil
end

---@param file string
---@return string|nil
function command.read(file)
  local handle = io.open(file, "rb")
  if not handle then return nil end
  local text = handle:read("a")
  handle:close()
  return text
end

---@param file string
---@param text string
function command.write(file, text)
  local handle <close> = assert(io.open(file, "wb"))
  assert(handle:write(text))
end

--- A command for the shell that does nothing: it is there until somebody ends
--- it, or until this process has ended.
---@return string
function command.idle()
  return ("tail --pid=%s -f /dev/null"):format(command.lines("echo $PPID")[1])
end

local function shell_words(words)
  if type(words) == "string" then return words end
  local quoted = {}
  for index, word in ipairs(words) do quoted[index] = command.quote(word) end
  return "exec " .. table.concat(quoted, " ")
end

local function assignments(variables)
  local words = {}
  for name, value in pairs(variables or {}) do
    words[#words + 1] = command.quote(name .. "=" .. tostring(value))
  end
  return table.concat(words, " ")
end

-- The shell text that runs `words` and leaves what comes of it in the folder
-- `files`. A worker blocks signals, and a shell lets what it starts in the
-- background ignore interrupts: env undoes both. The status appears whole, as
-- the last.
local function shell_text(words, options, files)
  local patience = tonumber(os.getenv("TROUPE_SPEC_PATIENCE")) or 1
  local limit = (options.limit or LIMIT) * patience
  command.write(files .. "/input", options.input or "")
  return table.concat({
    "F=" .. command.quote(files) .. ";",
    "( cd", command.quote(options.directory or "."),
    "&& export F && exec env --default-signal",
    assignments(options.environment),
    "timeout -k 2", ("%.1f"):format(limit), "sh -c",
    command.quote('echo $$ >"$F/pid"; unset F; ' .. shell_words(words)),
    '<"$F/input" >"$F/stdout" 2>"$F/stderr" );',
    'echo $? >"$F/code"; mv "$F/code" "$F/status"',
  }, " ")
end

local function collect(files)
  return {
    status = tonumber(command.read(files .. "/status")),
    stdout = command.read(files .. "/stdout"),
    stderr = command.read(files .. "/stderr"),
  }
end

--- Runs a command to its end.
---@param words string[]|string a list of words, or a line for the shell
---@param options table|nil input, directory, environment, limit (seconds)
---@return table result status (128 + n for signal n), stdout, stderr
function command.run(words, options)
  local files = command.directory()
  -- The shell would announce a signal that ended the command.
  os.execute("{ " .. shell_text(words, options or {}, files) ..
    "; } 2>/dev/null")
  return collect(files)
end

--- Starts a command in the background. Options as for `run`; signals reach
--- it only if it is given as a list of words.
---@return table process
function command.start(words, options)
  local files = command.directory()
  local text = shell_text(words, options or {}, files)
  os.execute("( " .. text .. " ) >/dev/null 2>&1 </dev/null &")
  local self = setmetatable({ files = files }, process)
  eventually(function()
    -- The shell's own pid; the command takes its place.
    self.pid = tonumber(command.read(files .. "/pid") or "")
    return self.pid
  end)
  return self
end

--- What it has printed so far.
function process:stdout() return command.read(self.files .. "/stdout") end
function process:stderr() return command.read(self.files .. "/stderr") end

function process:running()
  return command.read(self.files .. "/status") == nil
end

--- Waits until standard output, or standard error, matches; returns what the
--- pattern captures. Raises, with all the output, if that does not happen.
---@param pattern string
function process:await(pattern)
  local found
  local ok = pcall(eventually, function()
    local gone = not self:running()
    found = table.pack((self:stdout() or ""):match(pattern))
    if not found[1] then
      found = table.pack((self:stderr() or ""):match(pattern))
    end
    return found[1] or gone
  end)
  if not (ok and found[1]) then
    error(("expected %q from the process, got:\n%s%s"):format(pattern,
      self:stdout() or "", self:stderr() or ""), 2)
  end
  return table.unpack(found, 1, found.n)
end

---@param name string "TERM", "INT", "KILL"
function process:signal(name)
  return os.execute(("kill -%s %d 2>/dev/null"):format(name, self.pid))
end

--- Waits for its end.
---@return table result as `run` gives it
function process:wait()
  eventually(function() return not self:running() end)
  return collect(self.files)
end

--- Asks it to end, and waits.
---@return table result
function process:stop()
  self:signal("TERM")
  return self:wait()
end

return command
