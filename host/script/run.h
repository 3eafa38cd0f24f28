/*
** Run: the main thread of a state, under lua_resume.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_SCRIPT_RUN_H
#define TROUPE_SCRIPT_RUN_H

#include "script/body.h"

/* How running the main thread came out. */
enum run {
  RUN_DONE,      /* the activity is over */
  RUN_SUSPENDED, /* inside a wait, or preempted */
  RUN_EXITING,   /* troupe.exit */
  RUN_DYING,     /* killed while it ran, or its budget is spent */
  RUN_FAILED     /* an error nobody caught; it is at the top of the stack */
};

/* Begins `activity` on the idle main thread, or goes on after a wait. */
enum run run_begin(struct body *body, enum activity activity);
enum run run_resume(struct body *body);

/* Unwinds the main thread after RUN_FAILED, RUN_EXITING or in the middle of a
** wait, running `__close`; leaves it idle. */
void run_unwind(struct body *body);

/* The same for every strand: their callers are owed an exit, and the body is
** the main thread's again. A killed actor's are not unwound. */
void run_end_strands(struct body *body);

#endif
