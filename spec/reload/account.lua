-- An account; spec/reload.lua writes the file anew, with another NUMBER.
-- Each answer tells the version and when it was begun.

local probe = require "probe"
local troupe = require "troupe"

local NUMBER = 1

local account = { call = {}, cast = {}, version = NUMBER }

local function begin() return NUMBER, probe.clock() end

-- When its casts were begun, and how many there were, by version.
local function note(state)
  local version, at = begin()
  local casts = state.casts[version] or { first = at, count = 0 }
  casts.last, casts.count = at, casts.count + 1
  state.casts[version] = casts
end

function account.init()
  return { balance = 0, casts = {}, version = NUMBER }
end

function account.upgrade(state, version)
  assert(version == state.version and version ~= NUMBER)
  state.version = NUMBER
  return state
end

function account.call.get(state)
  assert(state.version == NUMBER)
  return begin()
end

--- Asks the next ones, too; returns their versions behind its own.
function account.call.give(state, amount, first, ...)
  local version, at = begin()
  state.balance = state.balance - amount
  if first then
    return version, at, troupe.call(first, "give", amount, ...)
  end
  return version, at
end

function account.cast.add(state) note(state) end

function account.call.casts(state) return state.casts end

return account
