/*
** Enter: what is typed at a prompt runs inside an actor, as a visit
** (script/visit.h).
**
** It sees the actor's own globals, and sets them; `state` is the behaviour's
** state, to be read, changed and replaced; what it prints is part of the
** answer. An expression's values are the answer, as are those that it returns.
** It has what the actor has, and no more.
**
** Threads  [owner] all functions: of the actor that is visited
*/
#ifndef TROUPE_SCRIPT_ENTER_H
#define TROUPE_SCRIPT_ENTER_H

#include <lua.h>

/* (source) -> what it printed, its values. Raises what it raises, as an error
** object that has what it printed as `output`. */
int enter_run(lua_State *L);
/* The same, now: where the actor stands. */
int enter_run_now(lua_State *L);

/* () -> the state. Raises for a script, which has none. */
int enter_state(lua_State *L);

#endif
