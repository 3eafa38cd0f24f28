/*
** Who waits for whom, as a script may list it.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_FACE_WAIT_H
#define TROUPE_SCRIPT_FACE_WAIT_H

#include <lua.h>

/*
** core.waits() -> a list of all that wait, the oldest actors first:
** { pid, kind, since, target, deferred }. `kind` as "a reply"; `since` on the
** clock of troupe.now; `target` the pid, if it waits for one; `deferred`: its
** request was put off, and the reply may come from anybody.
*/
int wait_lua_waits(lua_State *L);

#endif
