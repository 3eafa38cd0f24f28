--- Scripts by which a shell completes troupe's words. Not for scripts of
--- Troupe: see `troupe help completion`.
--
-- All are made from the tables of the commands, and for C's from what
-- `troupe --help` says. Which commands there are the shell asks each time
-- (`troupe help --names`), as a project has its own.

local command = require "troupe.cli.command"

local script = {}

-- --- What there is -----------------------------------------------------------

-- The options in a part of C's help.
local function parse_options(text)
  local options = {}
  for name, value, help in text:gmatch "\n  (%-%-?%l+) ?([%u=]*) +([^\n]+)" do
    options[#options + 1] = { word = name, value = value ~= "",
      help = (help:gsub(" %(.*", "")) }
  end
  return options
end

local function own_options(found)
  local options = {}
  for index, option in ipairs(found.options) do
    options[index] = { word = "--" .. option.name, help = option.help or "",
      value = option.value ~= nil }
  end
  options[#options + 1] = { word = "--help", help = "tell about it" }
  return options
end

-- What a command's first word may be: a list, "commands" or "files".
local function choices(usage)
  local word = usage:match "^%[?([^%s%]]*)"
  if word:find "|" then
    local words = {}
    for choice in word:gmatch "[^|]+" do words[#words + 1] = choice end
    return words
  end
  return word == "COMMAND" and "commands" or "files"
end

--- A list of all commands that are known beforehand, each {name, options,
--- choices}; first the words that stand before any.
---@param usage string
---@return table[]
local function survey(usage)
  local first, last = usage:match "\n\n(.-)\n\n.*\n(  %-e .*)$"
  local hosts, attaches = parse_options("\n" .. first),
    parse_options("\n" .. last)
  local before = table.move(hosts, 1, #hosts, 1, {})
  before[#before + 1] = { word = "-e", value = true, help = "run CODE" }
  before[#before + 1] = { word = "--help", help = "tell about all" }
  before[#before + 1] = { word = "--version", help = "tell the version" }
  local all = {
    { name = "", options = before, choices = "commands" },
    { name = "run", options = hosts, choices = "files" },
    { name = "repl", options = hosts, choices = "files" },
    { name = "attach", options = attaches, choices = "files" },
  }
  for _, name in ipairs(command.own()) do
    local found = command.find(name)
    all[#all + 1] = { name = name, options = own_options(found),
      choices = choices(found.usage) }
  end
  return all
end

-- The options that take the next word.
local function valued(all)
  local words, seen = {}, {}
  for _, one in ipairs(all) do
    for _, option in ipairs(one.options) do
      if option.value and not seen[option.word] then
        seen[option.word] = true
        words[#words + 1] = option.word
      end
    end
  end
  return words
end

local function words_of(options)
  local words = {}
  for index, option in ipairs(options) do words[index] = option.word end
  return table.concat(words, " ")
end

-- The shell's text for what may stand there beside options and files.
local function choices_text(one, commands)
  if one.choices == "commands" then return commands end
  if one.choices == "files" then return "" end
  return table.concat(one.choices, " ")
end

local function fill(template, values)
  return (template:gsub("@(%l+)@", values))
end

-- --- bash --------------------------------------------------------------------

local BASH = [=[
# Completion of troupe's words in bash: eval "$(troupe completion bash)"

_troupe() {
  local word=${COMP_WORDS[COMP_CWORD]} at=1 name= options= words=
  while ((at < COMP_CWORD)); do
    case ${COMP_WORDS[at]} in
      @valued@) ((at++)) ;;
      -*) ;;
      *) name=${COMP_WORDS[at]}; break ;;
    esac
    ((at++))
  done
  ((at > COMP_CWORD)) && return
  case $name in
@cases@  esac
  [[ $word == -* ]] && words=$options
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o bashdefault -o default -F _troupe troupe
]=]

function script.bash(usage)
  local all, cases = survey(usage), {}
  for index, one in ipairs(all) do
    cases[index] = ("    '%s') options='%s' words=\"%s\" ;;\n"):format(one.name,
      words_of(one.options),
      choices_text(one, "$(${COMP_WORDS[0]} help --names 2>/dev/null)"))
  end
  return fill(BASH, { valued = table.concat(valued(all), "|"),
    cases = table.concat(cases) })
end

-- --- zsh ---------------------------------------------------------------------

local ZSH = [=[
#compdef troupe
# Completion of troupe's words in zsh: eval "$(troupe completion zsh)"

_troupe() {
  local at=2 name=
  local -a options choices
  while ((at < CURRENT)); do
    case ${words[at]} in
      (@valued@) ((at++)) ;;
      (-*) ;;
      (*) name=${words[at]}; break ;;
    esac
    ((at++))
  done
  if ((at > CURRENT)); then _files; return; fi
  case $name in
@cases@  esac
  if [[ ${words[CURRENT]} == -* ]]; then
    _describe option options
  elif (($#choices)); then
    compadd -a choices
  else
    _files
  fi
}
if [[ $funcstack[1] == _troupe ]]; then
  _troupe "$@"
else
  (($+functions[compdef])) || { autoload -Uz compinit && compinit; }
  compdef _troupe troupe
fi
]=]

local function zsh_option(option)
  return ("'%s:%s'"):format(option.word,
    (option.help:gsub("'", [['\'']]):gsub(":", "\\:")))
end

function script.zsh(usage)
  local all, cases = survey(usage), {}
  for index, one in ipairs(all) do
    local options = {}
    for at, option in ipairs(one.options) do
      options[at] = zsh_option(option)
    end
    cases[index] = ("    ('%s')\n      options=(%s)\n      choices=(%s) ;;\n")
      :format(one.name, table.concat(options, "\n        "),
        choices_text(one, "$(${words[1]} help --names 2>/dev/null)"))
  end
  return fill(ZSH, { valued = table.concat(valued(all), "|"),
    cases = table.concat(cases) })
end

-- --- fish --------------------------------------------------------------------

local FISH = [=[
# Completion of troupe's words in fish: troupe completion fish | source

function __troupe_command
  set -l words (commandline -opc)
  set -e words[1]
  while set -q words[1]
    switch $words[1]
      case @valued@
        set -e words[1]
      case '-*'
      case '*'
        echo $words[1]
        return
    end
    set -e words[1]
  end
end

]=]

local function fish_word(text)
  return "'" .. text:gsub("[\\']", "\\%0") .. "'"
end

local function fish_option(condition, option)
  local flag = option.word:find "^%-%-" and "-l " or "-s "
  return ("complete -c troupe -n %s %s%s%s -d %s\n"):format(condition, flag,
    option.word:gsub("^%-+", ""), option.value and " -r" or "",
    fish_word(option.help))
end

function script.fish(usage)
  local all = survey(usage)
  local lines = { fill(FISH, { valued = table.concat(valued(all), " ") }) }
  for _, one in ipairs(all) do
    local condition = ('\'test "$(__troupe_command)" = "%s"\''):format(one.name)
    local words = choices_text(one, "(troupe help --names 2>/dev/null)")
    if words ~= "" then
      lines[#lines + 1] = ("complete -c troupe -n %s -f -a %s\n"):format(
        condition, fish_word(words))
    end
    for _, option in ipairs(one.options) do
      lines[#lines + 1] = fish_option(condition, option)
    end
  end
  return table.concat(lines)
end

return script
