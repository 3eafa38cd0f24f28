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

/* Kills body->doomed, if there is one: an actor whose start took too long. It
** is asked first what it is doing, so this is called when the turn ends. */
void culprit_kill(struct body *body);

#endif
