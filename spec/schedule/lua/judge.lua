-- Collects what it is told, in order.

local troupe = require "troupe"

local judge = { call = {}, cast = {} }

function judge.init() return { told = {} } end

function judge.cast.told(state, what)
  state.told[#state.told + 1] = what
  if state.from and #state.told == state.wanted then
    troupe.reply(state.from, table.concat(state.told, " "))
  end
end

function judge.call.verdict(state, count)
  if #state.told >= count then return table.concat(state.told, " ") end
  state.from, state.wanted = troupe.from(), count
  return troupe.noreply
end

return judge
