--- Runs one benchmark, in an actor of its own. Not for scripts: see
--- `troupe bench`.
--
-- What is measured at once is a request of its own, so limits of CPU time hold
-- for that, and others get their turn in between.

local troupe = require "troupe"

local measure = { call = {} }

-- A function, or a table of `run` and what goes before and behind it.
local function parts(found)
  if type(found) == "function" then return { run = found } end
  return found
end

--- What is wrong with the benchmarks of a file, if anything is.
---@param file string
---@return table<string, any>|nil found, string|nil why
function measure.load(file)
  local chunk, why = loadfile(file, "t")
  if not chunk then return nil, why end
  local good, found = pcall(chunk)
  if not good then return nil, tostring(found) end
  if type(found) ~= "table" then
    return nil, file .. ": expected it to return a table of functions"
  end
  for name, one in pairs(found) do
    local run = type(one) == "table" and one.run or one
    if type(name) ~= "string" or type(run) ~= "function" then
      return nil, ("%s: expected %s to be a function, or a table with a " ..
        "function `run`"):format(file, tostring(name))
    end
  end
  return found
end

---@param arguments { file: string, name: string }
function measure.init(arguments)
  local found, why = measure.load(arguments.file)
  if not found then return nil, why end
  local state = parts(found[arguments.name])
  local good, value = true, nil
  if state.setup then good, value = pcall(state.setup) end
  if not good then return nil, tostring(value) end
  return { run = state.run, teardown = state.teardown, value = value }
end

local function repeat_run(state, count)
  local run, value = state.run, state.value
  for _ = 1, count do run(value) end
end

--- Seconds for so many runs; nil and why one failed.
function measure.call.time(state, count)
  local start = troupe.now()
  local good, why = pcall(repeat_run, state, count)
  if not good then return nil, tostring(why) end
  return troupe.now() - start
end

--- Bytes that so many runs allocate: nothing is collected meanwhile.
function measure.call.bytes(state, count)
  collectgarbage()
  collectgarbage "stop"
  local _ <close> = setmetatable({}, {
    __close = function() collectgarbage "restart" end })
  local before = collectgarbage "count"
  local good, why = pcall(repeat_run, state, count)
  if not good then return nil, tostring(why) end
  return (collectgarbage "count" - before) * 1024
end

function measure.call.finish(state)
  if not state.teardown then return true end
  local good, why = pcall(state.teardown, state.value)
  if not good then return nil, tostring(why) end
  return true
end

return measure
