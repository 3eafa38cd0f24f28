/*
** Circle: actors that wait for each other, so that none would ever go on.
**
** Whoever opens a wait looks, before he makes his request known, whether it
** closes a circle. The last one to open is sure to see it. See circle.c.
**
** Threads    [owner] circle_close; [any thread] the rest
** Ownership  A circle's memory is the caller's: circle_free.
*/
#ifndef TROUPE_CORE_CIRCLE_H
#define TROUPE_CORE_CIRCLE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/actor.h"
#include "core/scheduler.h"

/* Longer ones are left to their deadlines. */
#define CIRCLE_LARGEST 1000

/* One who waits; `wait` says for whom. */
struct circle_member {
  uint64_t pid;
  struct wait_edge wait;
};

/* {0} before its first use. The first member is the actor that asked; each
** waits for the next and the last for the first, but for check-outs, which
** wait for several. */
struct circle {
  struct circle_member *members;
  uint32_t count, capacity;
  /* Who waits for whom, as indices of members, in the order of the first. */
  struct circle_link *links;
  uint32_t link_count, link_capacity;
};

/* Can a wait for this target close one? One load of a line that a message to
** the target touches anyway: false on the common path. */
static inline bool circle_possible(struct scheduler *scheduler,
                                   uint64_t target) {
  struct actor *actor = directory_find(scheduler->directory, target);
  return actor != NULL && actor_waits(actor);
}

/*
** The actor's wait is open, its target published. True: it closed a circle,
** has been ended, and *circle says which. False: there is none, or the wait
** has ended some other way: go on as if nothing had been asked.
*/
bool circle_close(struct scheduler *scheduler, struct actor *actor,
                  struct circle *circle);
void circle_free(struct circle *circle);

/*
** Whom a wait is for: one pid or, for a check-out, those who hold the seats.
** Returns how many; 0: for nobody, or nobody in particular. `pids` has room
** for CIRCLE_TARGETS.
*/
#define CIRCLE_TARGETS LEASE_SEATS
uint32_t circle_targets(struct scheduler *scheduler,
                        const struct wait_edge *wait,
                        uint64_t pids[CIRCLE_TARGETS]);

#endif
