--- troupe completion bash|zsh|fish

return {
  summary = "print a script by which a shell completes troupe's words",
  usage = "bash|zsh|fish",
  help = [[
For this session, or in the file that the shell reads when it starts:

  bash    eval "$(troupe completion bash)"
  zsh     eval "$(troupe completion zsh)"
  fish    troupe completion fish | source]],
  run = function(arguments, context)
    local script = require "troupe.cli.script"
    local make = script[arguments[1]]
    if not make then
      return nil, "expected bash, zsh or fish, got " .. arguments[1]
    end
    io.write(make(context.usage))
  end,
}
