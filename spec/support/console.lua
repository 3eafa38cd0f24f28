-- A client of a console's session that says what it likes:
--
--   after_each(console.finish)
--   local client = console.connect()
--   assert.equal("2", client:ask "1 + 1".R)
--
-- The session is served over a unix socket; its actors are ordinary ones.

local actors = require "support.actors"
local command = require "support.command"
local probe = require "probe"
local sockets = require "support.sockets"
local tcp = require "troupe.tcp"
local troupe = require "troupe"

local console = {}

local PATIENCE = tonumber(os.getenv "TROUPE_SPEC_PATIENCE") or 1
local LIMIT = 10 -- seconds for an answer

local client = {}
client.__index = client

local listener

--- A connection that has said nothing yet. `patience`: of the first one's.
function console.raw(patience)
  listener = listener or sockets.keep(assert(tcp.serve(
    "unix:" .. command.directory() .. "/s", "troupe.console.session",
    { name = "spec", plain = true, patience = patience })))
  local sock = sockets.keep(assert(tcp.connect(listener:address())))
  return setmetatable({ sock = sock }, client)
end

local function greet(self, options)
  options = options or {}
  self:send("H", ("protocol=1\nmode=%s\nwidth=%d\ncolour=%d\n"):format(
    options.mode or "plain", options.width or 80, options.colour and 1 or 0))
  self.welcome = self:expect "W"
  self.prompt = self:expect "P"
  return self
end

--- One whose hello has been answered. Options: mode, width, colour, patience.
function console.connect(options)
  return greet(console.raw(options and options.patience), options)
end

--- The same of a host that has a name, by its socket.
function console.attach(path, options)
  local sock = sockets.keep(assert(tcp.connect("unix:" .. path)))
  return greet(setmetatable({ sock = sock }, client), options)
end

function client:send(kind, payload)
  payload = payload or ""
  return self.sock:write(("<I4"):pack(#payload + 1) .. kind .. payload)
end

--- The next frame: its kind and payload; nil at the end.
function client:read()
  return troupe.timeout(LIMIT * PATIENCE, function()
    local head = self.sock:read(5)
    if not head or #head < 5 then return nil end
    local length, kind = ("<I4c1"):unpack(head)
    return kind, length > 1 and self.sock:read(length - 1) or ""
  end)
end

--- The payload of the next frame, which must be of this kind.
function client:expect(kind)
  local got, payload = self:read()
  if got ~= kind then
    error(("expected a frame %s, got %s %s"):format(kind, got, payload), 2)
  end
  return payload
end

--- What comes until the answer: by kind, several of a kind joined.
function client:answer()
  local all = {}
  repeat
    local kind, payload = self:read()
    if not kind then error "the session has ended" end
    all[kind] = (all[kind] or "") .. payload
    if kind == "P" then self.prompt = payload end
  until kind == "R" or kind == "F" or kind == "M" or kind == "Z"
  return all
end

--- Evaluates an input.
function client:ask(text, kind)
  self:send(kind or "E", text)
  return self:answer()
end

--- What an input is answered by R; fails if it is not.
function client:value(text)
  local all = self:ask(text)
  if not all.R then
    error(("expected a value, got %s"):format(all.F or "M"), 2)
  end
  return all.R
end

--- What a command prints.
function client:shown(text)
  local all = self:ask(text)
  if not all.R then
    error(("expected a value, got %s"):format(all.F or "M"), 2)
  end
  return all.O
end

--- The line that says why the session ends.
function client:ending()
  local why
  repeat
    local kind, payload = self:read()
    if kind == "Z" then why = payload end
  until not kind
  return why
end

--- Completes: how many bytes are replaced, and the candidates.
function client:complete(text)
  self:send("C", text)
  local lines = {}
  for line in (self:expect "C" .. "\n"):gmatch "([^\n]*)\n" do
    lines[#lines + 1] = line
  end
  return math.tointeger(table.remove(lines, 1)), lines
end

--- Ends all; waits until no actor is left.
function console.finish()
  listener = nil
  sockets.finish()
end

console.actors, console.probe = actors, probe

return console
