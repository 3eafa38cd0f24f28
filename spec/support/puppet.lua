-- A console that does what a spec says (fixtures/puppet_console.lua), and
-- clients of it:
--
--   after_each(puppet.finish)
--   local result = puppet.attach { "-e", "value 1" }
--   assert.equal("1\n", result.stdout)

local command = require "support.command"
local sockets = require "support.sockets"

local puppet = {}

--- Listens; the path of the socket.
---@param args table? of the fixture
---@return string
function puppet.listen(args)
  local path = command.directory() .. "/puppet.sock"
  local all = { owner = require "troupe".self() }
  for name, value in pairs(args or {}) do all[name] = value end
  sockets.serve("unix:" .. path, { max = 8 }, "fixtures.puppet_console", all)
  return path
end

--- Starts a client.
---@param path string
---@param words string[] after the socket
---@param options table? of command.start
function puppet.start(path, words, options)
  return command.start({ command.binary(), "attach", path,
    table.unpack(words or {}) }, options)
end

--- What a client ends with.
---@param words string[]?
---@param options table? of command.start; args: of the fixture
---@return table result
function puppet.attach(words, options)
  local path = puppet.listen(options and options.args)
  return puppet.start(path, words, options):wait()
end

puppet.finish = sockets.finish

return puppet
