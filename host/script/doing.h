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
#include "codec/peek.h"
#include "script/body.h"

#define DOING_SIZE (CODEC_PEEK_SIZE + 8)

/* The request in hand as 'call "deposit"'; "start", "continue", "terminate",
** "down", "socket", "timer". NULL: none of these. Touches no Lua state. */
const char *doing_text(const struct body *body, char text[DOING_SIZE]);

/* Pushes that text, or nil; returns what it pushed. May raise (memory). */
const char *doing_push(lua_State *L);

/* Adds this actor's hop to the error object at the top and raises it. */
int doing_throw(lua_State *L);

/* The coroutines that are active, one in another. `running`: the thread whose
** hook asks; NULL if the actor is suspended or idle. */
#define DOING_NEST 32 /* of a deeper one the outermost are left out */
struct doing_nest {
  lua_State *threads[DOING_NEST]; /* a ring; the last is the innermost */
  int depth;
};
void doing_nest(const struct body *body, const lua_State *running,
                struct doing_nest *nest);
/* The n-th from the inside, from 0; NULL: there are no more. */
lua_State *doing_nest_at(const struct doing_nest *nest, int n);

/* Is it in a wait that has not ended, `doing_wait`? */
bool doing_waits(const struct body *body, const lua_State *running);
struct wait_edge doing_wait(struct actor *actor);
/* It has nothing in hand: is that because of a reload (script/upgrade.h)? */
static inline bool doing_frozen(const struct body *body) {
  return body->freeze > FREEZE_ASKED;
}

/* Where it is, "store.lua:12": the innermost line of Lua; empty if none is
** active. `running` as above. Returns `text`. */
#define DOING_PLACE_SIZE 96
const char *doing_place(struct body *body, lua_State *running,
                        char text[DOING_PLACE_SIZE]);
/* The same, but of the user's own, if there is one: outside of lua/troupe. */
const char *doing_own_place(struct body *body, lua_State *running,
                            char text[DOING_PLACE_SIZE]);

/*
** The Lua stacks of the innermost coroutine and of those that resumed it, as
** failure_stack does it, one after the other. `running` as above. Does not
** raise. False: no memory for the text.
*/
bool doing_stack(struct body *body, lua_State *running, struct buffer *out);

#endif
