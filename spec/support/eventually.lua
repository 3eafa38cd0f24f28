-- Polls until something becomes true; never sleeps for a guess.
--
--   eventually(function() return registry.whereis("shop") end)
--
-- For what an actor of this host does, prefer a call that tells.

local LIMIT = 10 -- seconds

local function pause()
  local found, troupe = pcall(require, "troupe")
  if found then troupe.sleep(0.005) else os.execute("sleep 0.02") end
end

local function seconds()
  local found, troupe = pcall(require, "troupe")
  return found and troupe.now() or os.time()
end

---@param predicate fun(): any
---@param limit number|nil seconds
---@return any # what the predicate returned
return function(predicate, limit)
  local patience = tonumber(os.getenv("TROUPE_SPEC_PATIENCE")) or 1
  local last = seconds() + (limit or LIMIT) * patience
  while true do
    local value = predicate()
    if value then return value end
    if seconds() > last then
      error(("expected to become true within %g s"):format(limit or LIMIT), 2)
    end
    pause()
  end
end
