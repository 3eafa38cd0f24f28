/*
** Waiting: who waits for whom, all over the host, for the operator. As a census
** (core/census.h) it is read from the slots, without a lock and without asking
** anybody, in steps, and keeps the first of an order only: those that wait in a
** circle, then who has waited longest.
**
** A circle here is what looks like one: each of its actors waits for the next,
** twice in a row. Those that are certain to be one are ended by core/circle.c
** as they close; what is left leads through a deferred reply or an actor with
** several handlers in flight, and may yet come open.
**
** Threads
**   [any thread]  all functions; a struct waiting is used by one at a time
** Ownership
**   waiting_init returns what waiting_deinit gives back; both take a cleared
**   one.
*/
#ifndef TROUPE_CORE_WAITING_H
#define TROUPE_CORE_WAITING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/scheduler.h"

/* Larger circles are not seen to be such. */
#define WAITING_CIRCLE 64

struct waiting_row {
  uint64_t pid;
  struct wait_edge wait;
  uint64_t since;  /* when it was opened; nanoseconds */
  uint64_t circle; /* the least pid of the circle that it is in, or ID_NONE */
  bool deferred;   /* the reply may come from anybody */
};

struct waiting {
  struct scheduler *scheduler;
  uint32_t slot, slots;
  struct waiting_row *heap; /* the last of the order at its root */
  uint32_t count, capacity, limit;
  uint64_t total; /* waits that have been seen */
};

/* `limit`: rows at most, 1.. */
void waiting_init(struct waiting *waiting, struct scheduler *scheduler,
                  uint32_t limit);
void waiting_deinit(struct waiting *waiting);

/* Looks at so many slots; false: that was all. Without memory for it a row is
** counted, and not kept. */
bool waiting_step(struct waiting *waiting, uint32_t slots);
/* Rows left; when the steps are done. */
uint32_t waiting_count(const struct waiting *waiting);
/* Takes the last of the order that is left. There must be one. */
struct waiting_row waiting_take(struct waiting *waiting);

#endif
