#include "core/clock.h"

#include "base/check.h"

#define FOREIGN_NS UINT64_C(2000000) /* between looks at an engine's clock */

void clock_init(struct clock *clock, uint64_t now, double utc) {
  atomic_init(&clock->moved, false);
  atomic_init(&clock->at, now);
  atomic_init(&clock->offset, 0);
  atomic_init(&clock->apart, false);
  clock->start = now;
  clock->start_utc = utc;
  clock->source = NULL;
  atomic_init(&clock->latest, 1);
}

void clock_follow(struct clock *clock, uint64_t (*source)(void *context),
                  void *context) {
  clock->source = source;
  clock->context = context;
  clock->start = clock_ask(clock);
}

/* Others may ask at the same time: all of them get the latest of what it has
** told any. */
uint64_t clock_ask(const struct clock *clock) {
  _Atomic uint64_t *bound = &((struct clock *)(uintptr_t)clock)->latest;
  uint64_t now = clock->source(clock->context);
  uint64_t latest = atomic_load_explicit(bound, memory_order_relaxed);
  while (now > latest)
    if (atomic_compare_exchange_weak_explicit(bound, &latest, now,
                                              memory_order_relaxed,
                                              memory_order_relaxed))
      return now;
  return latest;
}

uint64_t clock_span(const struct clock *clock, uint64_t due) {
  uint64_t now = clock_now(clock);
  if (due <= now) return 0;
  return clock_is_foreign(clock) ? FOREIGN_NS : due - now;
}

bool clock_is_system(const struct clock *clock) {
  return !atomic_load_explicit(&clock->apart, memory_order_relaxed);
}

double clock_utc(const struct clock *clock) {
  if (clock_is_system(clock)) return tick_utc();
  return clock->start_utc + (double)(clock_now(clock) - clock->start) / 1e9;
}

/* Who reads `moved` but not yet `at` reads what it was stopped at before: that
** is why nobody but the owner goes by it. */
void clock_stop(struct clock *clock, uint64_t now) {
  ASSERT(!clock_is_virtual(clock), "it is stopped once");
  ASSERT(now >= clock->start, "time does not go back");
  atomic_store_explicit(&clock->at, now, memory_order_relaxed);
  atomic_store_explicit(&clock->apart, true, memory_order_relaxed);
  atomic_store_explicit(&clock->moved, true, memory_order_relaxed);
}

void clock_go(struct clock *clock) {
  uint64_t now = clock_now(clock);
  ASSERT(clock_is_virtual(clock), "it has been stopped");
  atomic_store_explicit(&clock->offset, now - tick_now(),
                        memory_order_relaxed);
  atomic_store_explicit(&clock->moved, false, memory_order_relaxed);
}

void clock_move(struct clock *clock, uint64_t to) {
  ASSERT(clock_is_virtual(clock), "only a virtual clock is moved");
  if (to > atomic_load_explicit(&clock->at, memory_order_relaxed))
    atomic_store_explicit(&clock->at, to, memory_order_relaxed);
}
