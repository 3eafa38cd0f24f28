--- What a session writes to: a client behind a socket, or a terminal of the
-- program that embeds the host, which is an actor of C. Not for scripts.
--
--     wire:write("O", "text")      waits until there is room for it
--     wire:trywrite("O", "text")   may leave it out
--     wire:deliver(4)              what comes next has as many bytes
--     wire:close()

local frame = require "troupe.console.frame"
local troupe = require "troupe"

local wire = {}

local PIECE = 16 * 1024 -- bytes that a frame of the engine's time may take

local socket = {}
socket.__index = socket

function socket:write(kind, payload)
  return self.sock:write(frame.pack(kind, payload))
end

function socket:trywrite(kind, payload)
  return self.sock:trywrite(frame.pack(kind, payload))
end

function socket:deliver(size) self.sock:deliver(size) end

function socket:close() self.sock:close() end

--- To a client, in frames.
function wire.socket(sock) return setmetatable({sock = sock}, socket) end

local terminal = {}
terminal.__index = terminal

-- Where a piece from `first` on ends, which is not in a character's middle.
local function piece_end(text, first)
  local last = first + PIECE - 1
  if last >= #text then return #text end
  for cut = last, last - 3, -1 do
    local byte = text:byte(cut + 1)
    if byte < 0x80 or byte > 0xbf then return cut end
  end
  return last
end

local function send(self, cast, kind, payload)
  local first = 1
  repeat
    local last = piece_end(payload, first)
    cast(self.pid, kind, payload:sub(first, last), last < #payload)
    first = last + 1
  until first > #payload
  return true
end

function terminal:write(kind, payload)
  return send(self, troupe.cast, kind, payload)
end

function terminal:trywrite(kind, payload)
  return send(self, troupe.trycast, kind, payload)
end

-- What comes from it comes as messages; and it hears of the session's end.
function terminal.deliver() end
terminal.close = terminal.deliver

--- To a terminal: a cast for each piece of a frame; its last value says whether
--- there are more.
---@param pid troupe.pid
function wire.terminal(pid) return setmetatable({pid = pid}, terminal) end

return wire
