/*
** Module load: from a name and a search path to a function.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_MODULE_LOAD_H
#define TROUPE_SCRIPT_MODULE_LOAD_H

#include <lua.h>

struct modules; /* script/module.h */

enum module_found {
  MODULE_FOUND,  /* pushed: the function and the file's name */
  MODULE_ABSENT, /* pushed: "no file 'x'\n\tno file 'y'" */
  MODULE_BROKEN  /* pushed: what is wrong with the file that was found */
};

/* May raise (memory). */
enum module_found module_find(lua_State *L, struct modules *modules,
                              const char *name, const char *path);

/* Pushes the short message for a module that is not there. May raise. */
void module_push_absent(lua_State *L, const char *name, const char *path);

#endif
