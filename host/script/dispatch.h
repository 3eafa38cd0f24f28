/*
** Dispatch: from a message to a handler, inside the Lua state.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_DISPATCH_H
#define TROUPE_SCRIPT_DISPATCH_H

#include <lua.h>

#include "script/body.h"

/* The C function that an activity is: pushed and resumed by turn.c. */
int dispatch_start(lua_State *L);
int dispatch_run(lua_State *L);

/* The same for a visit at a boundary (script/visit.h). */
int dispatch_visit(lua_State *L);

/* Pushes the closure that runs every other activity, or nil before the
** behaviour is known. May not raise. */
void dispatch_push(lua_State *L);

/* Makes the table at `index` the actor's behaviour; raises if its fields are
** not of the form that DESIGN.md names. */
void dispatch_adopt(lua_State *L, int index);
void dispatch_set_state(lua_State *L, int index);

#endif
