/*
** Alarm: a thread interrupts itself from time to time, by a timer of its own
** and a signal that nobody else uses.
**
** Threads
**   [owner]       all functions: the thread that is interrupted. `ring` runs on
**                 it, in a signal handler, and does only what may be done there
**   [any thread]  alarm_available
*/
#ifndef TROUPE_BASE_ALARM_H
#define TROUPE_BASE_ALARM_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct alarm {
  timer_t timer;
  bool made;
  void (*ring)(void *context);
  void *context;
};

/* Is a signal to be had? The first free real-time signal from SIGRTMIN + 3, or
** SIGURG; from now on it is ours, for the whole process and all hosts in it. */
bool alarm_available(void);

/* At most one at a time on a thread. False: the system has no timer left. */
bool alarm_init(struct alarm *alarm, void (*ring)(void *context),
                void *context);
void alarm_deinit(struct alarm *alarm); /* on one that was not made: nothing */

/* Rings every `period` nanoseconds from now on; 0: no more. May be called by
** `ring`. */
void alarm_set(struct alarm *alarm, uint64_t period);

#endif
