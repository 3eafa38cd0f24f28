/*
** Time, where a library asks the C library for it: the linker leads every call
** of time() in the program here (--wrap, in the Makefile).
**
** Lua makes the seed of a state's string hashes of it, and that of math.random,
** and whatever goes through a table with pairs goes by those hashes. Under a
** schedule it is always the same: on its worker, and on the thread that makes
** the host, which has states of its own, for settings say.
**
** Threads  [any thread] all functions
*/
#ifndef TROUPE_CORE_SCHEDULE_TIME_H
#define TROUPE_CORE_SCHEDULE_TIME_H

#include <time.h>

/* The host that this thread makes is under this schedule; NULL: no more, or
** under none. [main] */
struct schedule;
void schedule_time_set(const struct schedule *schedule);

time_t __real_time(time_t *into);
time_t __wrap_time(time_t *into);

#endif
