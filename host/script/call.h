/*
** Call: sending, answering, and the text of what went wrong.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_CALL_H
#define TROUPE_SCRIPT_CALL_H

#include <lua.h>

#include "core/message.h"
#include "script/body.h"

/* A handler has returned: answers the CALL in hand with all values on the
** stack. Raises badargument for what cannot be sent. */
void call_reply(lua_State *L, struct body *body);
/* Answers it with the error in body->reason: OUTCOME_ERROR or _REFUSED. */
void call_answer_reason(struct body *body, enum outcome outcome);
/* There is no handler for the request in hand, whose name is at index 3. */
void call_unknown(lua_State *L, struct body *body);
/* The same outside the state. */
void call_refuse(struct body *body, struct message *message);
void call_log_unknown(struct body *body, struct message *message);

/* Pushes the reason that a DOWN, EXIT or OUTCOME message carries; "noactor"
** if it carries none. May raise. */
void call_push_reason(lua_State *L, const struct message *message);

/* The target at `index` as a pid: a pid itself, or whoever holds the key or
** serves the address now; ID_NONE: nobody. Raises for no target at all. */
uint64_t call_target(lua_State *L, int index);

int call_lua_call(lua_State *L);
int call_lua_cast(lua_State *L);
int call_lua_trycast(lua_State *L);
int call_lua_send(lua_State *L);
int call_lua_from(lua_State *L);
int call_lua_reply(lua_State *L);
int call_lua_stop(lua_State *L);
int call_lua_kill(lua_State *L);

/* The value of troupe.noreply: a light userdata that is no pid. */
void call_push_noreply(lua_State *L);

#endif
