/*
** Receive: troupe.receive, for scripts without a behaviour, and for tasks
** (lua/troupe/task/runner.lua), to whom calls, casts and stops, which are not
** for the task's function, are kept until it no longer receives.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_RECEIVE_H
#define TROUPE_SCRIPT_RECEIVE_H

#include <lua.h>
#include <stdbool.h>

#include "script/body.h"

/* troupe.receive */
int receive_lua_receive(lua_State *L);
/* core.take: the same, but "down", pid, reason, was it a link?, was it an end
** of which a link does not die? */
int receive_lua_take(lua_State *L);
/* An info is there: true if it ends the wait, false if the deadline did. */
bool receive_ends(struct body *body);
/* Takes the message if the actor is a task and it has to wait. */
bool receive_put_aside(struct body *body, struct message *message);
/* What was put aside is next again. */
void receive_put_back(struct body *body);

#endif
