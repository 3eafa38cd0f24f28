/*
** What lua/troupe sees of the host's clock: core/quiet.c.
**
**   core.clock() -> "real" or "virtual"
**   core.clock(which) -> what it was before
**   core.settle(): waits until nothing is left to run but what is due later;
**     5 s at most where no deadline is nearer
**
** The last two raise badargument where this cannot be, in a host of more than
** one worker, or must not: in any but that of `troupe test`.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_FACE_CLOCK_H
#define TROUPE_SCRIPT_FACE_CLOCK_H

#include <lua.h>

int clock_lua_clock(lua_State *L);
int clock_lua_settle(lua_State *L);

#endif
