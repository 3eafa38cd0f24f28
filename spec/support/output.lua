-- busted's plain output and a last line that suite.lua reads:
--
--   12 passed, 0 failed
--
-- At the end, which it is the one to hear of, the directories of the specs go.

return function(options)
  local busted = require "busted"
  local command = require "support.command"
  local handler = require "busted.outputHandlers.plainTerminal"(options)

  busted.subscribe({ "exit" }, function()
    command.remove_directories()
    print(("%d passed, %d failed"):format(handler.successesCount,
      handler.failuresCount + handler.errorsCount))
    return nil, true
  end)

  return handler
end
