/*
** Call: sending, with the waits on the way; stop and kill.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_CALL_H
#define TROUPE_SCRIPT_CALL_H

#include <lua.h>

int call_lua_call(lua_State *L);
int call_lua_cast(lua_State *L);
int call_lua_trycast(lua_State *L);
int call_lua_send(lua_State *L);
int call_lua_stop(lua_State *L);
int call_lua_kill(lua_State *L);

#endif
