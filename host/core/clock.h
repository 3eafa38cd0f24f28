/*
** Clock: the time of one host. Whatever is due, has waited or is told reads it
** here; what is about the machine (CPU time, spinning, threads that are stuck,
** the end of a host) reads base/tick.h.
**
** It is real, as every clock is at first: the system's. Or virtual: then it
** stands still until somebody moves it. Going from one to the other it goes on
** where it stood, and never back.
**
** In an engine it may be the engine's: real, but of another pace, and it may
** stand still. Who sleeps until something is due must look again and again.
**
** Threads
**   [owner]       who sets and moves it: the only worker of a host whose clock
**                 is ever virtual (core/quiet.c), or who makes the host
**   [any thread]  the others: what they read is a moment's
*/
#ifndef TROUPE_CORE_CLOCK_H
#define TROUPE_CORE_CLOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/tick.h"

struct clock {
  /* Written by the owner, read by anybody; relaxed: who makes an actor wait or
  ** wakes it does so on the owner's thread, and others only tell of it. */
  _Atomic bool moved;      /* it is virtual */
  _Atomic uint64_t at;     /* virtual: the time */
  _Atomic uint64_t offset; /* real: how far it is before the system's; wraps */
  _Atomic bool apart;      /* it has been virtual once: its own UTC */
  /* Written while it is the maker's alone. */
  uint64_t start; /* the time and the UTC that belong together */
  double start_utc;
  /* An engine's: monotonic nanoseconds, on any thread; NULL: the system's.
  ** Fixed from clock_follow on. */
  uint64_t (*source)(void *context);
  void *context;
  _Atomic uint64_t latest; /* that it has said; relaxed: a bound */
};

/* Real. `now` and `utc` belong together: what it says when it becomes virtual
** for the first time is counted from them. */
void clock_init(struct clock *clock, uint64_t now, double utc);

/* Before anybody reads it: it is this one's. UTC stays the system's. */
void clock_follow(struct clock *clock, uint64_t (*source)(void *context),
                  void *context);
static inline bool clock_is_foreign(const struct clock *clock) {
  return clock->source != NULL;
}
/* How long to sleep, at most, before that is due: an engine's clock may run at
** any pace. */
uint64_t clock_span(const struct clock *clock, uint64_t due);
/* Its time; never back, and never 0, whatever the source says. */
uint64_t clock_ask(const struct clock *clock);

static inline bool clock_is_virtual(const struct clock *clock) {
  return atomic_load_explicit(&clock->moved, memory_order_relaxed);
}

/* Monotonic nanoseconds; never 0. */
static inline uint64_t clock_now(const struct clock *clock) {
  if (clock_is_virtual(clock))
    return atomic_load_explicit(&clock->at, memory_order_relaxed);
  if (clock_is_foreign(clock)) return clock_ask(clock);
  return tick_now() +
         atomic_load_explicit(&clock->offset, memory_order_relaxed);
}

/* Seconds since 1970, UTC, with a fraction: the system's, as long as the clock
** has always been real. */
double clock_utc(const struct clock *clock);
/* Is it that? */
bool clock_is_system(const struct clock *clock);

/* From now on it stands at `now`, or moves on from where it stands by itself.
** `now` is not before anything that it has said. [owner] */
void clock_stop(struct clock *clock, uint64_t now);
void clock_go(struct clock *clock);
/* It is virtual, and goes on to `to`; nothing if that has passed. [owner] */
void clock_move(struct clock *clock, uint64_t to);

#endif
