/*
** What is registered, as a script may list it.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_FACE_KEYS_H
#define TROUPE_SCRIPT_FACE_KEYS_H

#include <lua.h>

/*
** core.keys(limit), core.groups(limit) -> a list of the first `limit` in no
** order, and how many there are in all. An entry:
**
**   key        as it was registered; nil for an entity's and a pool's worker's
**   text       as one would write it: `{"room", 7}`, "entity account 17"
**   pid, behaviour   of a key: who has it
**   size             of a group: how many members it has
*/
int keys_lua_keys(lua_State *L);
int keys_lua_groups(lua_State *L);

#endif
