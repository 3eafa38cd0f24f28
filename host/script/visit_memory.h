/*
** Visit memory: what an operator may do about the memory of an actor.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_VISIT_MEMORY_H
#define TROUPE_SCRIPT_VISIT_MEMORY_H

#include <lua.h>

/* At a boundary: a full collection. () -> bytes before, bytes after. It takes
** as long as there is much to look at, and cannot be interrupted. */
int visit_gc(lua_State *L);

#endif
