-- The server's side of a connection: gives each line back, by reading or by
-- having it delivered, and leaves when a line says so.

local troupe = require "troupe"

local peer = { info = {}, cast = {}, idle = 1 }

function peer.init(sock)
  local state = { sock = sock, reads = math.random(2) == 1 }
  if not state.reads then sock:deliver("line") end
  return state
end

local function answer(state, line)
  if line == "fail" then error("as asked") end
  if line == "leave" then return state.sock:close() end
  return state.sock:write(line .. "\n")
end

function peer.continue(state)
  if not state.reads then return end
  for line in function() return state.sock:read("line") end do
    answer(state, line)
  end
  troupe.exit()
end

function peer.info.data(state, _, line) answer(state, line) end

function peer.info.closed() troupe.exit() end

return peer
