--- troupe run, without a file

local application = require "troupe.cli.application"

return {
  summary = "start the project's application, until it is stopped",
  project = true,
  run = function(_, context)
    return application.behaviour(context.project)
  end,
}
