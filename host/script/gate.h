/*
** Gate: the way of an actor to a module of the store. While that is being
** reloaded it is closed, and who wants it waits in front of it: a start, so
** that no actor begins with a version that others have left.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_GATE_H
#define TROUPE_SCRIPT_GATE_H

#include <lua.h>

#include "script/module_load.h"

/*
** As module_find, for this actor, which is noted as a user of what is found.
** MODULE_CLOSED: a wait is open, which ends when it is worth to ask again:
** coroutine_wait is to follow. Who cannot wait is let in.
*/
enum module_found gate_find(lua_State *L, const char *name, const char *path);

#endif
