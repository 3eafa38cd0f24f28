/*
** Links and monitors as a script sees them.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_FACE_LINK_H
#define TROUPE_SCRIPT_FACE_LINK_H

#include <lua.h>

int link_lua_link(lua_State *L);
int link_lua_unlink(lua_State *L);
int link_lua_monitor(lua_State *L);
int link_lua_demonitor(lua_State *L);
int link_lua_trap(lua_State *L);

#endif
