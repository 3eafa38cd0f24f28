/*
** Culprit: whose fault a timeout is.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_CULPRIT_H
#define TROUPE_SCRIPT_CULPRIT_H

#include <lua.h>
#include <stdbool.h>

#include "core/actor.h"
#include "script/body.h"

/*
** Raises the error object at the top, with what is to be known about a wait
** that came to nothing: asks who was waited for, whom that one waits for, and
** so on, 16 at most, 50 ms in all. Adds
**   culprit           list of entries (script/inquiry.h), whoever was waited
**                     for first
**   position, queued  of the request, if it still stood in the queue
** and to the message where the request was. `wait` is the one that ended, of
** which only kind, target and epoch count. Does not return.
*/
int culprit_throw(lua_State *L, const struct wait_edge *wait);

/* When the turn ends, and those who are asked have been asked: a start that
** nobody waits for any more is killed (body->doomed), a visit interrupted. */
void culprit_kill(struct body *body);

#endif
