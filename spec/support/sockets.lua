-- Both ends of connections (fixtures/peer.lua is the server's), and their end:
--
--   after_each(sockets.finish)
--   local sock, peer = sockets.pair()
--   sock:write "hello\n"
--   assert.equal("hello", peer("read", "line"))

local actors = require "support.actors"
local command = require "support.command"
local eventually = require "support.eventually"
local probe = require "probe"
local tcp = require "troupe.tcp"
local troupe = require "troupe"

local sockets = {}

local before = probe.streams()
local opened, peers = {}, {}

--- To be closed by finish.
function sockets.keep(sock)
  opened[#opened + 1] = sock
  return sock
end

--- Serves fixtures.peer, or `module`.
---@param address string?
---@param options table? of tcp.serve
function sockets.serve(address, options, module, args)
  return sockets.keep(assert(tcp.serve(address or "127.0.0.1:0",
    module or "fixtures.peer", args or troupe.self(), options)))
end

function sockets.connect(listener)
  return sockets.keep(assert(tcp.connect(listener:address())))
end

--- The pid of the next connection's actor.
function sockets.accepted()
  local what, pid = troupe.receive()
  assert(what == "accepted", what)
  peers[#peers + 1] = pid
  return pid
end

--- A connection: our end, a function that calls a method of the other, and
--- the actor that has that.
function sockets.pair()
  local sock = sockets.connect(sockets.serve())
  local pid = sockets.accepted()
  return sock, function(...) return troupe.call(pid, ...) end, pid
end

--- An address where nobody listens, but somebody could.
function sockets.unused()
  local listener <close> = assert(tcp.serve("127.0.0.1:0", "fixtures.peer"))
  return listener:address()
end

--- A Unix socket to which no connection is made, nor refused: its backlog is
--- full, and nobody takes from it. Its path, and the process to stop.
function sockets.full()
  local path = command.directory() .. "/s"
  local idle = command.start { "perl", "-MIO::Socket::UNIX", "-MPOSIX=pause",
    "-e", "$| = 1; my $l = IO::Socket::UNIX->new(Local => shift, " ..
    "Listen => 1) or die; my @c = map { IO::Socket::UNIX->new(Type => " ..
    "SOCK_STREAM, Peer => $l->hostpath) } 1 .. 2; print 'full'; pause", path }
  idle:await "full"
  return "unix:" .. path, idle
end

--- A client that behaves as no client of ours can: perl, with the connected
--- socket in $s.
function sockets.client(listener, source)
  return command.start { "perl", "-MIO::Socket::INET", "-e",
    "$| = 1; $SIG{PIPE} = 'IGNORE'; " ..
    "my $s = IO::Socket::INET->new(PeerAddr => shift) or die $@; " .. source,
    listener:address() }
end

-- What peers have told meanwhile is nobody's business any more.
local function forget_messages()
  troupe.send(troupe.self(), "the last")
  repeat until troupe.receive() == "the last"
end

--- Ends both ends of all connections and the puppets of support.actors, and
--- waits until no stream is left that was not there when the spec began.
function sockets.finish()
  for _, sock in ipairs(opened) do sock:close() end
  for _, pid in ipairs(peers) do troupe.kill(pid) end
  opened, peers = {}, {}
  actors.finish()
  eventually(function() return probe.streams() <= before end)
  forget_messages()
end

return sockets
