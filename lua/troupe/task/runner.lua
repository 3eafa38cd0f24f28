--- The actor of one task. Not for scripts: see troupe.task.

local troupe = require "troupe"
local core = require "troupe.core"
local log = require "troupe.log"

local runner = {call = {}}

function runner.init(work)
  core.task()
  return work
end

local function run(work)
  local fn = require(work.module)[work.name]
  if type(fn) ~= "function" then
    error(("module %s has no function %s"):format(work.module, work.name), 0)
  end
  return fn(table.unpack(work.args, 1, work.args.n))
end

-- What cannot be sent is the task's failure, too.
local function report(work)
  local to, index, results = work.report, work.index, work.results
  local ok, problem = pcall(troupe.send, to, "done", index,
                            table.unpack(results, 1, results.n))
  if not ok then
    troupe.send(to, "done", index, false, core.caught(problem, work.request))
  end
  troupe.exit()
end

-- Whoever awaits it waits for this: its call is behind it in the mailbox.
function runner.continue(work)
  work.request = ("task %s.%s"):format(work.module, work.name)
  work.results = table.pack(xpcall(run, function(problem)
    return core.caught(problem, work.request)
  end, work))
  if not work.report then return end
  work.told = true
  report(work)
end

function runner.call.await(work)
  work.told = true
  troupe.stop(troupe.self()) -- once this is answered
  return table.unpack(work.results, 1, work.results.n)
end

-- Nobody can await it any more.
function runner.terminate(work)
  local results = work.results
  if results and not results[1] and not work.told then
    log.error("%s", tostring(results[2]))
  end
end

return runner
