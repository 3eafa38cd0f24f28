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

/* Raises if the fields of the table at `index` are not of the form that
** DESIGN.md names for a behaviour, which is called `name`. */
void dispatch_check(lua_State *L, int index, const char *name);
/* Makes the table at `index` the actor's behaviour, once it is checked; also in
** the place of another one, at a message boundary: then dispatch_renew is to
** follow, outside of Lua. */
void dispatch_adopt(lua_State *L, int index);
void dispatch_renew(struct body *body);
void dispatch_set_state(lua_State *L, int index);
/* Notes what a turn of this actor is going to touch. */
void dispatch_warm(struct body *body);
/* Push the state, the behaviour; nil if there is none. */
void dispatch_push_state(lua_State *L);
void dispatch_push_behaviour(lua_State *L);

#endif
