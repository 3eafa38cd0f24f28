/*
** The bindings behind troupe.inspect's trace and mailbox.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_FACE_TRACE_H
#define TROUPE_SCRIPT_FACE_TRACE_H

#include <lua.h>

/*
** core.trace(target, n): the target's next n events (script/record.h), told to
** this actor from now on. An object: next(seconds) waits for some and returns
** a list, {} if none has come by then, or nil when all have been told and the
** trace is over; and how many were lost for want of memory. close(), and to be
** closed: no more. Raises `overload` if TRACERS trace it already, and what a
** call raises.
*/
int trace_lua_trace(lua_State *L);

/* core.messages(target, n): the oldest n messages that stand in the target's
** mailbox, and { total, bytes, senders } (script/contents.h). */
int trace_lua_messages(lua_State *L);

#endif
