--- The actor behind a spy: hands what it is sent to who tests. Not for
--- scripts: see troupe.test.

local core = require "troupe.core"
local troupe = require "troupe"

local spy = {}

---@param arguments { test: userdata, number: integer }
function spy.init(arguments) return arguments end

local function ask(state, kind, ...)
  return core.visit(state.test, "ask", state.number, kind, ...)
end

local function answer(known, ...)
  if known then return ... end
  core.refuse(troupe.from())
  return troupe.noreply
end

function spy.call(state, ...) return answer(ask(state, "call", ...)) end

function spy.cast(state, ...) ask(state, "cast", ...) end

function spy.info(state, ...) ask(state, "info", ...) end

return spy
