/*
** Who belongs where: actors that own handles to the worker of those, and what
** says which worker an actor is to be given to.
*/
#include "core/worker.h"

#include "base/check.h"

void actor_pin(struct actor *actor) {
  struct worker *worker = worker_current();
  struct worker *home =
      atomic_load_explicit(&actor->home, memory_order_relaxed);
  ASSERT(worker != NULL && (home == NULL || home == worker),
         "handles are opened at home");
  (void)home;
  actor->handles++;
  atomic_store_explicit(&actor->home, worker, memory_order_relaxed);
  atomic_fetch_add_explicit(&worker->handles, 1, memory_order_relaxed);
}

void actor_unpin(struct actor *actor) {
  struct worker *worker = worker_current();
  ASSERT(worker != NULL && actor->handles > 0 &&
             atomic_load_explicit(&actor->home, memory_order_relaxed) ==
                 worker,
         "handles are closed at home");
  atomic_fetch_sub_explicit(&worker->handles, 1, memory_order_relaxed);
  actor->handles--;
  if (actor->handles == 0 && !worker->lone)
    atomic_store_explicit(&actor->home, NULL, memory_order_relaxed);
}

void actor_settle(struct actor *actor, struct worker *worker) {
  ASSERT(actor->handles == 0, "settled before it runs");
  actor->handles = 1;
  atomic_store_explicit(&actor->home, worker, memory_order_relaxed);
  atomic_fetch_add_explicit(&worker->handles, 1, memory_order_relaxed);
}

void actor_settle_private(struct actor *actor, struct worker *worker) {
  ASSERT(actor->handles == 0 &&
             (worker->lone || worker->scheduler->stepped),
         "settled before it runs");
  atomic_store_explicit(&actor->home, worker, memory_order_relaxed);
}

uint64_t scheduler_running(struct scheduler *scheduler, int index) {
  ASSERT(index < scheduler->worker_seats, "there is that worker");
  return atomic_load_explicit(&scheduler->workers[index]->running,
                              memory_order_relaxed);
}

struct worker *scheduler_private(struct scheduler *scheduler) {
  if (scheduler->worker_total == scheduler->worker_count) return NULL;
  return scheduler->workers[scheduler->worker_count];
}

struct worker *scheduler_least_loaded(struct scheduler *scheduler) {
  struct worker *best = scheduler->workers[0];
  uint64_t best_load = UINT64_MAX;
  for (int i = 0; i < scheduler->worker_count; i++) {
    struct worker *worker = scheduler->workers[i];
    uint64_t load =
        (uint64_t)runqueue_length(&worker->queue) * 4 +
        atomic_load_explicit(&worker->handles, memory_order_relaxed);
    if (load >= best_load) continue;
    best = worker;
    best_load = load;
  }
  return best;
}
