-- Looks until something becomes true. At first it only lets others run between
-- two looks; what takes longer than that, another process say, is looked at
-- every few milliseconds.
--
--   eventually(function() return registry.whereis("shop") end)
--
-- For what an actor of this host does, prefer a call that tells.

local LIMIT = 10 -- seconds

local YIELDS = 100

local function pause(looks)
  local found, troupe = pcall(require, "troupe")
  if found then
    troupe.sleep(looks <= YIELDS and 0 or 0.005)
  else
    os.execute("sleep 0.02")
  end
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
  for looks = 1, math.huge do
    local value = predicate()
    if value then return value end
    if seconds() > last then
      error(("expected to become true within %g s"):format(limit or LIMIT), 2)
    end
    pause(looks)
  end
end
