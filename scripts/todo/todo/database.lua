--[[
Lists on disk, one file each, behind a pool of workers.

  database.start { folder = "todo-data" }
  database.store("bob", items)
  database.get("bob")   --> the list, or nil

The name chooses the worker, in the caller: writes of one list keep their
order and reads see them, other lists are written meanwhile. With
`workers = 1` all lists wait for one disk at a time, which is the bottleneck
that the pool takes away (`load.lua --workers 1` shows it).

Not durable to the last write: `store` does not wait for the disk.
--]]
local pool = require "troupe.pool"
local troupe = require "troupe"

local database = {}

local POOL = "todo.database"

--- A folder is made if there is none.
---@param options { folder: string, workers?: integer }
---@return any pool, string? reason
function database.start(options)
  local folder = options.folder
  local usable, reason = database.make_folder(folder)
  if not usable then return nil, reason end
  return pool.start(POOL, "todo.database_worker", folder,
    { size = options.workers or 3 })
end

--- What was stored before is on disk when it returns.
function database.stop() pool.of(POOL):stop() end

local function worker(name) return pool.of(POOL):at(name) end

--- Returns before the list is on disk. Encoded here, by the list's own
--- actor: the workers only move bytes.
function database.store(name, items)
  return troupe.cast(worker(name), "store", name, troupe.encode(items))
end

-- Reading twice does no harm, so a worker that dies over the request is no
-- concern of the list that is loading: the next one answers.
local RETRIES = 3

local function read(name)
  for attempt = 1, RETRIES do
    local done, result = pcall(troupe.call, worker(name), "get", name)
    if done then return result end
    local died = type(result) == "table"
      and (result.kind == "exit" or result.kind == "noactor")
    if not died or attempt == RETRIES then error(result, 0) end
  end
end

---@param name string
---@return todo.list? list nil when it was never stored
function database.get(name)
  local bytes = read(name)
  return bytes and troupe.decode(bytes)
end

--- The workers' choice, for whoever wants to watch it.
function database.worker(name) return worker(name) end

---@param folder string
---@return true? made, string? reason
function database.make_folder(folder)
  local quoted = "'" .. folder:gsub("'", "'\\''") .. "'"
  if os.execute("mkdir -p -- " .. quoted .. " 2>/dev/null && test -w "
      .. quoted) then
    return true
  end
  return nil, "expected a folder that can be written, got \"" .. folder .. "\""
end

return database
