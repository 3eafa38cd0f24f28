/*
** Preempt: under a schedule (core/schedule.h), where a running actor may have
** to make way: after it has done, through one of our functions, what others can
** see. So it is found what goes wrong if somebody else comes between a look and
** what follows from it, though nothing is waited for in between.
**
** The functions are pushed through here, once a state: without a schedule that
** is all that it costs.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_PREEMPT_H
#define TROUPE_SCRIPT_PREEMPT_H

#include <lua.h>

/* Pushes `function`, which is `name` in the module or class `owner`, or what
** does the same and may make way then. May raise (memory). */
void preempt_push(lua_State *L, const char *owner, const char *name,
                  lua_CFunction function);

#endif
