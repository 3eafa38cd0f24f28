-- busted's plain output and a last line that suite.lua reads:
--
--   12 passed, 0 failed

return function(options)
  local busted = require "busted"
  local handler = require "busted.outputHandlers.plainTerminal"(options)

  busted.subscribe({ "exit" }, function()
    print(("%d passed, %d failed"):format(handler.successesCount,
      handler.failuresCount + handler.errorsCount))
    return nil, true
  end)

  return handler
end
