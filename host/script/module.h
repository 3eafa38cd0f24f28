/*
** Module: `require`, `package`, and the host's store of compiled modules.
**
** A file is read and compiled once per host; every actor loads the same
** bytecode (with its debug information: messages and stacks keep file and
** line). Found names are remembered per search path too, so an actor's start
** touches no disk.
**
** Threads
**   [any thread]  path_*
**   [owner]       what takes a lua_State
*/
#ifndef TROUPE_SCRIPT_MODULE_H
#define TROUPE_SCRIPT_MODULE_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#include "script/body.h"
#include "script/module_store.h"

/* An immutable package.path / package.cpath pair, counted. */
struct path;
/* NULL for either: what a stock Lua takes (LUA_PATH, LUA_CPATH, or its
** defaults). Returns NULL for no memory. */
struct path *path_new(const char *path, const char *cpath);
struct path *path_share(struct path *path);
void path_drop(struct path *path); /* takes NULL */
const char *path_lua(const struct path *path);
const char *path_c(const struct path *path);

/*
** Pushes the compiled chunk of module `name`, found in the embedded library
** or on `path`, and the file's name; returns 2. On failure pushes nil and a
** message that says what was looked for, or the syntax error with file and
** line; returns 2 as well. May raise (memory only).
*/
int module_load(lua_State *L, struct modules *modules, const char *name,
                const struct path *path);
/* The same for a script file, by its file name; "-" is standard input. A
** first line that starts with "#" is skipped. */
int module_load_file(lua_State *L, struct modules *modules, const char *file);

/*
** `require`, and what opens `package`, for the lists in library.c. As long as
** the script has not touched `package` require looks in package.loaded, the
** standard libraries, the state_modules and the store; after that, or if it
** finds nothing there, it walks package.searchers as stock does. The first of
** these also knows the state_modules, the second is the store. Searchers and
** modules may wait.
*/
int module_require(lua_State *L);
/* Pushes `require` for the host's own use: what it says of a module that is
** not to be found is short, and tells its name and the path. May raise. */
void module_push_require(lua_State *L);
int module_open_package(lua_State *L);

/* The actor's search path as its script has left it in package.path: shared,
** to be dropped by the caller. May raise (memory). */
struct path *module_path(lua_State *L);

#endif
