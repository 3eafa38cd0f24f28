/*
** Schedule: which of the ready actors runs next, chosen by a seed instead of by
** the order in which they became ready, for tests.
**
** A host with a schedule has one worker, runs one message a turn, and keeps all
** ready actors in one list in order of arrival. Wherever there is more than one
** way to go on there is a *choice*: which of the list runs, whether the running
** actor makes way after an operation that others can see, which of an actor's
** handlers in flight goes on. Choices are numbered from 1, and what is chosen
** is a number, too: 0 is what would happen without a seed. So the choices that
** are not 0, "12:1/40:2", are all there is to know of a schedule, given that
** nothing else of the run differs from one time to the next.
**
** How a seed chooses:
**   0      always 0
**   odd    uniformly: each way is as likely as any other
**   even   by priorities, one for each actor, drawn when it is first seen, and
**          lowered at a few choices that were drawn in advance (PCT: Burckhardt,
**          Kothari, Musuvathi, Nagarakatte, "A Randomized Scheduler with
**          Probabilistic Guarantees of Finding Bugs", ASPLOS 2010). That finds
**          what needs an actor to be late by very much.
**
** Threads
**   [worker]     all functions but...
**   [main]       ..._new and _free, while no worker runs
** Errors
**   A report that cannot be written is lost.
*/
#ifndef TROUPE_CORE_SCHEDULE_H
#define TROUPE_CORE_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/tick.h"
#include "core/actor.h"

/* When every run under a schedule begins: UTC, and in virtual nanoseconds. */
#define SCHEDULE_UTC INT64_C(1000000000)
#define SCHEDULE_NOW (1000 * TICK_SECOND)

struct schedule;
struct scheduler;

/*
** `text`: "seed=7"; with ",only=12:1/40:2" these are the choices and the seed
** chooses nothing; with ",report=FILE" at its end what is chosen is written to
** that file. NULL: `error` says why.
**
** A line of the report for each choice that is not 0: number, colon, choice, a
** tab and what that meant, in words. The last line, when the run is over: "end",
** and the turns, the choices and the hash, tabs in between.
*/
struct schedule *schedule_new(const char *text, char *error,
                              size_t error_size);
void schedule_free(struct schedule *schedule); /* takes NULL */

/* In words, for the report: who this is, that it "runs" or "makes way", and
** with which message, or where. Handed down. [owner of the actor] */
typedef void schedule_words(struct scheduler *scheduler, struct actor *actor,
                            const char *how, char *text, size_t size);
void schedule_set_words(struct schedule *schedule, struct scheduler *scheduler,
                        schedule_words *words);

/* Which of the list, linked by actor->link, runs now; it is not empty. */
struct actor *schedule_pick(struct schedule *schedule, struct actor *first);
/* That one begins a turn, and what has come to its mailbox has been taken. */
void schedule_turn(struct schedule *schedule, struct actor *actor);
/* Is the running actor to make way for somebody of the list or, `own`, for what
** else it has in hand itself? */
bool schedule_preempts(struct schedule *schedule, struct actor *running,
                       struct actor *first, bool own);
/* Which of so many, 1 or more, that the actor itself could go on with. */
unsigned schedule_choose(struct schedule *schedule, struct actor *actor,
                         unsigned count);
/* What has been run is over: from here on all choices are 0, and nothing is
** reported. */
void schedule_finish(struct schedule *schedule);

/* Of all turns so far: who ran, and with which message. */
struct schedule_figures {
  uint64_t seed, turns, choices, hash;
};
struct schedule_figures schedule_figures(const struct schedule *schedule);

#endif
