/*
** Hook: how a running script is brought to a boundary.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_HOOK_H
#define TROUPE_SCRIPT_HOOK_H

#include <lua.h>
#include <stdbool.h>

#include "script/body.h"

/*
** Has this actor been asked to come to a boundary? For a C function that may
** run for long, every few thousand steps. If so, and coroutine_can_wait, it
** suspends with coroutine_wait(L, HOST_PREEMPT, ...) and goes on from there in
** the continuation; if it cannot wait it calls hook_stuck.
*/
static inline bool hook_poll(lua_State *L) {
  return atomic_load_explicit(&body_of(L)->interrupted, memory_order_relaxed);
}

/* The asking cannot be followed here. Raises a memory error, which no handler
** sees, if the actor is to die; else takes the asking back until the next. */
void hook_stuck(lua_State *L);

#endif
