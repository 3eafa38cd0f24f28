--- Scripts by which a shell completes troupe's words. Not for scripts of
--- Troupe: see `troupe help completion`.
--
-- They know nothing: what may stand where, troupe itself says each time
-- (`troupe completion offer`), as a project has commands of its own. It
-- answers in lines: first what else may stand there (files, folders, none),
-- then the words, each with a tab and what it is.

local script = {}

script.bash = [=[
# Completion of troupe's words in bash: eval "$(troupe completion bash)"

_troupe() {
  local line IFS=$'\n' other=
  COMPREPLY=()
  while read -r line; do
    if [[ -z $other ]]; then other=$line; continue; fi
    COMPREPLY+=("${line%%$'\t'*}")
  done < <("${COMP_WORDS[0]/#\~/$HOME}" completion offer -- \
    "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  # Words are split at =, and only what stands behind it is exchanged.
  if [[ ${COMP_WORDS[COMP_CWORD]} != *=* ]]; then
    COMPREPLY=("${COMPREPLY[@]#--*=}")
  fi
  case $other in
    files) COMPREPLY+=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
      compopt -o filenames 2>/dev/null ;;
    folders) COMPREPLY+=($(compgen -d -- "${COMP_WORDS[COMP_CWORD]}"))
      compopt -o filenames 2>/dev/null ;;
  esac
}
complete -F _troupe troupe
]=]

script.zsh = [=[
#compdef troupe
# Completion of troupe's words in zsh: eval "$(troupe completion zsh)"

_troupe() {
  local -a lines offers
  local line
  lines=("${(@f)$("${(Q)words[1]/#\~/$HOME}" completion offer -- \
    "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "${(@)lines[2,-1]}"; do
    offers+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done
  (($#offers)) && _describe word offers
  case ${lines[1]} in
    (files) _files ;;
    (folders) _files -/ ;;
  esac
}
if [[ $funcstack[1] == _troupe ]]; then
  _troupe "$@"
else
  (($+functions[compdef])) || { autoload -Uz compinit && compinit; }
  compdef _troupe troupe
fi
]=]

script.fish = [=[
# Completion of troupe's words in fish: troupe completion fish | source

function __troupe_offer
  set -l words (commandline -opc)
  set -l last "$(commandline -ct)"
  set -l binary (string replace -r '^~' $HOME -- $words[1])
  set -l lines ($binary completion offer -- $words[2..-1] $last 2>/dev/null)
  printf '%s\n' $lines[2..-1]
  switch "$lines[1]"
    case files
      __fish_complete_path $last
    case folders
      __fish_complete_directories $last
  end
end
complete -c troupe -f -a '(__troupe_offer)'
]=]

return script
