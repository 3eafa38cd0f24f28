-- An actor that does whatever the load wants of somebody: it answers, late or
-- never, crashes, links, starts others, and makes load itself, in the middle
-- of which it may be killed. Forgotten, it ends by itself.

local troupe = require "troupe"

local actor = { call = {}, cast = {}, info = {}, idle = 0.2 }

function actor.init(how)
  if how == "raise" then error("as asked") end
  if how == "refuse" then return nil, "as asked" end
  if how == "exit" then troupe.exit("as asked") end
  if how == "slow" then troupe.sleep(0.005) end
  return { owed = {} }
end

-- --- Answers ----------------------------------------------------------------

function actor.call.echo(_, ...) return ... end

function actor.call.chain(_, pids)
  local first = table.remove(pids)
  if not first then return "end" end
  return troupe.call(first, "chain", pids)
end

function actor.call.slow(_, seconds)
  troupe.sleep(seconds)
  return seconds
end

function actor.call.later(state, seconds)
  state.owed[#state.owed + 1] = troupe.from()
  troupe.after(seconds, troupe.self(), "answer")
  return troupe.noreply
end

function actor.info.answer(state)
  local from = table.remove(state.owed)
  if from then troupe.reply(from, "late") end
end

function actor.call.never()
  troupe.from()
  return troupe.noreply
end

function actor.call.fail() error({ reason = "as asked" }) end

function actor.call.leave(_, reason) troupe.exit(reason) end

-- In a coroutine that is left suspended, with something to close.
function actor.call.wrapped(_, target)
  local inner = coroutine.wrap(function()
    local _ <close> = setmetatable({}, { __close = function() end })
    coroutine.yield(pcall(troupe.call, target, "echo", 1))
    coroutine.yield()
  end)
  return inner()
end

-- --- Things done to it ------------------------------------------------------

function actor.cast.fail() error("as asked") end

function actor.cast.trap() troupe.trap(true) end

function actor.cast.link(_, pid) troupe.link(pid) end

function actor.cast.unlink(_, pid) troupe.unlink(pid) end

function actor.cast.monitor(_, pid)
  troupe.monitor(pid)
  if math.random(3) == 1 then troupe.demonitor(pid) end
end

function actor.cast.tick(state, seconds)
  if state.timer then state.timer:cancel() end
  state.timer = troupe.every(seconds, troupe.self(), "tick")
end

function actor.info.tick(state)
  if math.random(8) ~= 1 then return end
  if state.timer then state.timer:cancel() end
  state.timer = nil
end

--- Makes load: `count` actions.
function actor.cast.act(state, about, count)
  local actions = require "soak.actions"
  for _ = 1, count do actions.one(about, state) end
end

function actor.down() end

function actor.terminate()
  if math.random(4) == 1 then troupe.sleep(0.001) end
end

return actor
