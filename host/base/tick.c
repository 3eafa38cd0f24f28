/*
** Tick: the system's clocks, and how fast the core's counter runs.
*/
#include "base/tick.h"

#include <time.h>

#include "base/check.h"

#define MEASURE_SPAN UINT64_C(200000) /* nanoseconds */
#define MEASURE_TRIES 8

uint64_t tick_now(void) {
  struct timespec time;
  int error = clock_gettime(CLOCK_MONOTONIC, &time);
  ASSERT(error == 0, "there is a monotonic clock");
  (void)error;
  uint64_t now = (uint64_t)time.tv_sec * TICK_SECOND + (uint64_t)time.tv_nsec;
  return now == 0 ? 1 : now;
}

uint64_t tick_cpu(void) {
  struct timespec time;
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) != 0) return 0;
  return (uint64_t)time.tv_sec * TICK_SECOND + (uint64_t)time.tv_nsec;
}

double tick_utc(void) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Both clocks at, as nearly as can be had, the same instant. */
struct sample {
  uint64_t now;
  uint64_t cycles;
};

/* The thread may lose the core between two readings. The time is read
** between two readings of the counter, several times over, and the tightest
** triple is kept. */
static struct sample sample_clocks(void) {
  struct sample best = {0, 0};
  uint64_t tightest = UINT64_MAX;
  for (int i = 0; i < MEASURE_TRIES; i++) {
    uint64_t before = tick_cycles();
    uint64_t now = tick_now();
    uint64_t spread = tick_cycles() - before;
    if (spread < tightest) {
      tightest = spread;
      best.now = now;
      best.cycles = before + spread / 2;
    }
  }
  return best;
}

uint64_t tick_cycles_per_us(void) {
  struct sample first = sample_clocks();
  struct sample last;
  do last = sample_clocks();
  while (last.now - first.now < MEASURE_SPAN);
  double span = (double)(last.now - first.now) / 1e3;
  double rate = (double)(last.cycles - first.cycles) / span;
  return rate < 1 ? 1 : (uint64_t)(rate + 0.5);
}

uint64_t tick_from_seconds(double seconds) {
  if (!(seconds > 0)) return 0; /* NaN too */
  double span = seconds * 1e9;
  if (span >= 0x1p64) return TICK_NEVER;
  return (uint64_t)(span + 0.5);
}

uint64_t tick_add(uint64_t now, uint64_t span) {
  return span > TICK_NEVER - now ? TICK_NEVER : now + span;
}
