--- One operator's connection: frames in and out. Not for scripts: see
-- troupe.console, and troupe.console.frame for what is said.
--
-- What is typed runs in an actor beside it (troupe.console.evaluator), so that
-- the session itself hears an interrupt, and a client that goes away, whatever
-- goes on there. It hands over one input at a time and waits for none of its
-- own messages but the client's taking what is written, 10 s at most; or, of a
-- terminal that is an actor of the engine's (troupe_terminal_open), as long as
-- that is there.

local core = require "troupe.core"
local frame = require "troupe.console.frame"
local json = require "troupe.console.json"
local problem = require "troupe.console.problem"
local troupe = require "troupe"
local wire = require "troupe.console.wire"

local session = {call = {}, info = {}}

local GREETING = 10    -- seconds until a client has said who it is
local PATIENCE = 10    -- seconds until a client takes what is written
local INTERRUPT = 1    -- seconds until an interrupt has had its effect
local WAITING = 16     -- inputs that wait while one runs
local MEMORY = 1 << 28 -- bytes that a session's variables may take

local BANNER = "Type Lua, or a command; help lists them."
local GONE = "the session's variables are gone"

-- --- To the client -----------------------------------------------------------

local function close(self)
  self.closed = true
  self.wire:close()
  troupe.exit("shutdown") -- and so the evaluator
end

local function write(self, kind, payload)
  local ok, written = pcall(troupe.shield, self.patience, self.wire.write,
                            self.wire, kind, payload)
  if not (ok and written) then close(self) end
end

local function finish(self, why)
  write(self, "Z", why)
  close(self)
end

-- Who has a socket has to say soon who it is.
local function listen(self, sock)
  self.wire = wire.socket(sock)
  self.greeting = troupe.after(GREETING, troupe.self(), "silent")
  self.wire:deliver(4)
end

-- It is served when the engine likes: it may stand still for any time.
local function attach(self, terminal)
  self.wire, self.terminal = wire.terminal(terminal), terminal
  self.patience = math.huge
  troupe.monitor(terminal)
end

--- `args`: name, the host's; plain: its actors are not the console's;
--- patience: seconds until a client takes what is written. Without a socket,
--- they are the first, and have a terminal: its pid.
function session.init(sock, args)
  if not args then sock, args = nil, sock end
  local self = {name = args.name or "", plain = args.plain, inputs = {},
                patience = args.patience or PATIENCE, count = 0, pieces = {}}
  if sock then listen(self, sock) else attach(self, args.terminal) end
  write(self, "W", self.name .. "\n" .. BANNER)
  return self
end

-- --- The evaluator -----------------------------------------------------------

local function start(self)
  local options = {memory = MEMORY, cpu = math.huge, mailbox = {size = 500,
                   bytes = 1 << 24, full = "wait"}} -- whatever the project's
  local begin = self.plain and core.start or core.console_start
  local ok, pid = pcall(begin, "troupe.console.evaluator",
    {session = troupe.self(), name = self.name}, options)
  if not ok then finish(self, "no evaluator: " .. tostring(pid)) end
  self.evaluator, self.asking = pid, nil
  troupe.monitor(pid)
end

-- What is answered here, not by the evaluator.
local function answer(self, input, kind, text)
  if input.kind == "complete" then return write(self, "C", "0") end
  if input.kind == "hello" then return end
  local failure = problem.new(kind, text)
  if self.hello.mode == "json" then
    write(self, "F", json.encode {ok = false, error = failure})
  else
    write(self, "F", problem.text(failure, self.hello.colour))
  end
end

local function pump(self)
  if not self.asking or self.current or not self.inputs[1] then return end
  self.current = table.remove(self.inputs, 1)
  local asking, input = self.asking, self.current
  self.asking = nil
  troupe.reply(asking, input.id, input.kind, table.unpack(input.args))
end

local function new_input(self, kind, ...)
  self.count = self.count + 1
  return {id = self.count, kind = kind, args = {...}}
end

local function enqueue(self, ...)
  if #self.inputs >= WAITING then
    return finish(self, "too many inputs at once")
  end
  self.inputs[#self.inputs + 1] = new_input(self, ...)
  pump(self)
end

-- What the evaluator says. One that has been killed may have left something in
-- the mailbox, which is nobody's any more.
local function said(handler)
  return function(self, ...)
    if troupe.from().pid == self.evaluator then return handler(self, ...) end
  end
end

--- It asks for its next input.
session.call.next = said(function(self)
  self.asking = troupe.from()
  pump(self)
  return troupe.noreply
end)

session.call.output = said(function(self, text) write(self, "O", text) end)

-- What is printed where it cannot wait.
session.cast = {output = session.call.output}

session.call.prompt = said(function(self, text)
  if text == self.prompt then return end
  self.prompt = text
  write(self, "P", text)
end)

--- An answer comes in pieces; then it is said what it is.
session.call.piece = said(function(self, text)
  self.pieces[#self.pieces + 1] = text
end)

session.call.finish = said(function(self, kind)
  local text = table.concat(self.pieces)
  self.current, self.pieces = nil, {}
  if kind ~= "H" then write(self, kind, text) end
end)

session.call.leave = said(function(self) finish(self, "") end)

local function is_input(it)
  return it.kind == "evaluate" or it.kind == "script"
end

-- Which of those that wait is one.
local function waiting(self)
  for index, it in ipairs(self.inputs) do
    if is_input(it) then return index end
  end
end

-- One that has not begun yet is answered without.
local function skip(self)
  local index = waiting(self)
  if not index then return end
  answer(self, table.remove(self.inputs, index), "interrupted",
         "it had not begun")
end

local function interrupt(self)
  local current = self.current
  if not current or not is_input(current) then return skip(self) end
  local again = current.interrupted
  current.interrupted = true
  if again then return troupe.kill(self.evaluator) end
  pcall(core.interrupt, self.evaluator, current.id) -- it may just have ended
  troupe.after(INTERRUPT, troupe.self(), "overdue", current.id)
end

function session.info.overdue(self, id)
  local current = self.current
  if current and current.id == id then troupe.kill(self.evaluator) end
end

-- --- From the client ---------------------------------------------------------

local function greet(self, payload)
  local hello, why = frame.hello(payload)
  if not hello then return finish(self, why) end
  if not self.greeted then
    self.greeted = true
    if self.greeting then self.greeting:cancel() end
    start(self)
  end
  self.hello = hello
  enqueue(self, "hello", hello.mode, hello.width, hello.colour)
end

-- Nobody waits for candidates while an input is in hand.
local function complete(self, payload)
  local current = self.current
  if current and current.kind ~= "hello" or waiting(self) then
    return write(self, "C", "0")
  end
  enqueue(self, "complete", payload)
end

local HANDLERS = {
  H = greet, C = complete, I = interrupt,
  E = function(self, payload) enqueue(self, "evaluate", payload) end,
  S = function(self, payload) enqueue(self, "script", payload) end,
}

local function receive(self, kind, payload)
  local handler = HANDLERS[kind]
  if not handler then
    return finish(self, "not a frame of protocol 1")
  elseif not self.greeted and kind ~= "H" then
    return finish(self, "the first frame has to be a hello")
  end
  handler(self, payload)
end

function session.info.data(self, _, bytes)
  if self.length then
    if #bytes < self.length then return close(self) end
    self.length = nil
    self.wire:deliver(4)
    return receive(self, bytes:sub(1, 1), bytes:sub(2))
  end
  local length, why = frame.length(bytes)
  if not length then return finish(self, why) end
  self.length = length
  self.wire:deliver(length)
end

function session.info.closed(self) close(self) end

-- From a terminal, which is an actor.
function session.info.frame(self, kind, payload)
  receive(self, kind, payload)
end

function session.info.silent(self)
  if not self.greeted then finish(self, "no hello came") end
end

-- --- Ends --------------------------------------------------------------------

local function describe(reason)
  if type(reason) == "table" then return tostring(reason.message) end
  return tostring(reason)
end

-- An evaluation that would not be interrupted has been killed; or it has ended
-- itself, or come to its limit.
function session.down(self, pid, reason)
  if pid == self.terminal then return close(self) end
  if pid ~= self.evaluator then return end
  local current, hello = self.current, self.hello
  self.current, self.pieces = nil, {}
  local text = (current and current.interrupted and
    "the evaluation was killed" or "the evaluation ended: " ..
    describe(reason)) .. "; " .. GONE
  start(self)
  table.insert(self.inputs, 1, new_input(self, "hello", hello.mode,
                                         hello.width, hello.colour))
  if not current then return write(self, "N", text) end
  answer(self, current, "killed", text)
end

function session.terminate(self)
  if self.evaluator then troupe.kill(self.evaluator) end
  if self.closed then return end
  pcall(self.wire.trywrite, self.wire, "Z", "the host stops")
end

return session
