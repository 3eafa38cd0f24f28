/*
** Deadlines: what becomes of the deadlines in force when coroutines that are
** inside of troupe.timeout or troupe.shield are resumed, yield and end.
**
** All functions: by the owner of the actor, whose body_of(L) it is.
*/
#ifndef TROUPE_SCRIPT_DEADLINES_H
#define TROUPE_SCRIPT_DEADLINES_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

struct body;

struct deadlines {
  uint64_t scope, request; /* as in struct body */
};

/* Of a resume that is under way. */
struct passage {
  struct deadlines outer;   /* the resumer's */
  struct deadlines entered; /* what the coroutine was resumed with */
};

/* Those in force. */
struct deadlines deadlines_get(const struct body *body);
void deadlines_set(struct body *body, struct deadlines deadlines);

/* The coroutine at `index` is about to be resumed for the first time or after
** a yield of its own: puts its own in force beside those of its resumer, and
** notes both. May raise for lack of memory. */
void deadlines_enter(lua_State *L, int index, struct passage *passage);

/* It has yielded, or ended: back to the resumer's. Keeps its own, if it has
** any and has `yielded`. May raise for lack of memory. */
void deadlines_leave(lua_State *L, int index, const struct passage *passage,
                     bool yielded);

/* A deadline scope that ran on this thread has put back the deadlines that it
** found when it began. If it has outlived the resume that it began in, those
** of the present resumer take their place. Does not raise. */
void deadlines_scope_ended(lua_State *L);

#endif
