/*
** Finaliser: `__gc` of what scripts make, without script code in the collector.
**
** The collector runs a finaliser wherever memory is asked for, with hooks off:
** inside the codec, say, and nothing could end it. So Lua never sees the __gc
** of a script's metatable. Who dies is put into a queue, and its finaliser runs
** as any code of the script does: between messages, when collectgarbage
** returns, when the script makes the next object with a __gc, and at the end.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_FINALISER_H
#define TROUPE_SCRIPT_FINALISER_H

#include <lua.h>
#include <stdbool.h>

#include "script/body.h"

/*
** As lua_setmetatable, for any metatable that a script may have had in its
** hands. True: the value is to be finalised. May raise (memory): then nothing
** has been set.
*/
bool finaliser_setmetatable(lua_State *L, int index);

/* Are there any in the queue, and may they run here? */
static inline bool finaliser_due(const struct body *body) {
  return body->finalisers > 0 && body->finalising == NULL;
}

/* A lua_CFunction without arguments and results: runs those that are in the
** queue. Raises nothing of theirs: that becomes a warning. */
int finaliser_run(lua_State *L);
/* The same for all that there are, the youngest first: the actor is over, and
** what it makes from here on is not finalised. */
int finaliser_run_last(lua_State *L);

/* Is there anything to run at a normal end? */
bool finaliser_remain(const struct body *body);

/*
** Pushes the metatable of the full userdata at `index` as a script may have
** it: a copy, always the same one. The collector calls the __gc of the real one
** itself, so that one must not be a script's function. May raise (memory).
*/
void finaliser_push_copy(lua_State *L, int index);

#endif
