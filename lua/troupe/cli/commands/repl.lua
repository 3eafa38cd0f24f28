--- troupe repl, without a file

local application = require "troupe.cli.application"

return {
  summary = "talk to a new host in which the project's application runs",
  project = true,
  run = function(_, context)
    -- A library has none: its modules can be required, which is enough.
    if not application.find(context.project) then return {} end
    return application.behaviour(context.project)
  end,
}
