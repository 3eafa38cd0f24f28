/*
** Help: what `troupe --help` says, as a literal: `troupe help` has it from
** here, too.
*/
#ifndef TROUPE_COMMAND_HELP_H
#define TROUPE_COMMAND_HELP_H

#define HELP_TEXT \
  "usage: troupe run [options] [FILE] [arguments]    run a script\n" \
  "       troupe repl [options] [FILE] [arguments]   talk to a new host\n" \
  "       troupe attach [HOST] [-e CODE] [--json]    talk to one that runs\n" \
  "       troupe [options] -e CODE [arguments]       run a line of Lua\n" \
  "       troupe COMMAND [arguments]                 troupe help lists them\n" \
  "       troupe --help | --version\n" \
  "\n" \
  "  --workers N       worker threads (default: one per core)\n" \
  "  --log LEVEL       debug, info, warn, error or off (default: info;\n" \
  "                    repl: warn)\n" \
  "  --set NAME=VALUE  a setting, for troupe.config\n" \
  "  --env NAME        read settings from config/NAME.lua (default: dev)\n" \
  "  --grace SECONDS   how long actors may take to stop (default: 5)\n" \
  "  --watch           reload what is loaded when its file changes\n" \
  "  --name NAME       others may attach to this host, by this name\n" \
  "\n" \
  "A FILE of - is standard input; without one, in a project, run and repl\n" \
  "start its application. In a project its modules and settings are found.\n" \
  "SIGINT and SIGTERM stop all actors, the youngest first; a second SIGINT\n" \
  "ends the process at once. The exit status is the script's.\n" \
  "\n" \
  "A HOST is a name, or the path of a socket, with a slash; none: the only\n" \
  "one that runs.\n" \
  "\n" \
  "At a terminal, attach and repl read lines of Lua and commands (help " \
  "lists\n" \
  "them) till Ctrl-D, which stops the host of a repl; Ctrl-C ends an\n" \
  "evaluation. Otherwise they run their standard input, or each CODE (repl:\n" \
  "once the application has started); the exit status is 1 if one raises.\n" \
  "\n" \
  "  -e CODE           print what it evaluates to; as often as you like\n" \
  "  --json            for programs: one line of JSON for each result\n" \
  "\n" \
  "  --list            only tell which hosts there are, a name each line\n"

#endif
