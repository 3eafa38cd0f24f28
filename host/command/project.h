/*
** Project: the folder that a command works in, found as git finds its own.
**
** Threads
**   [main]  all functions, before any other thread runs
*/
#ifndef TROUPE_COMMAND_PROJECT_H
#define TROUPE_COMMAND_PROJECT_H

#include <limits.h>
#include <stdbool.h>

/* Where the modules of a project are, and of its release. */
#define PROJECT_PATH                                \
  "lua/?.lua;lua/?/init.lua;"                       \
  "lua_modules/share/lua/5.4/?.lua;"                \
  "lua_modules/share/lua/5.4/?/init.lua"
#define PROJECT_CPATH "lua_modules/lib/lua/5.4/?.so"

struct project {
  /* Where one was when the command was given, below the project's folder,
  ** with a slash behind it; "./" if there. Empty: in no project. */
  char from[PATH_MAX];
  /* The way from the working directory to the project's folder: "" or some
  ** "../". */
  char up[2 * PATH_MAX];
};

/* The nearest folder upwards that has a rockspec becomes the working
** directory, and modules are found in its lua/ and lua_modules/, by this
** process and by those that it starts. False: there is none. */
bool project_enter(struct project *project);

/* The same, but one stays where one is. */
bool project_look(struct project *project);

#endif
