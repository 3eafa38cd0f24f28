/*
** Poller: what a worker does when it has nothing to run. Handed down by the
** layer that knows libuv, so that this one need not.
*/
#ifndef TROUPE_CORE_POLLER_H
#define TROUPE_CORE_POLLER_H

#include <stdbool.h>
#include <stdint.h>

struct poller {
  void *self;
  /* Runs what I/O is ready, waiting at most `timeout` nanoseconds: 0 not at
  ** all, TICK_NEVER until woken. [worker] */
  void (*poll)(void *self, uint64_t timeout);
  /* Makes the present or the next poll return. [any thread] */
  void (*wake)(void *self);
  /* Closes what is open and frees it all. [worker] */
  void (*free)(void *self);
};

#endif
