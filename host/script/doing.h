/*
** Doing: what an actor is at, in words.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_DOING_H
#define TROUPE_SCRIPT_DOING_H

#include <lua.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "script/body.h"
#include "script/codec_peek.h"

#define DOING_SIZE (CODEC_PEEK_SIZE + 8)

/* The request in hand as 'call "deposit"'; "start", "continue", "terminate",
** "down", "socket", "timer". NULL: none of these. Touches no Lua state. */
const char *doing_text(const struct body *body, char text[DOING_SIZE]);

/* Pushes that text, or nil; returns what it pushed. May raise (memory). */
const char *doing_push(lua_State *L);

/* Adds this actor's hop to the error object at the top and raises it. */
int doing_throw(lua_State *L);

/* Where it is, "store.lua:12": the innermost line of Lua; empty if none is
** active. `running` as below. Returns `text`. */
#define DOING_PLACE_SIZE 96
const char *doing_place(struct body *body, lua_State *running,
                        char text[DOING_PLACE_SIZE]);

/*
** The Lua stacks of the innermost coroutine and of those that resumed it, as
** failure_stack does it, one after the other. `running`: the thread whose hook
** asks; NULL if the actor is suspended or idle. Does not raise. False: no
** memory for the text.
*/
bool doing_stack(struct body *body, lua_State *running, struct buffer *out);

#endif
