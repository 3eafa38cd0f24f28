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
  RUN_CUT,       /* a visit that is to end: nothing of it is unwound yet */
  RUN_FAILED     /* an error nobody caught; it is at the top of the stack */
};

/* Begins `activity` on the idle main thread, or goes on after a wait. */
enum run run_begin(struct body *body, enum activity activity);
enum run run_resume(struct body *body);

/* Unwinds the main thread after RUN_FAILED, RUN_EXITING or in the middle of a
** wait, running `__close`; leaves it idle. */
void run_unwind(struct body *body);

/* The strand that runs will not look at its wait's outcome: ends the wait, and
** what another actor does in a visit that it waits for. */
void run_give_up(struct body *body);

/* What worker_own has answered: a function of C did not come back for so many
** nanoseconds. Logged if it was long. */
void run_tell_absence(struct body *body, uint64_t span);

/*
** A Lua thread of this actor, beside whatever the actor is doing, which is
** suspended or nothing: anchored on top of the stack of body->L. NULL: no
** memory, and nothing is there. run_drop takes it from there.
*/
lua_State *run_new(struct body *body);
void run_drop(struct body *body);
/* Runs the function and its arguments that are all there is on the thread; it
** cannot wait, and is to be between budget_begin_aside and _end_aside. A Lua
** status; for an error it is on top of the thread, which has been unwound, and
** `stack` has its text. */
int run_aside(struct body *body, lua_State *thread, struct buffer *stack);

/* The same for every strand: their callers are owed an exit, and the body is
** the main thread's again. A killed actor's are not unwound. */
void run_end_strands(struct body *body);

#endif
