-- clock: virtual
-- Entering an actor (enter_spec.lua) whose time goes by meanwhile.

local actors = require "support.actors"
local core = require "troupe.core"
local eventually = require "support.eventually"
local troupe = require "troupe"

local function enter(pid, source) return core.visit(pid, "enter", source) end

describe("entering an actor", function()
  after_each(actors.finish)

  it("leaves a receive its deadline", function()
    local pid = actors.keep(troupe.start("fixtures.receiver"))
    troupe.send(pid, "within", 1)
    assert.same({ "", nil, true, n = 3 }, table.pack(enter(pid, [[
      local troupe = require 'troupe'
      local before = troupe.now()
      troupe.sleep(2)
      return late, troupe.now() - before > 1
    ]])))
    eventually(function() return select(2, enter(pid, "late")) == "timeout" end)
  end)

  it("disturbs no finaliser that waits", function()
    local pid = actors.puppet()
    actors.run(pid, [[
      setmetatable({}, { __gc = function()
        troupe.sleep(1)
        state.finalised = true
      end })
      collectgarbage()
    ]])
    actors.begin(pid, "collectgarbage()")
    core.visit(pid, "enter now", "collectgarbage()")
    eventually(function() return actors.run(pid, "return state.finalised") end)
  end)
end)
