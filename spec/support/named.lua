-- Hosts that have a name, and so a console: a private worker, and a socket in
-- a directory of this run's.
--
--   print(named.output [[ print(probe.private()) ]])

local support = require "support"

local command = support.command

local named = {}

local PREFIX = "local probe, troupe = require 'probe', require 'troupe'; "

local directory

--- Where the sockets are.
function named.directory()
  directory = directory or command.directory() .. "/runtime"
  return directory
end

--- That a host of this run's needs.
function named.environment()
  return { TROUPE_RUNTIME_DIR = named.directory(),
    LUA_PATH = command.absolute("spec") .. "/?.lua;;" }
end

local function options(given)
  local all = { flags = { "--name", "shop", "--log", "error" },
    files = {}, environment = named.environment(),
    arguments = given.arguments }
  for name, text in pairs(given.files or {}) do all.files[name] = text end
  for name, value in pairs(given.environment or {}) do
    all.environment[name] = value
  end
  for _, flag in ipairs(given.flags or {}) do
    all.flags[#all.flags + 1] = flag
  end
  return all
end

--- What a script prints in a host named shop; it must end well.
---@param source string finds `probe` and `troupe`
---@param given table? of support.script
function named.output(source, given)
  return support.output(PREFIX .. source, options(given or {}))
end

--- The same, however it ends.
function named.script(source, given)
  return support.script(PREFIX .. source, options(given or {}))
end

--- The words and the options of that command.
function named.command(source, given)
  return support.prepare(PREFIX .. source, options(given or {}))
end

--- The same in the background: a process of support.command.
function named.start(source, given)
  return support.start(PREFIX .. source, options(given or {}))
end

return named
