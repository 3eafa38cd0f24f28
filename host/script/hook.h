/*
** Hook: how a running script is brought to a boundary, and what it sees of its
** own hooks meanwhile.
**
** Threads
**   [owner]  all functions; hook_interrupt also in a signal handler on the
**            owner's thread
*/
#ifndef TROUPE_SCRIPT_HOOK_H
#define TROUPE_SCRIPT_HOOK_H

#include <lua.h>
#include <stdbool.h>

#include "script/body.h"

#define HOOK_STEP 1000 /* instructions, at most, between two count hooks */

/* Asks the actor, whose turn it is on this thread, to come to a boundary: for
** struct actor_type. */
bool hook_interrupt(struct actor *actor);
/* The same, and at its next instruction even where hooks look all the time:
** for a schedule, whose points do not depend on how a host has its slices. Who
** has a hook of its own comes to it when that does. */
void hook_make_way(struct actor *actor);

/*
** Has this actor been asked to come to a boundary? For a C function that may
** run for long, every few thousand steps, which take as long as so many
** instructions. If so, and coroutine_can_wait, it suspends with
** coroutine_wait(L, HOST_PREEMPT, ...) and goes on from there in the
** continuation; if it cannot wait it calls hook_stuck.
*/
static inline bool hook_poll(lua_State *L, unsigned instructions) {
  struct body *body = body_of(L);
  if (body->hook_count != 0) slice_poll(instructions);
  return atomic_load_explicit(&body->interrupted, memory_order_relaxed);
}

/* The asking cannot be followed here. Raises a memory error, which no handler
** sees, if the actor is to die; else takes the asking back until the next. */
void hook_stuck(lua_State *L);

/* A thread is about to be entered, or has been returned to: what was asked of
** another thread of this actor is asked of this one. */
void hook_follow(lua_State *thread);
static inline void hook_pass(lua_State *thread) {
  if (__builtin_expect(atomic_load_explicit(&body_of(thread)->interrupted,
                                            memory_order_relaxed), 0))
    hook_follow(thread);
}

/* `count` > 0: from now on this thread, and those that it makes, have a count
** hook of at most so many instructions; `always`: each is an asking. */
void hook_set_count(lua_State *L, int count, bool always);

/* From now on this thread, and those that it makes, have their lines counted:
** script/coverage.h. */
void hook_cover(lua_State *L);

/* The script's own hook of the thread at `index`: sets the function at the top,
** popped; `mask` as in lua_sethook, 0 for none (then any value). May raise. */
void hook_set(lua_State *L, int index, int mask, int count);
/* Pushes the function and answers mask and count; false, and nothing pushed:
** the script has none there. May raise. */
bool hook_get(lua_State *L, int index, int *mask, int *count);

#endif
