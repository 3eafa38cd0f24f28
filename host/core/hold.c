/*
** Which thread has which worker: mostly for ever the one that was started for
** it. If a script's call of a C function that is not ours does not come back,
** the worker goes on with a spare thread: its timers, its sockets and the
** actors that are pinned to it wait for nobody.
**
** `current` is the worker that a thread holds. Script code runs between
** worker_share and worker_own; in between, the tick may find that the thread
** is stuck inside a C function that is not ours, and lend the worker:
**
** 1. The tick, on that very thread: `current` becomes NULL, `lent` the worker,
**    which is vacant from the release store of `held` on.
** 2. A spare thread takes it and runs turns, as the first one did.
** 3. The first thread comes back: at the hook that the tick had asked for, or
**    at whatever asks for worker_current, or at worker_own. It takes a ticket
**    and waits.
** 4. Who holds the worker sees that there are claims when its turn is over,
**    which the tick sees to, and lets go. The first thread goes on.
**
** The tick interrupts the thread anywhere, and must not lend a worker that
** the code it has interrupted is just using. What is used in a moment needs no
** guard: to be lent, a thread must have been seen at the same place, not
** having asked for its worker in between, by STUCK_TICKS ticks, each of which
** let it run on. What may last, because it copies as much as a script likes,
** is between worker_keep and worker_let.
**
** A worker is its first thread's from the beginning, even before that has come
** to run: a spare that looks for the worker of one that is stuck must not find
** it, and serve it instead.
**
** Tickets are served in order, so that a first thread that lets go for one
** that comes back does not overtake it.
*/
#include "core/worker.h"

#include <stdatomic.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/tick.h"

#define SPARES_LARGEST 64
/* How often a thread that has lent its worker is asked to come back. */
#define ASK_NS (TICK_SECOND / 10)

/* This thread's. The tick reads and writes it between any two instructions. */
static _Thread_local struct {
  struct worker *volatile current;
  struct worker *volatile lent;
  struct actor *volatile lent_turn;
  struct holder *volatile holder;
  volatile uint64_t lent_at;   /* ns: when it lent its worker */
  volatile uint64_t lent_span; /* ns that it was without, since worker_share */
  volatile int kept;           /* > 0: not to be lent now */
  volatile unsigned asked;     /* times that worker_current was asked */
} mine __attribute__((tls_model("initial-exec")));

/* --- Taking and letting go ------------------------------------------------ */

static void take(struct worker *worker) {
  uint32_t ticket;
  atomic_fetch_add_explicit(&worker->claims, 1, memory_order_seq_cst);
  worker_wake(worker);
  mutex_lock(&worker->lock);
  ticket = worker->next_ticket++;
  while (atomic_load_explicit(&worker->held, memory_order_acquire) ||
         ticket != worker->serving)
    condition_wait(&worker->vacant, &worker->lock);
  worker->serving++;
  atomic_store_explicit(&worker->held, true, memory_order_relaxed);
  atomic_fetch_sub_explicit(&worker->claims, 1, memory_order_seq_cst);
  mutex_unlock(&worker->lock);
}

/* For a spare: those that come back are first. */
static bool try_take(struct worker *worker) {
  bool taken = false;
  mutex_lock(&worker->lock);
  if (!atomic_load_explicit(&worker->held, memory_order_acquire)) {
    taken = worker->next_ticket == worker->serving;
    if (taken)
      atomic_store_explicit(&worker->held, true, memory_order_relaxed);
    else
      condition_wake_all(&worker->vacant);
  }
  mutex_unlock(&worker->lock);
  return taken;
}

static void let_go(struct worker *worker) {
  mine.current = NULL;
  mutex_lock(&worker->lock);
  atomic_store_explicit(&worker->held, false, memory_order_release);
  condition_wake_all(&worker->vacant);
  mutex_unlock(&worker->lock);
}

/* Timers of another thread mean nothing to this one's alarm. */
static void begin(struct worker *worker) {
  slice_reset(worker);
  worker_read_clocks(worker);
  mine.current = worker;
}

/* --- Coming back ---------------------------------------------------------- */

static void set_astray(struct actor *actor, bool astray) {
  if (actor != NULL)
    atomic_store_explicit(&actor->astray, astray, memory_order_relaxed);
}

static void come_back(void) {
  struct worker *worker = mine.lent;
  struct actor *actor = mine.lent_turn;
  take(worker);
  worker->away--;
  set_astray(actor, false);
  mine.lent = NULL;
  mine.lent_span += tick_now() - mine.lent_at;
  begin(worker);
  worker->turn_cycles = worker->chain_cycles = worker->cycles;
  worker_set_running(worker, actor);
  slice_enter(worker, actor);
}

struct worker *worker_current(void) {
  mine.asked++;
  if (unlikely(mine.current == NULL && mine.lent != NULL)) come_back();
  return mine.current;
}

void worker_share(void) {
  mine.lent_span = 0;
  mine.kept = 0;
}

uint64_t worker_own(void) {
  if (unlikely(mine.lent != NULL)) come_back();
  mine.kept = 1;
  return mine.lent_span;
}

void worker_keep(void) {
  mine.kept++;
  worker_current();
}

void worker_let(void) { mine.kept--; }

/* A thread that is nobody's has no alarm: what it runs here is not ticked. */
void worker_enter(struct worker *worker, struct stay *stay) {
  ASSERT(mine.lent == NULL, "a thread that has lent its worker waits for it");
  stay->worker = mine.current;
  stay->kept = mine.kept;
  stay->cache = slab_bind(worker->cache);
  mine.kept = 1;
  begin(worker);
}

void worker_leave(const struct stay *stay) {
  mine.current = stay->worker;
  mine.kept = stay->kept;
  slab_bind(stay->cache);
}

unsigned hold_asked(void) { return mine.asked; }

struct worker *hold_current(void) { return mine.current; }

bool hold_ask(void) {
  struct actor *actor = mine.lent != NULL ? mine.lent_turn : NULL;
  if (actor != NULL && actor->type->interrupt != NULL)
    actor->type->interrupt(actor);
  return actor != NULL;
}

bool hold_lend(struct worker *worker) {
  struct scheduler *scheduler = worker->scheduler;
  if (mine.kept > 0 || worker != mine.current ||
      atomic_load_explicit(&scheduler->spares_idle, memory_order_relaxed) <= 0)
    return false;
  mine.lent_turn = atomic_load_explicit(&worker->slicing.turn,
                                   memory_order_relaxed);
  mine.lent_at = tick_now();
  set_astray(mine.lent_turn, true);
  worker->away++;
  mine.lent = worker;
  mine.current = NULL;
  slice_leave(worker);
  if (mine.holder->alarm.made) alarm_set(&mine.holder->alarm, ASK_NS);
  atomic_fetch_add_explicit(&scheduler->lent, 1, memory_order_relaxed);
  atomic_store_explicit(&worker->held, false, memory_order_release);
  semaphore_post(&scheduler->spare_wanted);
  return true;
}

#ifdef TROUPE_ASSERTS
bool worker_lend(void) {
  return mine.current != NULL && hold_lend(mine.current);
}
#endif

/* --- Threads -------------------------------------------------------------- */

struct alarm *hold_alarm(void) {
  return mine.holder != NULL ? &mine.holder->alarm : NULL;
}

static void enter_thread(struct holder *holder) {
  mine.holder = holder;
  mine.kept = 1;
  slab_bind(holder->cache);
  slice_open(holder->scheduler, &holder->alarm);
}

static void leave_thread(struct holder *holder) {
  alarm_deinit(&holder->alarm);
  slab_bind(NULL);
  mine.holder = NULL;
}

static bool is_stopping(struct scheduler *scheduler) {
  return atomic_load_explicit(&scheduler->stopping, memory_order_seq_cst);
}

void hold_main(void *argument) {
  struct worker *worker = argument;
  struct holder holder = {.scheduler = worker->scheduler,
                          .cache = worker->cache};
  enter_thread(&holder);
  begin(worker);
  for (;;) {
    worker_run(worker);
    if (is_stopping(worker->scheduler)) break;
    let_go(worker); /* to one that comes back */
    take(worker);
    begin(worker);
  }
  worker_drain(worker);
  let_go(worker);
  leave_thread(&holder);
}

static struct worker *find_vacant(struct scheduler *scheduler) {
  for (int i = 0; i < scheduler->worker_total; i++) {
    struct worker *worker = scheduler->workers[i];
    if (!atomic_load_explicit(&worker->held, memory_order_relaxed) &&
        try_take(worker))
      return worker;
  }
  return NULL;
}

static void serve(struct scheduler *scheduler, struct worker *worker) {
  atomic_fetch_sub_explicit(&scheduler->spares_idle, 1, memory_order_relaxed);
  hold_start_spare(scheduler); /* the next one that is stuck finds one, too */
  begin(worker);
  worker_run(worker);
  /* Its first thread may have drained it already, and gone. */
  if (is_stopping(scheduler)) worker_drain(worker);
  let_go(worker);
  atomic_fetch_add_explicit(&scheduler->spares_idle, 1, memory_order_relaxed);
}

static void spare_main(void *argument) {
  struct holder *holder = argument;
  struct scheduler *scheduler = holder->scheduler;
  enter_thread(holder);
  while (!is_stopping(scheduler)) {
    struct worker *worker;
    semaphore_wait(&scheduler->spare_wanted);
    worker = is_stopping(scheduler) ? NULL : find_vacant(scheduler);
    if (worker != NULL) serve(scheduler, worker);
  }
  leave_thread(holder);
}

static struct holder *new_spare(struct scheduler *scheduler) {
  struct holder *holder = memory_zalloc(sizeof *holder);
  if (holder == NULL) return NULL;
  holder->scheduler = scheduler;
  holder->cache = slab_cache_new(scheduler->slab);
  if (holder->cache != NULL &&
      thread_start(&holder->thread, "troupe-spare", spare_main, holder) ==
          STATUS_OK)
    return holder;
  slab_cache_free(holder->cache);
  memory_free(holder);
  return NULL;
}

static bool start_spare_locked(struct scheduler *scheduler) {
  struct holder *holder;
  if (is_stopping(scheduler) || scheduler->spare_count == SPARES_LARGEST)
    return false;
  holder = new_spare(scheduler);
  if (holder == NULL) return false;
  holder->next = scheduler->spares;
  scheduler->spares = holder;
  scheduler->spare_count++;
  atomic_fetch_add_explicit(&scheduler->spares_idle, 1, memory_order_relaxed);
  return true;
}

bool hold_start_spare(struct scheduler *scheduler) {
  bool there = atomic_load_explicit(&scheduler->spares_idle,
                                    memory_order_relaxed) > 0;
  if (there) return true;
  mutex_lock(&scheduler->spares_lock);
  there = start_spare_locked(scheduler);
  mutex_unlock(&scheduler->spares_lock);
  return there;
}

/* None is started any more: `stopping` is set. */
void hold_stop_spares(struct scheduler *scheduler) {
  struct holder *holder;
  mutex_lock(&scheduler->spares_lock);
  holder = scheduler->spares;
  scheduler->spares = NULL;
  for (int i = 0; i < scheduler->spare_count; i++)
    semaphore_post(&scheduler->spare_wanted);
  scheduler->spare_count = 0;
  mutex_unlock(&scheduler->spares_lock);
  while (holder != NULL) {
    struct holder *next = holder->next;
    thread_join(&holder->thread);
    slab_cache_free(holder->cache);
    memory_free(holder);
    holder = next;
  }
}

void hold_init(struct scheduler *scheduler) {
  mutex_init(&scheduler->spares_lock);
  semaphore_init(&scheduler->spare_wanted);
}

void hold_deinit(struct scheduler *scheduler) {
  semaphore_deinit(&scheduler->spare_wanted);
  mutex_deinit(&scheduler->spares_lock);
}
