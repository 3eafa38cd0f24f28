/*
** Call: sending, with the waits on the way; stop and kill.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_CALL_H
#define TROUPE_SCRIPT_CALL_H

#include <lua.h>

struct message; /* core/message.h */

/* Whom the reply to a call is for if it is not for the script that calls:
** `replied` takes it as it came, undecoded. `sent` is told when the call is in
** a mailbox. */
struct relay {
  void (*sent)(struct relay *relay, lua_State *L);
  void (*replied)(struct relay *relay, lua_State *L, struct message *reply);
};

/* Sends a CALL, a CAST or an INFO that somebody else has packed, and takes it
** then: *message is NULL. As troupe.call and the like, with the target at index
** 1, which is all that they need for the latter two. A call's first value is at
** index 2, for errors, and a light userdata, its relay, at 3: once that has the
** reply, true is returned. Raises as they do. */
int call_relay(lua_State *L, struct message **message);

int call_lua_call(lua_State *L);
int call_lua_cast(lua_State *L);
int call_lua_trycast(lua_State *L);
int call_lua_send(lua_State *L);
int call_lua_stop(lua_State *L);
int call_lua_kill(lua_State *L);

#endif
