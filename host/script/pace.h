/*
** Pace: loops of C that a script can make as long as it likes. Each makes way
** after so many steps, if it is asked to:
**
**   if (pace_over(L)) return coroutine_wait(L, HOST_PREEMPT, context, k);
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_PACE_H
#define TROUPE_SCRIPT_PACE_H

#include <lua.h>
#include <stdbool.h>

#include "base/check.h"
#include "script/coroutine.h"
#include "script/hook.h"

/* Steps of some nanoseconds each, between two looks. */
#ifdef TROUPE_STRESS
#define PACE_STEPS 1
#else
#define PACE_STEPS 4096
#endif

/* So many of them take as long as an instruction of Lua's. */
#define STEPS_OF_ONE 4

/* As many, or as few as a spec has asked for (probe.pace). */
static inline int pace_steps(lua_State *L) {
#ifdef TROUPE_ASSERTS
  if (body_of(L)->pace > 0) return body_of(L)->pace;
#endif
  (void)L;
  return PACE_STEPS;
}

/* True: suspend now. Raises if the actor is to die and cannot suspend. What has
** been done takes as long as so many instructions. */
static inline bool pace_passed(lua_State *L, unsigned instructions) {
#ifdef TROUPE_ASSERTS
  if (body_of(L)->pace > 0 && coroutine_can_wait(L)) return true;
#endif
  if (likely(!hook_poll(L, instructions))) return false;
  if (coroutine_can_wait(L)) return true;
  hook_stuck(L);
  return false;
}

static inline bool pace_over(lua_State *L) {
  return pace_passed(L, PACE_STEPS / STEPS_OF_ONE + 1);
}

#endif
