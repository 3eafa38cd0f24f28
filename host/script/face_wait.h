/*
** Who waits for whom, as a script may list it.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_FACE_WAIT_H
#define TROUPE_SCRIPT_FACE_WAIT_H

#include <lua.h>

/*
** core.waits(limit) -> a list, and how many wait in all. The list has the first
** `limit` of them: those in a circle, then who has waited longest. An entry:
**
**   pid, behaviour   who
**   waits            for what, in words: "a reply from <0.9.1> disk"
**   kind             the same without whom: "a reply"
**   target, target_behaviour   if it waits for an actor
**   since            seconds
**   deferred         its request was put off: the reply may come from anybody
**   circle           those with the same number wait for each other
*/
int wait_lua_waits(lua_State *L);

#endif
