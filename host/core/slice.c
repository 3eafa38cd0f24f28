/*
** The tick: a look at the worker's own clock from within a turn that does not
** end. A turn that is short never meets it: a message costs one load.
**
** The timer is armed by a turn that finds it off, and rings every 4 ms: a ring
** is cheap on bare metal (2 us), but was measured at 40 us in a virtual
** machine. A ring that finds no turn, and that none has begun since the last
** ring, turns it off: a worker that is parked has no timer. When a ring finds
** that others wait for a turn whose slice is over, it comes once a slice
** instead, until there has been no such turn for a while.
**
** Without signals the same look is taken from a count hook of the running
** script, which is always armed then: the more expensive way.
**
** The tick runs on the worker's own thread, in a signal handler. What it reads
** is the worker's own, or atomic, and at rest while a turn runs, or a word that
** may be old; it asks, and whoever is asked comes in his own time.
**   1. The turn is published before the step and taken back after it, and by
**      an actor that ends (slice_forget) before its slot can be another's: what
**      the tick asks belongs to this thread.
**   2. `beat` goes FRESH after the turn has been published. A tick that comes
**      before the turn turns the timer off, and the turn sees OFF; one that
**      comes after sees the turn.
*/
#include "base/check.h"
#include "base/tick.h"
#include "core/worker.h"

#define SLOW_US UINT64_C(4000) /* between two ticks */
#define FAST_US ((uint64_t)SLICE_US + SLICE_US / 8) /* a slice is over */
#define STUCK_US UINT64_C(20000)
#define STUCK_TICKS 10
#define INSTRUCTION_NS 10
#define CALM_TICKS 16 /* so many fast ones for nothing, then slow */

static bool has_alarm(void) {
  return hold_alarm() != NULL && hold_alarm()->made;
}

static void set_pace(struct worker *worker, bool fast) {
  struct slicing *slicing = &worker->slicing;
  if (slicing->fast == fast) return;
  slicing->fast = fast;
  slicing->calm = 0;
  if (has_alarm())
    alarm_set(hold_alarm(), 1000 * (fast ? FAST_US : SLOW_US));
}

static void choose_pace(struct worker *worker, bool over) {
  struct slicing *slicing = &worker->slicing;
  if (over) {
    slicing->calm = 0;
    set_pace(worker, true);
  } else if (slicing->fast && ++slicing->calm > CALM_TICKS) {
    set_pace(worker, false);
  }
}

/* I/O, timers or jobs that this worker alone can see to. */
static bool must_look(struct worker *worker) {
  return atomic_load_explicit(&worker->handles, memory_order_relaxed) != 0 ||
         atomic_load_explicit(&worker->jobs, memory_order_relaxed) != NULL ||
         quiet_is_overdue(worker) ||
         (!worker_stands_still(worker) &&
          wheel_next(&worker->wheel) <= worker_now(worker));
}

/* What the thread has used since the last tick is the running message's: at its
** first tick as far as the turn has lasted, then all of it. A message of many
** short turns is met as often as its share of the time. */
static void spend(struct worker *worker, struct actor *actor, uint64_t age) {
  struct slicing *slicing = &worker->slicing;
  uint64_t cpu = tick_cpu();
  uint64_t span = cpu - slicing->cpu;
  uint64_t used =
      atomic_load_explicit(&actor->cpu_used, memory_order_relaxed);
  slicing->cpu = cpu;
  if (used == 0 && span > worker_real_ns(worker, age))
    span = worker_real_ns(worker, age);
  atomic_store_explicit(&actor->cpu_used, used + span + 1,
                        memory_order_relaxed);
}

/* By whom it is to end, by its budget, or by its own other handlers. */
static bool is_wanted(struct actor *actor, bool long_enough) {
  return atomic_load_explicit(&actor->urgent, memory_order_relaxed) ||
         atomic_load_explicit(&actor->cpu_used, memory_order_relaxed) >=
             actor->cpu_mark ||
         (long_enough &&
          atomic_load_explicit(&actor->concurrent, memory_order_relaxed));
}

/* It was asked at an earlier tick, and has not come, nor has its thread asked
** for anything: it is inside a C function, and not one of ours. */
static bool is_stuck(struct worker *worker) {
  struct slicing *slicing = &worker->slicing;
  uint64_t now = slicing->ticked;
  if (slicing->stuck++ == 0 || slicing->asked != hold_asked()) {
    slicing->stuck = 1;
    slicing->asked = hold_asked();
    slicing->stuck_since = now;
  }
  return slicing->stuck > STUCK_TICKS &&
         now - slicing->stuck_since >
             STUCK_US * worker->scheduler->cycles_per_us;
}

/* True: the worker is no longer this thread's. */
static bool tick_turn(struct worker *worker, struct actor *actor) {
  uint64_t age = worker->slicing.ticked - worker->turn_cycles;
  bool long_enough = age > worker->slice_span;
  bool over = long_enough && worker_has_others(worker);
  bool needed = over || (age > worker->look_span && must_look(worker));
  spend(worker, actor, age);
  choose_pace(worker, over);
  if (actor->type->interrupt == NULL ||
      !(needed || is_wanted(actor, long_enough)))
    return false;
  if (!actor->type->interrupt(actor)) {
    worker->slicing.stuck = 0;
    return false;
  }
  return needed && is_stuck(worker) && hold_lend(worker);
}

static void tick(struct worker *worker) {
  struct slicing *slicing = &worker->slicing;
  struct actor *actor =
      atomic_load_explicit(&slicing->turn, memory_order_relaxed);
  enum beat beat = BEAT_STALE;
  slicing->ticked = tick_cycles();
  if (actor != NULL) {
    if (tick_turn(worker, actor)) return;
  } else if (atomic_load_explicit(&slicing->beat, memory_order_relaxed) ==
             BEAT_STALE) {
    slicing->fast = false;
    if (has_alarm()) alarm_set(hold_alarm(), 0);
    beat = BEAT_OFF;
  }
  atomic_store_explicit(&slicing->beat, beat, memory_order_relaxed);
}

/* A thread that has let go of its worker has nothing to watch. */
static void ring(void *alarm) {
  struct worker *worker = hold_current();
  if (worker != NULL)
    tick(worker);
  else if (!hold_ask())
    alarm_set(alarm, 0);
}

void slice_begin(struct worker *worker) {
  struct slicing *slicing = &worker->slicing;
  bool off =
      atomic_load_explicit(&slicing->beat, memory_order_relaxed) == BEAT_OFF;
  atomic_store_explicit(&slicing->beat, BEAT_FRESH, memory_order_relaxed);
  atomic_signal_fence(memory_order_seq_cst);
  if (!off || !has_alarm()) return;
  slicing->cpu = tick_cpu();
  alarm_set(hold_alarm(), 1000 * SLOW_US);
}

void slice_reset(struct worker *worker) {
  struct slicing *slicing = &worker->slicing;
  atomic_store_explicit(&slicing->turn, NULL, memory_order_relaxed);
  atomic_store_explicit(&slicing->beat, BEAT_OFF, memory_order_relaxed);
  slicing->fast = false;
  slicing->calm = slicing->stuck = 0;
}

void slice_open(struct scheduler *scheduler, struct alarm *alarm) {
  int signal = SLICES_SIGNAL;
  if (atomic_load_explicit(&scheduler->slices, memory_order_relaxed) !=
          SLICES_SIGNAL ||
      alarm_init(alarm, ring, alarm))
    return;
  /* The actors that are made from now on are looked at the other way. */
  atomic_compare_exchange_strong_explicit(
      &scheduler->slices, &signal, SLICES_HOOK, memory_order_relaxed,
      memory_order_relaxed);
}

void slice_forget(struct actor *actor) {
  struct worker *worker = worker_current();
  if (worker == NULL || atomic_load_explicit(&worker->slicing.turn,
                                             memory_order_relaxed) != actor)
    return;
  slice_leave(worker);
}

bool slice_is_spent(void) {
  struct worker *worker = worker_current();
  return worker != NULL &&
         worker->turn_instructions >= worker->scheduler->turn_limit;
}

/* In a stepped host instructions are all that is counted: so many pass for time
** that an actor has used. */
static void count(struct worker *worker, uint64_t instructions) {
  struct actor *actor =
      atomic_load_explicit(&worker->slicing.turn, memory_order_relaxed);
  if (actor == NULL) return;
  worker->turn_instructions += instructions;
  counter_add(&actor->cpu_used, instructions * INSTRUCTION_NS);
  if (actor->type->interrupt != NULL &&
      (worker->turn_instructions >= worker->scheduler->turn_limit ||
       is_wanted(actor, false)))
    actor->type->interrupt(actor);
}

void slice_count(uint64_t instructions) {
  struct worker *worker = worker_current();
  if (worker != NULL && worker->scheduler->stepped)
    count(worker, instructions);
}

void slice_poll(unsigned instructions) {
  struct worker *worker = worker_current();
  if (worker == NULL) return;
  if (worker->scheduler->stepped)
    count(worker, instructions);
  else if (tick_cycles() - worker->slicing.ticked > worker->slice_span)
    tick(worker);
}
