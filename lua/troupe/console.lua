--- The operator's way in: owns the socket of a host that has a name, and makes
-- a session (troupe.console.session) of each who connects, and of each terminal
-- of the program that embeds the host. Not for scripts: the host starts it, on
-- a thread of its own, before anything else.
--
-- `args`: name, of the host; path, of its socket; each may be nil.

local core = require "troupe.core"
local troupe = require "troupe"

local console = {info = {}}

local SESSION = "troupe.console.session"
local MOST = 16 -- sessions at a time

-- Connections that the host has been handed, those of `troupe repl`.
local function adopt(self)
  while core.console_adopt(SESSION, {name = self.name}) do end
end

function console.init(args)
  local self = {name = args.name}
  if args.path then
    local problem
    self.listener, problem = core.console_serve(args.path, SESSION,
                                                {name = args.name}, MOST)
    if not self.listener then return nil, problem end
  end
  adopt(self)
  return self
end

function console.info.adopt(self) adopt(self) end

--- An actor of C, a terminal, wants a session.
---@param pid troupe.pid
function console.info.terminal(self, pid)
  local ok, why = pcall(core.console_start, SESSION,
                        {name = self.name, terminal = pid})
  if not ok then troupe.trycast(pid, "Z", tostring(why), false) end
end

return console
