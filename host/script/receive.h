/*
** Receive: troupe.receive, for scripts without a behaviour.
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
/* An info is there: true if it ends the wait, false if the deadline did. */
bool receive_ends(struct body *body);

#endif
