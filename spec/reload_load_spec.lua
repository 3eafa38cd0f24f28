-- Reloads under full load: spec/reload.lua. TROUPE_RELOAD="1000 100" makes it
-- as many actors and reloads.

local support = require "support"

local command = support.command

local actors, reloads = (os.getenv "TROUPE_RELOAD" or "200 10"):match
  "^(%d+) (%d+)$"

describe("a module that is reloaded under full load", function()
  for _, workers in ipairs { 2, 8 } do
    it(("loses no call and no cast, and mixes no versions, on %d workers")
      :format(workers), function()
        local result = command.run({ command.binary(), "run", "--workers",
          workers, "spec/reload.lua", command.directory(), actors, reloads },
          { limit = 30 + actors * reloads / 500 })
        assert.same({ 0, "" }, { result.status, result.stderr })
        assert.matches("%d+ calls, %d+ casts, none lost; " .. reloads ..
          " reloads", result.stdout)
      end)
  end
end)
