--- troupe completion bash|zsh|fish

local offer = require "troupe.cli.completion.offer"
local script = require "troupe.cli.completion.script"

local function print_script(name)
  return {
    name = name,
    summary = "print the script for " .. name,
    run = function() io.write(script[name]) end,
  }
end

return {
  summary = "print a script by which a shell completes troupe's words",
  help = [[
For this session, or in the file that the shell reads when it starts:

  bash    eval "$(troupe completion bash)"
  zsh     eval "$(troupe completion zsh)"
  fish    troupe completion fish | source]],
  settings = false,
  commands = {
    print_script "bash",
    print_script "zsh",
    print_script "fish",
    {
      name = "offer",
      usage = "[WORD...]",
      summary = "what those scripts ask: what may stand for the last WORD",
      help = [[
The first line is files, folders or none: what may stand there, too. Each line
behind it is a word and, behind a tab, what it is.]],
      run = function(words)
        local rows, other = offer.words(words)
        print(other)
        for _, row in ipairs(rows) do print(row[1] .. "\t" .. row[2]) end
      end,
    },
  },
}
