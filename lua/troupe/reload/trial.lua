--- The actor in which a new version of a module is loaded first, so that what
-- is wrong with it harms nobody. Not for scripts: see troupe.reload. It ends
-- with its init.

local exchange = require "troupe.exchange"

local trial = {}

function trial.init(job)
  if job.path then package.path = job.path end
  local chunk, file = exchange.candidate(job.number)
  local value = chunk(job.name, file)
  if job.behaviour then exchange.check(value, job.name) end
  local version = type(value) == "table" and rawget(value, "version")
  local kind = type(version)
  return nil, {version = (kind == "number" or kind == "string") and version}
end

return trial
