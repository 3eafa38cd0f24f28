/*
** Reason: why an actor ends: one encoded value in its body.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_REASON_H
#define TROUPE_SCRIPT_REASON_H

#include <lua.h>
#include <stdbool.h>

#include "core/message.h"
#include "script/body.h"
#include "script/script.h"

/* Set body->reason. Without memory for one it is "not enough memory". */
void reason_set(struct body *body, const struct fixed_reason *reason,
                bool normal);
void reason_from(struct body *body, const struct message *message);
/* From the Lua value at `index`; nil is "normal". May raise. */
void reason_value(lua_State *L, int index);
bool reason_is_normal(lua_State *L, int index);

/* The OUTCOME that tells somebody who waits; without memory for the reason it
** is an OUTCOME_EXIT without one. */
/* There was no memory, or the actor's limit did not leave it any: the text says
** which limit, if it has one. */
#define REASON_MEMORY_SIZE 80
const char *reason_memory_text(const struct body *body,
                               char text[REASON_MEMORY_SIZE]);
void reason_memory(struct body *body);

struct message *reason_message(struct body *body, enum outcome outcome);

/* Pushes the reason that a DOWN, EXIT or OUTCOME message carries; "noactor"
** if it carries none. May raise. */
void reason_push(lua_State *L, const struct message *message);

#endif
