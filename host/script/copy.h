/*
** Copy: a deep copy of an actor's state, and references exchanged in one.
**
** Tables are copied, with shared references, cycles and metatables kept; all
** else is shared: functions, userdata, threads, strings. Shared are also tables
** that are no data: _G, what stands in package.loaded, the libraries; and those
** with a `__gc`, which stand for something that there is once.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_COPY_H
#define TROUPE_SCRIPT_COPY_H

#include <lua.h>

/* Lua functions, to be called with lua_callk: they make way if they last. */

/* copy(value) -> value */
int copy_run(lua_State *L);
/* exchange(old, new, roots...): whatever can be reached from the roots, through
** tables, metatables and upvalues, and is `old`, becomes `new`. Not through the
** tables that are no data. */
int copy_exchange(lua_State *L);

#endif
