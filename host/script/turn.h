/*
** Turn: how a Lua actor handles its messages. See turn.c for the essay.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_TURN_H
#define TROUPE_SCRIPT_TURN_H

#include "core/actor.h"
#include "script/body.h"

extern const struct actor_type turn_type; /* type of every Lua actor */

/* How running the main thread came out. */
enum run {
  RUN_DONE,      /* the activity is over */
  RUN_SUSPENDED, /* inside a wait, or preempted */
  RUN_EXITING,   /* troupe.exit */
  RUN_FAILED     /* an error nobody caught; it is at the top of the stack */
};

/* Begins `activity` on the idle main thread, or goes on after a wait. */
enum run turn_run(struct body *body, enum activity activity);
enum run turn_resume(struct body *body);

/* Unwinds the main thread after RUN_FAILED, RUN_EXITING or in the middle of a
** wait, running `__close`; leaves it idle. */
void turn_unwind(struct body *body);

#endif
