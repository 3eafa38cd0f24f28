/*
** Tick: what time it is, three ways.
**
** Threads  [any thread] all functions
*/
#ifndef TROUPE_BASE_TICK_H
#define TROUPE_BASE_TICK_H

#include <stdint.h>

#define TICK_SECOND UINT64_C(1000000000)
#define TICK_NEVER UINT64_MAX

/* Monotonic nanoseconds; never 0. About 20 ns a call. */
uint64_t tick_now(void);

/* CPU time of this thread, nanoseconds; 0 if it cannot be had. Also in a signal
** handler. */
uint64_t tick_cpu(void);

/* Seconds since 1970, UTC, with a fraction. */
double tick_utc(void);

/*
** The core's own counter: about 7 ns a call, and constant in rate on every
** machine we support. Only differences mean anything; tick_cycles_per_us
** says how many make a microsecond (measured once, for about 200 us).
*/
static inline uint64_t tick_cycles(void) {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  uint64_t value;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(value));
  return value;
#else
  return tick_now();
#endif
}
uint64_t tick_cycles_per_us(void); /* measures anew at each call */

/* Nanoseconds, to the nearest, for a number of seconds; saturates at
** TICK_NEVER; negative and NaN give 0. */
uint64_t tick_from_seconds(double seconds);

/* From one moment to another, in seconds; 0 if that was before. */
static inline double tick_seconds(uint64_t from, uint64_t to) {
  return from < to ? (double)(to - from) / 1e9 : 0;
}

/* now + span, saturating at TICK_NEVER. */
uint64_t tick_add(uint64_t now, uint64_t span);

#endif
