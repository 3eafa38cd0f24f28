/*
** What a worker does otherwise under a schedule (core/schedule.h); how it finds
** an actor then stands in worker.c.
*/
#include "base/check.h"
#include "core/schedule.h"
#include "core/worker.h"

#define ENDLESS_US UINT64_C(1000000) /* a slice, under a schedule */

/* Under a schedule, or stepped, how long something takes decides nothing, but
** for a turn without an end. */
void worker_set_spans(struct worker *worker) {
  uint64_t us = worker->scheduler->cycles_per_us;
  worker->poll_span = worker->scheduled ? UINT64_MAX : POLL_SPAN_US * us;
  worker->slice_span = (worker->scheduled ? ENDLESS_US : SLICE_US) * us;
  worker->look_span = (worker->scheduled ? ENDLESS_US : LOOK_US) * us;
  worker->turn_span =
      worker->scheduled || worker->engine ? 0 : worker->slice_span;
  worker->chain_span = CHAIN_US * us;
}

void worker_unlink_pinned(struct worker *worker, struct actor *actor) {
  struct actor **link = &worker->pinned_first, *before = NULL;
  while (*link != actor) {
    before = *link;
    link = &before->link;
  }
  *link = actor->link;
  if (worker->pinned_last == actor) worker->pinned_last = before;
  counter_add(&worker->gauge.pinned, UINT64_MAX);
}

bool worker_preempts(struct worker *worker, struct actor *actor, bool own) {
  ASSERT(worker->scheduler->schedule != NULL, "somebody chooses");
  return schedule_preempts(worker->scheduler->schedule, actor,
                           worker->pinned_first, own);
}
