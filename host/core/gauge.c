/*
** The gauges of a worker. It has work, or is idle: spins or is parked. Both are
** noted when they change, with readings of the counter that are there anyway,
** and every FOLD_US what has passed is folded into the average: an
** exponential one, or as good as one.
**
** Who looks adds what has passed since: it was all work, or, if the worker is
** idle, all idleness. So neither a turn nor a sleep that goes on for long shows
** what was before it.
*/
#include "core/worker.h"

#define FOLD_US UINT64_C(10000)
#define SPAN_US UINT64_C(1000000) /* the average is over */

/* How much of an average over SPAN_US the last `cycles` are; 0..1. */
static double part(const struct scheduler *scheduler, uint64_t cycles) {
  double span = (double)(SPAN_US * scheduler->cycles_per_us);
  return (double)cycles / ((double)cycles + span);
}

static double mixed(double load, double share, double part_of_share) {
  return load + (share - load) * part_of_share;
}

static void fold(struct worker *worker, uint64_t cycles, uint64_t span) {
  struct gauge *gauge = &worker->gauge;
  uint64_t idle = gauge->idle < span ? gauge->idle : span;
  double load = atomic_load_explicit(&gauge->load, memory_order_relaxed);
  double share = (double)(span - idle) / (double)span * GAUGE_FULL;
  load = mixed(load, share, part(worker->scheduler, span));
  atomic_store_explicit(&gauge->load, (uint32_t)load, memory_order_relaxed);
  atomic_store_explicit(&gauge->folded, cycles, memory_order_relaxed);
  gauge->idle = 0;
}

void gauge_fold(struct worker *worker, uint64_t cycles) {
  uint64_t span = cycles - counter_read(&worker->gauge.folded);
  if (span > FOLD_US * worker->scheduler->cycles_per_us)
    fold(worker, cycles, span);
}

void gauge_rest(struct worker *worker, uint64_t cycles) {
  atomic_store_explicit(&worker->gauge.idle_since, cycles,
                        memory_order_relaxed);
}

void gauge_work(struct worker *worker, uint64_t cycles) {
  struct gauge *gauge = &worker->gauge;
  gauge->idle += cycles - counter_read(&gauge->idle_since);
  atomic_store_explicit(&gauge->idle_since, 0, memory_order_relaxed);
  gauge_fold(worker, cycles);
}

static double load_now(struct worker *worker) {
  struct gauge *gauge = &worker->gauge;
  double load = atomic_load_explicit(&gauge->load, memory_order_relaxed);
  uint64_t since = counter_read(&gauge->folded), now = tick_cycles();
  double share = counter_read(&gauge->idle_since) == 0 ? 1 : 0;
  if (now <= since) return load / GAUGE_FULL;
  return mixed(load / GAUGE_FULL, share,
               part(worker->scheduler, now - since));
}

double scheduler_turn(struct scheduler *scheduler, int index) {
  uint64_t since = counter_read(&scheduler->workers[index]->charged);
  uint64_t now = tick_cycles();
  if (now <= since) return 0;
  return (double)(now - since) / ((double)scheduler->cycles_per_us * 1e6);
}

void scheduler_figures(struct scheduler *scheduler, int index,
                       struct worker_figures *figures) {
  struct worker *worker = scheduler->workers[index];
  bool next = atomic_load_explicit(&worker->next, memory_order_relaxed) != NULL;
  *figures = (struct worker_figures){
      .running = scheduler_running(scheduler, index),
      .queue = runqueue_length(&worker->queue) +
               counter_read(&worker->gauge.pinned) + (next ? 1 : 0),
      .turns = counter_read(&worker->gauge.turns),
      .steals = counter_read(&worker->gauge.steals),
      .handles = atomic_load_explicit(&worker->handles, memory_order_relaxed),
      .load = load_now(worker),
      .parked = atomic_load_explicit(&worker->parked,
                                     memory_order_relaxed) != 0,
      .private = worker_is_private(worker),
      .engine = worker->engine,
  };
}
