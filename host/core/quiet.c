/*
** Nothing is left to run: who waits for just that is woken, and virtual time
** goes on.
**
** Where sockets are open, a poll of a millisecond of the machine's time must
** have brought nothing: loopback has delivered by then. A thread that has lent
** the worker still runs: until it comes back it is not quiet.
**
** Time stands still under whatever is left to run, but not for ever: somebody
** may loop, and who has called him has a deadline. After PATIENCE_NS of the
** machine's time without quiet the host's time goes on as that does, and what
** is due fires, until it is quiet again.
**
** A deadline that ends nothing any more (core/deadline.c leaves its node where
** it was armed) is no reason for time to go on: it is fired without.
*/
#include "base/check.h"
#include "base/tick.h"
#include "core/scheduler.h"
#include "core/worker.h"

#define SETTLE_NS UINT64_C(1000000) /* a poll with sockets open */
#define AWAY_NS UINT64_C(10000000)  /* the same, with a thread away */
#define PATIENCE_NS (2 * TICK_SECOND)

bool quiet_possible(const struct scheduler *scheduler) {
  return scheduler->worker_seats == 1;
}

static void see_wanted(struct worker *worker) {
  worker->quiet_wanted = worker_stands_still(worker) ||
                         worker->scheduler->settling.count != 0;
}

/* --- The clock ------------------------------------------------------------ */

void quiet_mark(struct worker *worker) {
  worker->quiet_cycles = worker_tick(worker);
  worker->quiet_ns = worker->look_ns;
}

static void stand_at(struct worker *worker, uint64_t now) {
  worker->look_ns = now;
  worker->cycle_scale = 0;
}

/* What the worker counts on from its last look may be a little ahead. */
static void stop_clock(struct worker *worker) {
  struct clock *clock = &worker->scheduler->clock;
  uint64_t now = clock_now(clock), seen = worker_now(worker);
  if (!clock_is_virtual(clock)) clock_stop(clock, seen > now ? seen : now);
  stand_at(worker, clock_now(clock));
  quiet_mark(worker);
}

static void start_clock(struct worker *worker) {
  clock_go(&worker->scheduler->clock);
  worker->cycle_scale = worker->real_scale;
  worker_read_clocks(worker);
}

bool quiet_set_virtual(struct scheduler *scheduler, bool is_virtual) {
  struct worker *worker = scheduler->workers[0];
  ASSERT(quiet_possible(scheduler), "one thread at a time has the clock");
  if (is_virtual ? scheduler->ending : scheduler->stepped) return false;
  if (is_virtual) stop_clock(worker);
  if (!is_virtual && clock_is_virtual(&scheduler->clock)) start_clock(worker);
  see_wanted(worker);
  return true;
}

void quiet_end(struct scheduler *scheduler) {
  if (!quiet_possible(scheduler) || scheduler->stepped) return;
  scheduler->ending = true;
  quiet_set_virtual(scheduler, false);
}

/* --- Who waits for it ----------------------------------------------------- */

bool quiet_await(struct scheduler *scheduler, struct waiter waiter) {
  ASSERT(quiet_possible(scheduler), "one worker knows when all is quiet");
  if (!waiters_add(&scheduler->settling, waiter)) return false;
  see_wanted(scheduler->workers[0]);
  return true;
}

/* False: none of them waits any more. */
bool quiet_wake(struct worker *worker) {
  struct waiters *settling = &worker->scheduler->settling;
  bool woken = false;
  for (uint32_t i = 0; i < settling->count; i++)
    if (scheduler_end_wait_due(worker->scheduler, settling->list[i],
                               OUTCOME_REPLY))
      woken = true;
  waiters_free(settling);
  see_wanted(worker);
  return woken;
}

/* The next slot is for one, and not in order with the queue: it may have to
** make way for that. */
enum ready quiet_ready(void) {
  const struct worker *worker = worker_current();
  return worker != NULL && worker->quiet_wanted ? READY_QUEUE : READY_AFTER;
}

/* --- Time goes on --------------------------------------------------------- */

/* The first whose time means something; NULL: there is none. */
static struct wheel_node *find_due(struct wheel *wheel) {
  struct wheel_node *node;
  while ((node = wheel_first(wheel)) != NULL && deadline_is_stale(node)) {
    wheel_remove(wheel, node);
    node->fire(node);
  }
  return node == NULL || node->due == TICK_NEVER ? NULL : node;
}

/* False: nothing will ever be due. */
static bool go_on(struct worker *worker) {
  struct clock *clock = &worker->scheduler->clock;
  const struct wheel_node *node = find_due(&worker->wheel);
  if (node == NULL) return false;
  clock_move(clock, node->due);
  stand_at(worker, clock_now(clock));
  wheel_fire(&worker->wheel);
  return true;
}

bool quiet_advance(struct worker *worker, uint64_t until) {
  struct clock *clock = &worker->scheduler->clock;
  const struct wheel_node *node = find_due(&worker->wheel);
  if (node != NULL && node->due <= until) return go_on(worker);
  clock_move(clock, until);
  stand_at(worker, clock_now(clock));
  return false;
}

/* Of the machine's time, since it was quiet. Of two looks at the counter from
** two cores the later may say a little less. */
static uint64_t busy_ns(const struct worker *worker, uint64_t cycles) {
  int64_t span = (int64_t)(cycles - worker->quiet_cycles);
  return span > 0 ? worker_real_ns(worker, (uint64_t)span) : 0;
}

/* Under a schedule, which must not depend on how fast the machine is, only who
** would never come to an end is helped so. */
static uint64_t patience(const struct worker *worker) {
  return worker->scheduled ? 10 * PATIENCE_NS : PATIENCE_NS;
}

bool quiet_is_overdue(const struct worker *worker) {
  return worker_stands_still(worker) &&
         busy_ns(worker, tick_cycles()) > patience(worker);
}

void quiet_pass(struct worker *worker) {
  struct clock *clock = &worker->scheduler->clock;
  uint64_t span = busy_ns(worker, worker_tick(worker));
  uint64_t until = tick_add(worker->quiet_ns, span - patience(worker));
  const struct wheel_node *node;
  if (span < patience(worker)) return;
  while ((node = find_due(&worker->wheel)) != NULL && node->due <= until)
    go_on(worker);
  clock_move(clock, until);
  stand_at(worker, clock_now(clock));
}

static bool end_hopeless(struct scheduler *scheduler) {
  struct waiter waiter = {
      atomic_load_explicit(&scheduler->main_actor, memory_order_relaxed), 0};
  struct actor *actor = directory_find(scheduler->directory, waiter.pid);
  return actor != NULL && actor_wait_pending(&actor->wait, &waiter.epoch) &&
         scheduler_end_wait(scheduler, waiter, OUTCOME_HOPELESS);
}

/* --- Out of work ---------------------------------------------------------- */

/* Something has come in for somebody. */
static bool brings(struct worker *worker, uint64_t timeout) {
  worker_poll(worker, timeout);
  return worker_has_work(worker);
}

/* Sockets are open: a poll that ends before its time has heard something, if
** for nobody yet. */
static bool is_still(struct worker *worker) {
  uint64_t start = tick_cycles();
  return !brings(worker, SETTLE_NS) &&
         worker_real_ns(worker, tick_cycles() - start) >= SETTLE_NS / 2 &&
         !brings(worker, 0);
}

/* Something is under way elsewhere: it may park. But if a thread is away, which
** may stay away, it must come back to see whether time is to go on; that thread
** does not wake it then, so not for long. */
static bool wait_for_others(struct worker *worker) {
  if (worker->away == 0 || !worker_stands_still(worker)) return false;
  brings(worker, AWAY_NS);
  return true;
}

/* What is due by now already lets no time go on, and may come again and again:
** until time does, it counts as work like any other. */
static bool jump(struct worker *worker) {
  uint64_t former = worker->look_ns;
  if (!go_on(worker)) return false;
  if (worker->look_ns != former) quiet_mark(worker);
  return true;
}

bool quiet_look(struct worker *worker) {
  const struct poller *poller = &worker->poller;
  bool open;
  if (brings(worker, 0)) return true;
  if (quiet_is_overdue(worker)) quiet_pass(worker);
  if (worker_has_work(worker)) return true;
  if (worker->away != 0 || poller->busy(poller->self))
    return wait_for_others(worker);
  open = poller->open(poller->self);
  if (open && !is_still(worker)) return true;
  if (quiet_wake(worker)) {
    quiet_mark(worker);
    return true;
  }
  if (!worker_stands_still(worker)) return false;
  if (jump(worker)) return true;
  quiet_mark(worker);
  return !open && end_hopeless(worker->scheduler);
}
