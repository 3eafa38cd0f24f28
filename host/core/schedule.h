/*
** Schedule: which of the ready actors runs next, chosen by a seed instead of by
** the order in which they became ready, for tests.
**
** A host with a schedule has one worker, runs one message a turn, and keeps
** all ready actors in one list in order of arrival. Wherever there is more
** than one way to go on there is a *choice*: whether the actor that would run,
** or that runs and has done what others can see, is *held back* until nobody
** else can go on; which of an actor's handlers in flight goes on. What is
** chosen is a number: 0 is what would happen without a seed. So the choices
** that are not 0, "4.1.t12:1/5.1.w3:1", are all there is to know of a
** schedule, given that nothing else of the run differs from one time to the
** next.
**
** How a seed chooses:
**   0      always 0
**   odd    some actors, drawn when they are first seen, are slow
**   even   1 to 3 choices, at points drawn in advance
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
** `text`: "seed=7"; with ",only=4.1.t12:1/5.1.w3:1" these are the choices and
** the seed chooses nothing; with ",report=FILE" at its end what is chosen is
** written to that file. NULL: `error` says why.
**
** Such a choice is the pid's slot and generation, the kind of point and how
** many of the kind that actor has had with it (schedule_plan.h), and the
** number. A line of the report for each that is not 0: the choice, a tab and
** what that meant, in words. The last line, when the run is over: "end", and
** the turns, the choices and the hash, tabs in between.
*/
struct schedule *schedule_new(const char *text, char *error,
                              size_t error_size);
void schedule_free(struct schedule *schedule); /* takes NULL */

/* In words, for the report: who this is, that it "is held back", and
** with which message, or where. Handed down. [owner of the actor] */
typedef void schedule_words(struct scheduler *scheduler, struct actor *actor,
                            const char *how, char *text, size_t size);
/* When the actor does what it does next makes no difference that anybody could
** see, so it is no choice. Handed down. [owner of the actor] */
typedef bool schedule_unseen(struct scheduler *scheduler,
                             struct actor *actor);
void schedule_set_script(struct schedule *schedule,
                         struct scheduler *scheduler, schedule_words *words,
                         schedule_unseen *unseen);

/* Which of the list, linked by actor->link, runs now; it is not empty. */
struct actor *schedule_pick(struct schedule *schedule, struct actor *first);
/* That one begins a turn, and what has come to its mailbox has been taken. */
void schedule_turn(struct schedule *schedule, struct actor *actor);
/* Is the running actor held back, for somebody of the list or, `own`, for what
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
