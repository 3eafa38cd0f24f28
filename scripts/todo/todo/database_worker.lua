--[[
A worker of `todo.database`: bytes by name, a file each.

Behaviour only; its clients go through `todo.database`, which chooses one.
--]]
local file_name = require "todo.file_name"
local log = require "troupe.log"

local worker = { call = {}, cast = {} }

function worker.init(folder) return { folder = folder } end

local function path_of(state, name)
  return state.folder .. "/" .. file_name.of(name)
end

-- The old file stays until the new one is whole, so a worker that is killed
-- half-way leaves one or the other.
local function replace(path, bytes)
  local fresh = path .. ".new"
  local file, reason = io.open(fresh, "wb")
  if not file then return nil, reason end
  local written
  written, reason = file:write(bytes)
  local closed, close_reason = file:close()
  if not (written and closed) then
    os.remove(fresh)
    return nil, reason or close_reason
  end
  return os.rename(fresh, path)
end

function worker.cast.store(state, name, bytes)
  local stored, reason = replace(path_of(state, name), bytes)
  if not stored then log.error("list %q is not stored: %s", name, reason) end
end

local ENOENT = 2

function worker.call.get(state, name)
  local file, reason, code = io.open(path_of(state, name), "rb")
  if not file then
    if code == ENOENT then return nil end
    error("list " .. name .. " cannot be read: " .. reason, 0)
  end
  local bytes = file:read("a")
  file:close()
  return bytes
end

return worker
