/*
** A stepped host: one worker, no thread, and a time that stands still. Who
** embeds it comes with its thread and lets a span of that time pass.
**
** It follows a schedule that chooses nothing (worker.c): one list in order of
** arrival, a message a turn. What is due on the way fires at its time, in
** order, and all that follows from it happens before the next. Nothing looks at
** the machine's clock, and what comes from outside, by sockets, is looked for
** once, before all else.
**
** Neither a turn nor a step is without an end. A turn is ended by its count of
** instructions (slice.c), and its actor put off: it goes on in the next step.
** Actors that keep each other going, while no time passes, are so by the number
** of turns that a step has; from there on time goes on over them, what is due
** only becomes ready, and the next step begins with it.
*/
#include "base/check.h"
#include "base/tick.h"
#include "core/worker.h"

/* Turns of a step: a host of many actors has more. */
#ifdef TROUPE_ASSERTS
#define TURNS_LEAST UINT64_C(10000)
#else
#define TURNS_LEAST UINT64_C(1000000)
#endif
#define TURNS_EACH 100

bool step_put_off(struct worker *worker, struct actor *actor) {
  if (worker->turn_instructions < worker->scheduler->turn_limit) return false;
  actor->link = NULL;
  if (worker->off_last != NULL)
    worker->off_last->link = actor;
  else
    worker->off_first = actor;
  worker->off_last = actor;
  return true;
}

/* In front of all that has become ready since. */
static void take_back(struct worker *worker) {
  while (worker->off_first != NULL) {
    struct actor *actor = worker->off_first;
    worker->off_first = actor->link;
    worker_enqueue_quietly(worker, actor);
  }
  worker->off_last = NULL;
}

static void run_ready(struct worker *worker, uint64_t *turns) {
  struct actor *actor;
  while (*turns > 0 && (actor = worker_find_listed(worker)) != NULL) {
    --*turns;
    worker->turn_cycles = worker_tick(worker);
    worker_run_turn(worker, actor);
  }
}

void step_run(struct scheduler *scheduler, uint64_t span) {
  struct worker *worker = scheduler->engine;
  uint64_t until = tick_add(scheduler_now(scheduler), span);
  uint64_t turns =
      TURNS_LEAST + TURNS_EACH * directory_count(scheduler->directory);
  struct stay stay;
  ASSERT(scheduler->stepped, "it has no other clock");
  worker_enter(worker, &stay);
  gauge_work(worker, worker->cycles);
  take_back(worker);
  worker_poll(worker, 0);
  do {
    run_ready(worker, &turns);
  } while (quiet_wake(worker) || quiet_advance(worker, until));
  gauge_rest(worker, worker_tick(worker));
  worker_leave(&stay);
}
