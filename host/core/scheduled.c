/*
** What a worker does otherwise under a schedule (core/schedule.h), or stepped.
*/
#include "base/check.h"
#include "core/schedule.h"
#include "core/worker.h"

#define ENDLESS_US UINT64_C(1000000) /* a slice, under a schedule */

/* How long something takes then decides nothing, but for a turn without an
** end. */
void worker_set_spans(struct worker *worker) {
  uint64_t us = worker->scheduler->cycles_per_us;
  worker->poll_span = worker->scheduled ? UINT64_MAX : POLL_SPAN_US * us;
  worker->slice_span = (worker->scheduled ? ENDLESS_US : SLICE_US) * us;
  worker->look_span = (worker->scheduled ? ENDLESS_US : LOOK_US) * us;
  worker->turn_span =
      worker->scheduled || worker->engine ? 0 : worker->slice_span;
  worker->chain_span = CHAIN_US * us;
}

/* What has come by now is in the list, whoever it is from. Under a schedule I/O
** is looked at each time, so that when it comes depends on no clock. */
struct actor *worker_find_listed(struct worker *worker) {
  struct scheduler *scheduler = worker->scheduler;
  struct actor *actor;
  if (!scheduler->stepped) worker_look_round(worker);
  worker_run_jobs(worker);
  worker_take_inbox(worker);
  while ((actor = overflow_get(&scheduler->overflow)) != NULL)
    worker_append_pinned(worker, actor);
  if (worker->pinned_first == NULL || scheduler->schedule == NULL)
    return worker_take_pinned(worker);
  actor = schedule_pick(scheduler->schedule, worker->pinned_first);
  worker_unlink_pinned(worker, actor);
  room_take(scheduler, actor);
  schedule_turn(scheduler->schedule, actor);
  return actor;
}

bool worker_preempts(struct worker *worker, struct actor *actor, bool own) {
  ASSERT(worker->scheduler->schedule != NULL, "somebody chooses");
  return schedule_preempts(worker->scheduler->schedule, actor,
                           worker->pinned_first, own);
}
