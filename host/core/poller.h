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
  /* Is something under way that ends by itself, and soon: a look-up, work of
  ** another thread? [worker] */
  bool (*busy)(void *self);
  /* Can anything come in from outside: is a socket open and listened to, or
  ** something under way? [worker] */
  bool (*open)(void *self);
  /* Makes the present or the next poll return. [any thread] */
  void (*wake)(void *self);
  /* Closes what is open and frees it all. [worker] */
  void (*free)(void *self);
};

#endif
