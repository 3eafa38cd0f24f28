/*
** A worker's day: take an actor, run one turn of it, look at the clock.
**
** Where the next actor comes from, in this order:
**   1. every 61st turn: the overflow list and the queue before anything else,
**      so that a busy chain of next slots starves nobody; and after every
**      second slice that was used up the overflow list, as the queue of an
**      actor that runs on and on is never empty: it is in it;
**   2. the next slot, unless its chain has had its time while others wait;
**   3. pinned actors and the queue, in turn;
**   4. the overflow list;
**   5. half of somebody else's queue, or a next slot that has stood for long.
**
** Under a schedule (core/schedule.h) there is one list, that of the pinned
** actors, and who is chosen from it; in a stepped host (step.c) the first is.
** Both: scheduled.c.
**
** Out of work, it spins for SPIN_US, then parks in its poller. Of the parked
** workers one *watches* while any other runs: it looks at their next slots and
** queues every millisecond, because a cast into a next slot wakes nobody and
** its sender may compute on for long; and so with senders let in (room.c).
*/
#include "core/worker.h"

#include "base/check.h"
#include "base/memory.h"
#include "base/tick.h"
#include "core/fence.h"

#define FAIR_TURN 61

struct scheduler *worker_scheduler(struct worker *worker) {
  return worker->scheduler;
}

int worker_index(const struct worker *worker) { return worker->index; }

bool worker_is_private(const struct worker *worker) {
  return worker->lone && !worker->engine;
}

struct wheel *worker_wheel(struct worker *worker) { return &worker->wheel; }

void *worker_poller(struct worker *worker) { return worker->poller.self; }

struct worker *worker_new(struct scheduler *scheduler, int index) {
  struct worker *worker = memory_aligned(64, sizeof *worker);
  if (worker == NULL) return NULL;
  runqueue_init(&worker->queue);
  worker->scheduler = scheduler;
  worker->index = index;
  worker->lone = index >= scheduler->worker_count;
  worker->scheduled = scheduler->schedule != NULL || scheduler->stepped;
  worker->apart = worker->lone || worker->scheduled;
  worker->engine = index >= scheduler->worker_total;
  worker->cycle_scale = worker->real_scale =
      (UINT64_C(1000) << 32) / (scheduler->cycles_per_us | 1);
  worker_set_spans(worker);
  worker->cache = slab_cache_new(scheduler->slab);
  if (worker->cache == NULL) {
    memory_free_aligned(worker);
    return NULL;
  }
  atomic_init(&worker->gauge.folded, tick_cycles());
  worker_read_clocks(worker);
  wheel_init(&worker->wheel, worker->look_ns);
  atomic_init(&worker->held, true); /* by the thread that is to come */
  mutex_init(&worker->lock);
  condition_init(&worker->vacant);
  return worker;
}

/* The last turns of other workers may have posted jobs after this one ended. */
void worker_free(struct worker *worker) {
  struct slab_cache *former;
  if (worker == NULL) return;
  former = slab_bind(worker->cache);
  worker_run_jobs(worker);
  if (worker->poller.free != NULL) worker->poller.free(worker->poller.self);
  slab_bind(former);
  slab_cache_free(worker->cache);
  condition_deinit(&worker->vacant);
  mutex_deinit(&worker->lock);
  memory_free_aligned(worker);
}

/* --- The clock ------------------------------------------------------------ */

void worker_read_clocks(struct worker *worker) {
  worker->look_cycles = worker_tick(worker);
  worker->look_ns = scheduler_now(worker->scheduler);
}

static uint64_t at(struct worker *worker, uint64_t cycles) {
  if (unlikely(clock_is_foreign(&worker->scheduler->clock)))
    return scheduler_now(worker->scheduler);
  return worker->look_ns + worker_ns(worker, cycles - worker->look_cycles);
}

uint64_t worker_now(struct worker *worker) {
  return at(worker, tick_cycles());
}

/* Actors that any worker may take, but a lone one. */
static bool has_overflow(struct worker *worker) {
  return !worker->lone &&
         atomic_load_explicit(&worker->scheduler->overflow.count,
                              memory_order_relaxed) != 0;
}

bool worker_has_others(struct worker *worker) {
  return worker->pinned_first != NULL ||
         atomic_load_explicit(&worker->claims, memory_order_seq_cst) != 0 ||
         atomic_load_explicit(&worker->next, memory_order_relaxed) != NULL ||
         runqueue_length(&worker->queue) != 0 || has_overflow(worker) ||
         atomic_load_explicit(&worker->inbox, memory_order_relaxed) != NULL;
}

uint64_t worker_seen(struct worker *worker) {
  return at(worker, worker->cycles);
}

uint64_t worker_look(struct worker *worker) {
  return at(worker, worker_tick(worker));
}

bool worker_slice_over(struct worker *worker) {
  return worker_tick(worker) - worker->turn_cycles >= worker->turn_span;
}

uint64_t worker_turn(const struct worker *worker) {
  return worker->turn_cycles;
}

/* --- Waking --------------------------------------------------------------- */

/* True for whoever must wake it. */
static bool unpark(struct worker *worker) {
  if (atomic_load_explicit(&worker->parked, memory_order_seq_cst) == 0)
    return false;
  if (atomic_exchange_explicit(&worker->parked, 0, memory_order_seq_cst) == 0)
    return false;
  if (!worker->lone)
    atomic_fetch_sub_explicit(&worker->scheduler->parked, 1,
                              memory_order_seq_cst);
  return true;
}

void worker_wake(struct worker *worker) {
  fence_full();
  if (unpark(worker)) worker->poller.wake(worker->poller.self);
}

void scheduler_notify(struct scheduler *scheduler) {
  fence_full();
  if (atomic_load_explicit(&scheduler->parked, memory_order_seq_cst) == 0 ||
      atomic_load_explicit(&scheduler->spinning, memory_order_seq_cst) != 0)
    return;
  for (int i = 0; i < scheduler->worker_count; i++) {
    struct worker *worker = scheduler->workers[i];
    if (!unpark(worker)) continue;
    worker->poller.wake(worker->poller.self);
    return;
  }
}

bool worker_enqueue_quietly(struct worker *worker, struct actor *actor) {
  struct worker *home =
      atomic_load_explicit(&actor->home, memory_order_relaxed);
  if (home != NULL || worker->scheduled) {
    ASSERT(home == NULL || home == worker, "it is queued at home");
    worker_append_pinned(worker, actor);
    return false;
  }
  runqueue_put(&worker->queue, &worker->scheduler->overflow, actor);
  return true;
}

void worker_enqueue(struct worker *worker, struct actor *actor) {
  if (worker_enqueue_quietly(worker, actor))
    scheduler_notify(worker->scheduler);
}

/* --- Finding an actor ----------------------------------------------------- */

static struct actor *take_next(struct worker *worker) {
  struct actor *actor;
  if (atomic_load_explicit(&worker->next, memory_order_relaxed) == NULL)
    return NULL;
  actor = atomic_exchange_explicit(&worker->next, NULL, memory_order_acq_rel);
  if (actor == NULL) return NULL;
  if (worker->turn_cycles - worker->chain_cycles < worker->chain_span ||
      !worker_has_others(worker))
    return actor;
  worker_enqueue(worker, actor);
  return NULL;
}

static struct actor *take_queued(struct worker *worker) {
  struct actor *actor;
  worker->chain_cycles = worker->turn_cycles;
  actor = worker->finds & 1 ? worker_take_pinned(worker) : NULL;
  if (actor == NULL) actor = runqueue_get(&worker->queue);
  if (actor == NULL) actor = worker_take_pinned(worker);
  return actor;
}

static struct actor *take_overflow(struct worker *worker) {
  if (!has_overflow(worker)) return NULL;
  worker->chain_cycles = worker->turn_cycles;
  return overflow_get(&worker->scheduler->overflow);
}

static bool next_stands_long(struct worker *victim) {
  uint64_t since =
      atomic_load_explicit(&victim->next_since, memory_order_relaxed);
  uint64_t age = tick_cycles() - since;
  return atomic_load_explicit(&victim->next, memory_order_relaxed) != NULL &&
         (int64_t)age > 0 &&
         age > NEXT_STEAL_US * victim->scheduler->cycles_per_us;
}

/* The actor may have run, pinned itself and come back between two looks: it is
** looked at again once it is ours. */
static struct actor *steal_next(struct worker *worker, struct worker *victim) {
  struct actor *actor =
      atomic_load_explicit(&victim->next, memory_order_acquire);
  struct worker *home;
  if (actor == NULL || !next_stands_long(victim)) return NULL;
  if (atomic_load_explicit(&actor->home, memory_order_relaxed) != NULL)
    return NULL;
  if (!atomic_compare_exchange_strong_explicit(&victim->next, &actor, NULL,
                                               memory_order_acq_rel,
                                               memory_order_relaxed))
    return NULL;
  home = atomic_load_explicit(&actor->home, memory_order_relaxed);
  if (home == NULL || home == worker) return actor;
  scheduler_ready(worker->scheduler, actor, READY_QUEUE);
  return NULL;
}

static struct actor *steal(struct worker *worker) {
  struct scheduler *scheduler = worker->scheduler;
  if (worker->lone) return NULL;
  for (int i = 1; i < scheduler->worker_count; i++) {
    int index = (worker->index + i) % scheduler->worker_count;
    struct worker *victim = scheduler->workers[index];
    struct actor *actor = runqueue_steal(&victim->queue, &worker->queue);
    if (actor == NULL) actor = steal_next(worker, victim);
    if (actor == NULL) continue;
    worker->chain_cycles = worker->turn_cycles;
    counter_add(&worker->gauge.steals, 1);
    return actor;
  }
  return NULL;
}

static struct actor *find(struct worker *worker) {
  struct actor *actor = NULL;
  if (unlikely(worker->scheduled)) return worker_find_listed(worker);
  if (unlikely(atomic_load_explicit(&worker->jobs, memory_order_relaxed)))
    worker_run_jobs(worker);
  if (unlikely(atomic_load_explicit(&worker->inbox, memory_order_relaxed)))
    worker_take_inbox(worker);
  if (unlikely(++worker->finds % FAIR_TURN == 0)) {
    actor = take_overflow(worker);
    if (actor == NULL) actor = take_queued(worker);
  } else if (unlikely(worker->overdue)) {
    worker->overdue = false;
    actor = take_overflow(worker);
  }
  if (actor == NULL) actor = take_next(worker);
  if (actor == NULL) actor = take_queued(worker);
  if (actor == NULL) actor = take_overflow(worker);
  return actor;
}

/* --- Running -------------------------------------------------------------- */

/* The slice is over. If nobody waits the actor goes on where it is, without a
** way through the queue, where another worker would be woken to steal it; but
** I/O, timers and jobs get their turn. */
static bool keep(struct worker *worker) {
  if (worker->turn_span == 0 || worker_has_others(worker) ||
      atomic_load_explicit(&worker->scheduler->stopping,
                           memory_order_relaxed))
    return false;
  worker->turn_cycles = worker->chain_cycles = worker_tick(worker);
  if (atomic_load_explicit(&worker->jobs, memory_order_relaxed) != NULL)
    worker_run_jobs(worker);
  worker_look_round(worker);
  return !worker_has_others(worker);
}

/* The actor is still this thread's, unless it has ended. */
static enum step step(struct worker *worker, struct actor *actor) {
  enum step step;
  slice_enter(worker, actor);
  step = actor->type->step(actor);
  slice_leave(worker);
  if (step != STEP_ENDED) room_settle(worker->scheduler, actor);
  return step;
}

void worker_set_running(struct worker *worker, struct actor *actor) {
  atomic_store_explicit(
      &worker->running,
      atomic_load_explicit(&actor->pid, memory_order_relaxed),
      memory_order_relaxed);
}

/* Not after each: the list may be full of such, and the queue would wait. */
static void take_turns(struct worker *worker) {
  worker->overdue = worker->slices++ & 1;
}

/* What has passed since is the actor's, but for what a turn that was held up
** (hold.c) left to others. One that is idle has just looked at the counter. */
static void charge(struct worker *worker, struct actor *actor,
                   enum step step) {
  uint64_t now = step == STEP_IDLE ? worker->cycles : worker_tick(worker);
  uint64_t since = counter_read(&worker->charged);
  if (unlikely(worker->turn_cycles > since)) since = worker->turn_cycles;
  if (step != STEP_ENDED) counter_add(&actor->cycles, now - since);
  atomic_store_explicit(&worker->charged, now, memory_order_relaxed);
}

void worker_run_turn(struct worker *worker, struct actor *actor) {
  ASSERT(!worker->lone || atomic_load_explicit(
                              &actor->home, memory_order_relaxed) == worker,
         "a lone worker runs its own");
  worker_set_running(worker, actor);
  atomic_store_explicit(&worker->charged, worker->turn_cycles,
                        memory_order_relaxed);
  counter_add(&worker->gauge.turns, 1);
  worker->turn_instructions = 0;
  for (;;) {
    enum step done = step(worker, actor);
    charge(worker, actor, done);
    switch (done) {
      case STEP_ENDED:
        return;
      case STEP_AGAIN:
        break;
      case STEP_IDLE:
        if (mailbox_park(&actor->mailbox, MAILBOX_IDLE)) return;
        break;
      case STEP_WAIT:
        if (mailbox_park(&actor->mailbox, MAILBOX_WAITING)) return;
        break;
    }
    /* There is more, or something came in before it was parked. */
    if (worker_slice_over(worker) && !keep(worker)) {
      take_turns(worker);
      if (!step_put_off(worker, actor)) worker_enqueue(worker, actor);
      return;
    }
  }
}

void worker_poll(struct worker *worker, uint64_t timeout) {
  worker->poller.poll(worker->poller.self, timeout);
  worker_read_clocks(worker);
  if (!worker_stands_still(worker))
    wheel_advance(&worker->wheel, worker->look_ns);
}

void worker_look_round(struct worker *worker) {
  worker_poll(worker, 0);
  if (unlikely(quiet_is_overdue(worker))) quiet_pass(worker);
}

/* --- Parking -------------------------------------------------------------- */

bool worker_has_work(struct worker *worker) {
  struct scheduler *scheduler = worker->scheduler;
  if (worker_has_others(worker) ||
      atomic_load_explicit(&worker->jobs, memory_order_seq_cst) != NULL ||
      atomic_load_explicit(&scheduler->stopping, memory_order_seq_cst))
    return true;
  if (worker->lone) return false;
  for (int i = 0; i < scheduler->worker_count; i++) {
    struct worker *other = scheduler->workers[i];
    if (other == worker) continue;
    if (runqueue_length(&other->queue) != 0 || next_stands_long(other))
      return true;
  }
  return false;
}

/* Looks for work for a while; one worker at a time, so that a burst does not
** set every core spinning. */
static struct actor *spin(struct worker *worker) {
  struct scheduler *scheduler = worker->scheduler;
  uint64_t span = SPIN_US * scheduler->cycles_per_us;
  uint64_t start = tick_cycles();
  struct actor *actor = NULL;
  uint32_t none = 0;
  if (!atomic_compare_exchange_strong_explicit(
          &scheduler->spinning, &none, 1, memory_order_seq_cst,
          memory_order_relaxed))
    return NULL;
  do {
    worker->turn_cycles = worker_tick(worker);
    actor = find(worker);
    if (actor == NULL) actor = steal(worker);
    if (actor != NULL) break;
    thread_pause();
  } while (worker->turn_cycles - start < span &&
           !atomic_load_explicit(&scheduler->stopping,
                                 memory_order_relaxed));
  atomic_store_explicit(&scheduler->spinning, 0, memory_order_seq_cst);
  /* Whoever pushed while we were looking told nobody else. */
  if (actor != NULL && runqueue_length(&worker->queue) != 0)
    scheduler_notify(scheduler);
  return actor;
}

static bool all_parked(struct scheduler *scheduler) {
  return atomic_load_explicit(&scheduler->parked, memory_order_seq_cst) ==
         (uint32_t)scheduler->worker_count;
}

static uint64_t park_timeout(struct worker *worker, bool watch) {
  uint64_t due = wheel_next(&worker->wheel), timeout = TICK_NEVER;
  const struct clock *clock = &worker->scheduler->clock;
  if (due != TICK_NEVER && !worker_stands_still(worker))
    timeout = clock_span(clock, due);
  if (watch && timeout > WATCH_NS) timeout = WATCH_NS;
  return timeout;
}

static void park(struct worker *worker) {
  struct scheduler *scheduler = worker->scheduler;
  uint32_t none = 0;
  bool watch;
  atomic_store_explicit(&worker->parked, 1, memory_order_seq_cst);
  if (!worker->lone)
    atomic_fetch_add_explicit(&scheduler->parked, 1, memory_order_seq_cst);
  fence_full();
  if (worker_has_work(worker)) {
    unpark(worker);
    return;
  }
  watch = !worker->lone && !all_parked(scheduler) &&
          atomic_compare_exchange_strong_explicit(
              &scheduler->watching, &none, 1, memory_order_seq_cst,
              memory_order_relaxed);
  worker_poll(worker, park_timeout(worker, watch));
  if (watch)
    atomic_store_explicit(&scheduler->watching, 0, memory_order_seq_cst);
  unpark(worker);
}

/* Not if there is nobody who would bring work meanwhile. */
static bool spins(const struct worker *worker) {
  return !worker->apart && !worker->quiet_wanted;
}

static void idle(struct worker *worker) {
  struct actor *actor = steal(worker);
  if (actor != NULL) {
    worker_run_turn(worker, actor);
    return;
  }
  gauge_rest(worker, worker->turn_cycles);
  actor = spins(worker) ? spin(worker) : NULL;
  if (actor == NULL) {
    if (!worker->quiet_wanted || !quiet_look(worker)) {
      park(worker);
      quiet_mark(worker);
    }
    worker_tick(worker);
  }
  gauge_work(worker, worker->cycles);
  if (actor != NULL) worker_run_turn(worker, actor);
}

void worker_drain(struct worker *worker) {
  uint64_t due;
  while ((due = wheel_next(&worker->wheel)) != TICK_NEVER)
    wheel_advance(&worker->wheel, due);
}

/* Somebody else is to have it, or nobody. */
static bool is_to_leave(struct worker *worker) {
  return atomic_load_explicit(&worker->scheduler->stopping,
                              memory_order_relaxed) ||
         atomic_load_explicit(&worker->claims, memory_order_relaxed) != 0;
}

void worker_run(struct worker *worker) {
  while (!is_to_leave(worker)) {
    struct actor *actor;
    if (worker->cycles - worker->look_cycles > worker->poll_span) {
      worker_look_round(worker);
      gauge_fold(worker, worker_tick(worker));
    }
    worker->turn_cycles = worker->cycles;
    actor = find(worker);
    if (actor != NULL)
      worker_run_turn(worker, actor);
    else
      idle(worker);
  }
}
