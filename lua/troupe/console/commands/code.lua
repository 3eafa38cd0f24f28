--- Commands for the code of the host's actors. Not for scripts: see
-- troupe.inspect.

local act = require "troupe.console.act"
local inspect = require "troupe.inspect"
local host = require "troupe.console.show_host"

local MODULE = {"module", "text"}

return {
  {
    name = "modules", summary = "what is loaded, and which version",
    help = "Without --all, not those of the library.",
    options = {all = "flag"},
    run = function(_, args)
      local list = {}
      for _, module in ipairs(inspect.modules()) do
        if args.all or not module.embedded then list[#list + 1] = module end
      end
      return list
    end,
    show = host.modules,
  },
  {
    name = "reload", summary = "new code for all actors of a module",
    help = "It is compiled first, and each actor's `upgrade(state, old)` " ..
      "runs on a copy;\nif one raises, all stay as they are. --force: even " ..
      "if the file is as it was.\npatience: seconds for the actors to come " ..
      "to the end of what they do.",
    words = {MODULE}, options = {force = "flag", patience = "number"},
    run = act.reload,
    show = host.reload,
  },
  {
    name = "rollback", summary = "the code before the last reload",
    words = {MODULE},
    run = act.rollback,
    show = host.reload,
  },
  {
    name = "log", summary = "the level of the host's log, or another",
    words = {{"level", {"debug", "info", "warn", "error", "off"},
              optional = true}},
    run = function(_, args)
      if not args.level then return inspect.log() end
      return inspect.log(args.level), args.level
    end,
    show = host.log,
  },
}
