/*
** Strand: one of several handlers in flight in one actor (`concurrent = n`).
**
** An actor that handles one message at a time runs on the main thread of its
** state, and what it is doing stands in its body. One that handles several
** has a thread of its own for each, a *strand*; what a strand is doing is moved
** into the body while it runs, and out again when it waits. So all that a
** binding sees is the body, whoever runs.
**
** Strand 0 is the main thread: start, `continue` and `terminate` run there.
**
** Threads    [owner] all functions
** Ownership  A strand's messages are its own; strand_drop frees them.
*/
#ifndef TROUPE_SCRIPT_STRAND_H
#define TROUPE_SCRIPT_STRAND_H

#include <lua.h>
#include <stdbool.h>

#include "script/body.h"

struct strands;

/* Makes `count` strands for the behaviour that is being adopted, none for 1, in
** the place of those of a former one, which are free; raises if there is no
** memory. */
void strand_make(lua_State *L, unsigned count);
/* Empties the stacks of their threads, which are idle. */
void strand_clear(struct body *body);
void strand_free(struct body *body);

/* Handlers that have begun and are not done. */
unsigned strand_in_flight(const struct body *body);
bool strand_is_free(const struct body *body);

/*
** Who is next. Outcomes go before the rest: they bring to its end what has
** begun. But after as many of them as there are handlers in flight the rest
** has a turn, and in it those that were preempted and new requests alternate.
** So each in flight has gone on about once when a new one begins, however long
** they run, and the other way round.
*/
bool strand_rest_is_due(struct body *body); /* it has had its turn from here */
bool strand_is_ready(const struct body *body); /* is one that was preempted */
bool strand_new_is_due(const struct body *body);

/* A free strand takes the next request: the body is its from here on. */
void strand_begin(struct body *body);
/* The strand of this wait goes on; false: it has none that is open to it. */
bool strand_enter(struct body *body, uint64_t epoch);
/* How many were preempted... */
unsigned strand_ready(const struct body *body);
/* ...of which the n-th, from 0, goes on. */
void strand_enter_ready(struct body *body, unsigned n);
/* The body is the main thread's again. The strand is free if its request is
** done, ready if it was preempted. */
void strand_leave(struct body *body);

/* The strand with what this INTERRUPT is for goes on, though it may wait;
** false: there is none. */
bool strand_enter_meant(struct body *body, const struct message *message);

/* For a look from outside: the body is that of the strand that serves this
** request or, where no strand is free, of one that is taken, until
** strand_unvisit. False: there is none such, or a strand has the body. */
bool strand_visit(struct body *body, struct waiter subject);
void strand_unvisit(struct body *body);

/*
** For a look at all of them, wherever the actor is: the body is that of the
** strand *index, from 0, or of the next one after it that has a request, until
** strand_hide; *index becomes its successor's. False: there is no more. The one
** that runs is among them.
*/
struct strand_shown {
  lua_State *L;
  struct hand hand;
  struct waiter serving;
  struct wait *waiting;
};
bool strand_show(struct body *body, unsigned *index,
                 struct strand_shown *shown);
void strand_hide(struct body *body, const struct strand_shown *shown);
/* Has the strand before *index the body anyway? */
bool strand_shows_running(const struct body *body, unsigned index);
/* How many there may be. */
unsigned strand_count(const struct body *body);

/* For the actor's end: enters one whose request is not done, running or not;
** false: none is left, and the body is the main thread's. The caller unwinds
** its thread, and then drops it: who called it is owed an exit. */
bool strand_enter_left(struct body *body);
void strand_drop(struct body *body);

/* Does this thread belong to the host, which alone resumes it? */
bool strand_owns(const struct body *body, const lua_State *thread);
/* The thread of the strand `index`, if it waits; NULL past the last one. */
lua_State *strand_waiting(const struct body *body, unsigned *index);

#endif
