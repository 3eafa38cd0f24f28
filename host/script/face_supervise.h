/*
** Supervise: what supervisors, pools and tasks, which are Lua (lua/troupe),
** need of the host, and how the library in Lua reports misuse and failures.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_FACE_SUPERVISE_H
#define TROUPE_SCRIPT_FACE_SUPERVISE_H

#include <lua.h>

/* core.check_child(options): raises unless they are good for core.start */
int supervise_lua_check(lua_State *L);
/* core.shutdown(pid): it is to end now, whatever it is doing or waiting for.
** Returns at once: true, or nil and "noactor". */
int supervise_lua_shutdown(lua_State *L);
/* core.dismiss(pid): as troupe.stop, but does not wait; was it there? */
int supervise_lua_dismiss(lua_State *L);
/* core.orphan(pid): is it gone, or bound to end because a starter is? */
int supervise_lua_orphan(lua_State *L);
/* core.task(): the caller is a task's actor; its `continue` may receive */
int supervise_lua_task(lua_State *L);
/* core.key(value) -> bytes that are equal for equal keys, and the key as one
** would write it; nil if it is no key */
int supervise_lua_key(lua_State *L);

/* core.expected(what, type, value) raises badargument at the place outside
** the library that called it */
int supervise_lua_expected(lua_State *L);
/* core.misuse(text): the same in other words */
int supervise_lua_misuse(lua_State *L);
/* core.failure(kind, text) -> an error object; kind is exit or exists */
int supervise_lua_failure(lua_State *L);
/* core.caught(value, request): for an xpcall handler in Lua: the error object
** with a hop that says where; `request` is what was being done */
int supervise_lua_caught(lua_State *L);
/* core.raise(problem): adds a hop, of who asked, and raises it */
int supervise_lua_raise(lua_State *L);

#endif
