/*
** core.actors, core.actor and core.workers: what an operator sees of a host.
**
** Threads  [owner] all functions: of the actor that asks
*/
#ifndef TROUPE_SCRIPT_FACE_CENSUS_H
#define TROUPE_SCRIPT_FACE_CENSUS_H

#include <lua.h>

/* core.actors {sort, limit, behaviour} -> a list of tables; makes way */
int census_lua_actors(lua_State *L);
/* core.actor(target) -> the same table of one; nil if it is not there */
int census_lua_actor(lua_State *L);
/* core.workers() -> a list of tables */
int census_lua_workers(lua_State *L);

#endif
