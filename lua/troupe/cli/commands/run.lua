--- troupe run, without a file

local application = require "troupe.cli.application"

return {
  summary = "start the project's application, until it is stopped",
  project = true,
  run = function(_, project) return application.behaviour(project) end,
}
