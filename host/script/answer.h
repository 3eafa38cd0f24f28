/*
** Answer: the reply to a request, or what stands for one.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_ANSWER_H
#define TROUPE_SCRIPT_ANSWER_H

#include <lua.h>

#include "core/message.h"
#include "script/body.h"
#include "script/script.h"

/* A handler has returned: answers the CALL in hand with all values on the
** stack. Raises badargument for what cannot be sent. */
void answer_reply(lua_State *L, struct body *body);
/* The same for a visit, which has no `from`. */
void answer_visit(lua_State *L, struct body *body);
/* All values on the stack as the answer of this visit. */
struct message *answer_pack(lua_State *L, const struct visit_entry *entry);
/* Answers it with the error in body->reason: OUTCOME_ERROR or _REFUSED. */
void answer_reason(struct body *body, enum outcome outcome);
/* There is no handler for the request in hand, whose name is at index 3. */
void answer_unknown(lua_State *L, struct body *body);
/* The same outside the state. */
void answer_refuse(struct body *body, struct message *message);
void answer_log_unknown(struct body *body, struct message *message);

/* troupe.from, troupe.reply */
int answer_lua_from(lua_State *L);
int answer_lua_reply(lua_State *L);
/* The value of troupe.noreply: a light userdata that is no pid. */
void answer_push_noreply(lua_State *L);

#endif
