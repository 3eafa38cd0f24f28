/*
** The registry as a script sees it; ensure is in start.h.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_FACE_REGISTRY_H
#define TROUPE_SCRIPT_FACE_REGISTRY_H

#include <lua.h>

int registry_lua_whereis(lua_State *L);
int registry_lua_register(lua_State *L);
int registry_lua_unregister(lua_State *L);
int registry_lua_join(lua_State *L);
int registry_lua_leave(lua_State *L);
int registry_lua_members(lua_State *L);
int registry_lua_publish(lua_State *L);
int registry_lua_keys(lua_State *L);

#endif
