-- Timers, a pool, a supervisor, the registry, tables of all kinds.

local pool = require "troupe.pool"
local supervisor = require "troupe.supervisor"
local troupe = require "troupe"

describe("a busy program", function()
  it("comes to an end", function()
    local crew = pool.start("crew", "worker", nil, { size = 3 })
    local children = supervisor.start {
      strategy = "one_for_one", intensity = 10, period = 5,
      { "worker", nil, name = "alone" },
      { "collector", nil, name = "collector" },
    }
    local users = {}
    for number = 1, 6 do users[number] = troupe.start "user" end
    for number, user in ipairs(users) do troupe.cast(user, "go", number) end
    for _ = 1, 3 do
      pcall(troupe.call, "alone", "crash")
      troupe.sleep(0.05)
    end
    for _, user in ipairs(users) do
      troupe.call(user, "sync")
      troupe.stop(user)
    end
    collectgarbage()
    assert.is_true(troupe.call("collector", "count") > 50)
    troupe.stop(children)
    crew:stop()
  end)
end)
