/*
** Deadlock: an actor that would wait for itself is told so instead.
**
**   epoch = wait_open(L, WAIT_CALL, pid, true);
**   if (deadlock_closed(body, pid)) ... free what is held, deadlock_raise(L)
**   ... make the request known ...
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_DEADLOCK_H
#define TROUPE_SCRIPT_DEADLOCK_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/circle.h"
#include "script/body.h"
#include "script/script.h"

/* What deadlock_closed does when the target waits, too. */
bool deadlock_look(struct body *body);

/* The open wait is for `target`, published. True: it closed a circle and has
** been ended; body->circle is the circle. */
static inline bool deadlock_closed(struct body *body, uint64_t target) {
  return circle_possible(body->script->scheduler, target) &&
         deadlock_look(body);
}

/*
** Raises the error object: kind `deadlock`, begun = false, a line for each
** member in the message, and `circle`, a list of entries (script/inquiry.h),
** this actor first. Asks the others for their stacks, 50 ms in all. Does not
** return.
*/
int deadlock_raise(lua_State *L);

#endif
