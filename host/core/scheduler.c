/*
** The way of a message: find the slot, swap the message in, and, if that woke
** the actor, put it where it runs. On a worker's own thread a call's target
** goes into the next slot without a lock, a fence or a wake-up; a chain of
** calls never leaves its core. What is displaced from the slot goes to the
** queue, where others may steal it, and one parked worker is told.
**
** Parking and pushing are the two halves of one protocol:
**   pusher: queue store; fence; reads `parked`  -> wakes one
**   parker: `parked` store; fence; reads queues -> does not park
** A worker that is already looking for work (spinning) counts as told: it
** stops spinning before it parks, and re-reads the queues after that.
*/
#include "core/scheduler.h"

#include "base/check.h"
#include "base/memory.h"
#include "base/tick.h"
#include "core/fence.h"
#include "core/schedule.h"
#include "core/worker.h"

static enum status make_tables(struct scheduler *scheduler) {
  scheduler->slab = slab_new(scheduler->seeded);
  scheduler->directory = directory_new();
  scheduler->leases = leases_new();
  if (scheduler->directory != NULL)
    scheduler->registry = registry_new(scheduler->directory);
  if (scheduler->registry != NULL && scheduler->seeded)
    registry_fix_order(scheduler->registry);
  if (scheduler->slab == NULL || scheduler->leases == NULL ||
      scheduler->registry == NULL)
    return STATUS_NOMEM;
  return STATUS_OK;
}

static enum status make_workers(struct scheduler *scheduler,
                                const struct scheduler_options *options) {
  int total = options->workers + (options->console ? 1 : 0);
  int seats = total + (options->engine ? 1 : 0);
  scheduler->workers =
      memory_zalloc((size_t)seats * sizeof *scheduler->workers);
  if (scheduler->workers == NULL) return STATUS_NOMEM;
  scheduler->worker_count = options->workers;
  scheduler->worker_total = total;
  scheduler->worker_seats = seats;
  for (int i = 0; i < seats; i++) {
    struct worker *worker = worker_new(scheduler, i);
    bool polled;
    if (worker == NULL) return STATUS_NOMEM;
    scheduler->workers[i] = worker;
    if (worker->engine || options->stepped) scheduler->engine = worker;
    polled = worker->engine
                 ? engine_init(worker)
                 : options->poller(options->context, i, &worker->poller);
    if (!polled) return STATUS_NOMEM;
  }
  return STATUS_OK;
}

/* Under a schedule it is always the same time, from the beginning, and in a
** stepped host. */
static void begin_clock(struct scheduler *scheduler,
                        const struct scheduler_options *options) {
  struct clock *clock = &scheduler->clock;
  if (!scheduler->seeded || !options->virtual_time) {
    clock_init(clock, tick_now(), tick_utc());
    if (options->now != NULL)
      clock_follow(clock, options->now, options->now_context);
    return;
  }
  clock_init(clock, SCHEDULE_NOW, (double)SCHEDULE_UTC);
  clock_stop(clock, SCHEDULE_NOW);
}

struct scheduler *scheduler_new(const struct scheduler_options *options) {
  struct scheduler *scheduler = memory_zalloc(sizeof *scheduler);
  CHECK(options->workers >= 1 && options->workers <= WORKERS_LARGEST,
        "a host has 1 to 256 workers");
  if (scheduler == NULL) {
    schedule_free(options->schedule);
    return NULL;
  }
  CHECK(options->schedule == NULL ||
            (options->workers == 1 && !options->console),
        "one worker follows a schedule");
  CHECK(!options->engine ||
            (options->schedule == NULL && !options->virtual_time),
        "an engine's thread has the machine's time");
  CHECK(!options->stepped ||
            (options->workers == 1 && !options->console && !options->engine &&
             options->schedule == NULL && options->virtual_time),
        "a stepped host has one worker and its own time");
  scheduler->schedule = options->schedule;
  scheduler->stepped = options->stepped;
  scheduler->seeded = options->schedule != NULL || options->stepped;
  scheduler->seed = options->seed;
  scheduler->turn_limit = options->stepped ? options->turn_limit : UINT64_MAX;
  overflow_init(&scheduler->overflow);
  atomic_init(&scheduler->slices,
              (int)(options->slices == SLICES_SIGNAL && !alarm_available()
                        ? SLICES_HOOK
                        : options->slices));
  hold_init(scheduler);
  mutex_init(&scheduler->verdicts);
  for (int i = 0; i < ROOM_LOCKS; i++) mutex_init(&scheduler->room_locks[i]);
  scheduler->cycles_per_us = tick_cycles_per_us();
  begin_clock(scheduler, options);
  if (make_tables(scheduler) != STATUS_OK ||
      make_workers(scheduler, options) != STATUS_OK) {
    scheduler_free(scheduler);
    return NULL;
  }
  if (options->virtual_time) quiet_set_virtual(scheduler, true);
  return scheduler;
}

enum status scheduler_start(struct scheduler *scheduler) {
  if (scheduler->stepped) return STATUS_OK;
  for (int i = 0; i < scheduler->worker_total; i++) {
    struct worker *worker = scheduler->workers[i];
    const char *name =
        worker_is_private(worker) ? "troupe-console" : "troupe";
    enum status status =
        thread_start(&worker->thread, name, hold_main, worker);
    if (status != STATUS_OK) {
      scheduler_stop(scheduler);
      return status;
    }
    worker->started = true;
  }
  /* Without one all goes well as long as nothing is stuck. Under a schedule
  ** nothing may run beside. */
  if (scheduler->schedule == NULL) hold_start_spare(scheduler);
  return STATUS_OK;
}

void scheduler_stop(struct scheduler *scheduler) {
  atomic_store_explicit(&scheduler->stopping, true, memory_order_seq_cst);
  for (int i = 0; i < scheduler->worker_total; i++) {
    struct worker *worker = scheduler->workers[i];
    if (worker == NULL || !worker->started) continue;
    worker->poller.wake(worker->poller.self);
    thread_join(&worker->thread);
    worker->started = false;
  }
  hold_stop_spares(scheduler);
}

void scheduler_release(struct scheduler *scheduler) {
  for (int i = 0; i < scheduler->worker_seats; i++)
    worker_free(scheduler->workers[i]);
  scheduler->worker_count = scheduler->worker_total = 0;
  scheduler->worker_seats = 0;
  scheduler->engine = NULL;
  registry_free(scheduler->registry);
  scheduler->registry = NULL;
}

void scheduler_free(struct scheduler *scheduler) {
  if (scheduler == NULL) return;
  scheduler_release(scheduler);
  memory_free(scheduler->workers);
  leases_free(scheduler->leases);
  directory_free(scheduler->directory);
  overflow_deinit(&scheduler->overflow);
  schedule_free(scheduler->schedule);
  mutex_deinit(&scheduler->verdicts);
  hold_deinit(scheduler);
  waiters_free(&scheduler->settling);
  for (int i = 0; i < ROOM_LOCKS; i++) mutex_deinit(&scheduler->room_locks[i]);
  slab_free(scheduler->slab);
  memory_free(scheduler);
}

/* --- Ready ---------------------------------------------------------------- */

static void ready_pinned(struct worker *home, struct actor *actor) {
  struct actor *first = atomic_load_explicit(&home->inbox,
                                             memory_order_relaxed);
  do {
    actor->link = first;
  } while (!atomic_compare_exchange_weak_explicit(
      &home->inbox, &first, actor, memory_order_release,
      memory_order_relaxed));
  worker_wake(home);
}

static void fill_next(struct worker *worker, struct actor *actor) {
  atomic_store_explicit(&worker->next_since, worker->turn_cycles,
                        memory_order_relaxed);
  atomic_store_explicit(&worker->next, actor, memory_order_release);
}

/* A call's target, or its caller: in front of whoever was to be next. */
static void ready_next(struct worker *worker, struct actor *actor) {
  struct actor *former = NULL;
  if (atomic_load_explicit(&worker->next, memory_order_relaxed) != NULL)
    former = atomic_exchange_explicit(&worker->next, NULL,
                                      memory_order_acq_rel);
  fill_next(worker, actor);
  if (former != NULL) worker_enqueue(worker, former);
}

/* Nobody is told, but somebody must be watching, unless nobody else may have
** what this worker has: its turn may last. */
static void see_watched(struct worker *worker) {
  struct scheduler *scheduler = worker->scheduler;
  if (atomic_load_explicit(&scheduler->parked, memory_order_relaxed) != 0 &&
      atomic_load_explicit(&scheduler->watching, memory_order_relaxed) == 0 &&
      !worker->lone)
    scheduler_notify(scheduler);
}

/* A cast's target: next if the slot is free. */
static void ready_after(struct worker *worker, struct actor *actor) {
  if (atomic_load_explicit(&worker->next, memory_order_relaxed) != NULL) {
    worker_enqueue(worker, actor);
    return;
  }
  fill_next(worker, actor);
  see_watched(worker);
}

static void ready_later(struct worker *worker, struct actor *actor) {
  if (worker_enqueue_quietly(worker, actor)) see_watched(worker);
}

/* The lines that a turn will touch come in while the sender goes on, all at
** once instead of one after another. */
static void warm(struct actor *actor) {
  for (int i = 0; i < WARM_PLACES; i++) {
    const char *place =
        atomic_load_explicit(&actor->warm[i], memory_order_relaxed);
    for (int line = 0; line < WARM_LINES; line++)
      __builtin_prefetch(place + 64 * line);
  }
}

void scheduler_warm(struct scheduler *scheduler, uint64_t pid) {
  struct actor *actor = directory_find(scheduler->directory, pid);
  if (actor != NULL) warm(actor);
}

static void ready_here(struct worker *worker, struct actor *actor,
                       enum ready ready) {
  if (ready == READY_NEXT)
    ready_next(worker, actor);
  else if (ready == READY_AFTER)
    ready_after(worker, actor);
  else if (ready == READY_LATER)
    ready_later(worker, actor);
  else
    worker_enqueue(worker, actor);
}

/* From a foreign thread, on a worker that shares nothing, or under a
** schedule. */
static void ready_apart(struct scheduler *scheduler, struct worker *worker,
                        struct actor *actor, enum ready ready) {
  struct worker *home =
      atomic_load_explicit(&actor->home, memory_order_relaxed);
  if (worker != NULL &&
      (worker->scheduled || (worker->engine && home == worker))) {
    worker_enqueue_quietly(worker, actor);
  } else if (worker == NULL || home == NULL) {
    overflow_put(&scheduler->overflow, actor);
    scheduler_notify(scheduler);
  } else {
    ready_here(worker, actor, ready);
  }
}

void scheduler_ready(struct scheduler *scheduler, struct actor *actor,
                     enum ready ready) {
  struct worker *worker = worker_current();
  struct worker *home =
      atomic_load_explicit(&actor->home, memory_order_relaxed);
  if (worker != NULL && worker->scheduler != scheduler) worker = NULL;
  warm(actor);
  if (home != NULL && home != worker)
    ready_pinned(home, actor);
  else if (worker == NULL || worker->apart)
    ready_apart(scheduler, worker, actor, ready);
  else
    ready_here(worker, actor, ready);
}

/* --- Posting -------------------------------------------------------------- */

/* Not even a handler that runs on and on may keep it waiting. */
static bool is_interrupt(const struct message *message) {
  return message->kind == MESSAGE_EXIT || message->kind == MESSAGE_KILL ||
         message->kind == MESSAGE_REPORT || message->kind == MESSAGE_VISIT ||
         message->kind == MESSAGE_RELOAD || message->kind == MESSAGE_INTERRUPT;
}

static enum status refused(struct scheduler *scheduler, struct actor *actor,
                           struct message *message, enum status status,
                           enum ready ready) {
  if (status == STATUS_FULL)
    return room_refused(scheduler, actor, message, ready);
  room_look(scheduler, actor);
  return STATUS_NOACTOR;
}

static enum status push_to(struct scheduler *scheduler, struct actor *actor,
                           struct message *message, enum ready ready) {
  bool interrupts = is_interrupt(message);
  bool wake;
  enum status status = mailbox_push(&actor->mailbox, message, &wake);
  if (unlikely(status != STATUS_OK))
    return refused(scheduler, actor, message, status, ready);
  if (wake)
    scheduler_ready(scheduler, actor, ready);
  else if (unlikely(interrupts))
    atomic_store_explicit(&actor->urgent, true, memory_order_release);
  return STATUS_OK;
}

enum status scheduler_post_counted(struct scheduler *scheduler,
                                   struct actor *actor,
                                   struct message *message,
                                   enum ready ready) {
  bool wake;
  enum status status = mailbox_push_counted(&actor->mailbox, message, &wake);
  if (status != STATUS_OK)
    return refused(scheduler, actor, message, status, ready);
  if (wake) scheduler_ready(scheduler, actor, ready);
  return STATUS_OK;
}

enum status scheduler_post(struct scheduler *scheduler,
                           struct message *message, enum ready ready) {
  struct actor *actor = directory_find(scheduler->directory, message->target);
  if (unlikely(actor == NULL)) return STATUS_NOACTOR;
  return push_to(scheduler, actor, message, ready);
}

void scheduler_prepare(struct actor *actor, struct message *message) {
  bool wake;
  message->target =
      atomic_load_explicit(&actor->pid, memory_order_relaxed);
  CHECK(mailbox_push(&actor->mailbox, message, &wake) == STATUS_OK && !wake,
        "a new actor belongs to its maker");
}

void scheduler_launch(struct scheduler *scheduler, struct actor *actor,
                      enum ready ready) {
  scheduler_ready(scheduler, actor, ready);
}

static bool answer(struct scheduler *scheduler, struct waiter waiter,
                   struct message *message, enum ready ready) {
  struct actor *actor = directory_find(scheduler->directory, waiter.pid);
  bool begun;
  if (actor == NULL || !actor_wait_end(actor, waiter.epoch, &begun)) {
    message_free(message);
    return false;
  }
  ASSERT(message->kind == MESSAGE_OUTCOME, "only an outcome ends a wait");
  message->target = waiter.pid;
  message->epoch = waiter.epoch;
  if (begun) message->flags |= MESSAGE_BEGUN;
  if (push_to(scheduler, actor, message, ready) != STATUS_OK)
    message_free(message);
  return true;
}

bool scheduler_answer(struct scheduler *scheduler, struct waiter waiter,
                      struct message *message) {
  return answer(scheduler, waiter, message, READY_NEXT);
}

bool scheduler_answer_later(struct scheduler *scheduler, struct waiter waiter,
                            struct message *message) {
  return answer(scheduler, waiter, message, READY_LATER);
}

static struct message *bare_outcome(enum outcome outcome) {
  struct message *message = message_need(MESSAGE_OUTCOME, 0);
  message->outcome = (uint8_t)outcome;
  return message;
}

bool scheduler_end_wait(struct scheduler *scheduler, struct waiter waiter,
                        enum outcome outcome) {
  return scheduler_answer(scheduler, waiter, bare_outcome(outcome));
}

bool scheduler_end_wait_due(struct scheduler *scheduler, struct waiter waiter,
                            enum outcome outcome) {
  return answer(scheduler, waiter, bare_outcome(outcome), quiet_ready());
}

void scheduler_end_waits(struct scheduler *scheduler, struct waiters *waiters,
                         enum outcome outcome) {
  for (uint32_t i = 0; i < waiters->count; i++)
    scheduler_end_wait(scheduler, waiters->list[i], outcome);
  waiters_free(waiters);
}

uint64_t scheduler_wait(struct scheduler *scheduler, struct actor *actor,
                        enum wait_kind kind, uint64_t target,
                        uint64_t deadline) {
  struct worker *worker = worker_current();
  uint64_t epoch;
  bool begun;
  ASSERT(worker != NULL && worker->scheduler == scheduler,
         "an actor waits on a worker");
  /* Who waits for room here must not seem to be held up by this wait. */
  if (actor->mailbox.popped != 0) room_settle(scheduler, actor);
  atomic_store_explicit(&actor->waiting->since, worker_seen(worker),
                        memory_order_relaxed);
  epoch = actor_wait_begin(actor, kind, target, deadline);
  if (deadline == TICK_NEVER || !actor_wait_needs_timer(actor, deadline) ||
      deadline_arm(worker, actor, deadline))
    return epoch;
  actor_wait_end(actor, epoch, &begun);
  return 0;
}
