/*
** Waiters: a list of waits that somebody else will end, in order.
**
** Threads    [owner] all functions: whoever holds the list
** Ownership  waiters_free frees the list and leaves it empty, to be used again.
*/
#ifndef TROUPE_CORE_WAITERS_H
#define TROUPE_CORE_WAITERS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/actor.h"

struct waiters {
  struct waiter *list; /* NULL while empty */
  uint32_t count, capacity;
};
void waiters_free(struct waiters *waiters);

/* Room for `more` waiters. False: no memory, nothing changed. */
bool waiters_reserve(struct waiters *waiters, uint32_t more);
/* False: no memory; cannot fail where room was reserved. */
bool waiters_add(struct waiters *waiters, struct waiter waiter);
/* Takes one out, the others keep their order; false if it is not there. */
bool waiters_remove(struct waiters *waiters, struct waiter waiter);
/* Appends `from` to `into` and empties it. False: no memory, both as they
** were; cannot fail while `into` is empty. */
bool waiters_join(struct waiters *into, struct waiters *from);

static inline bool waiter_equal(struct waiter one, struct waiter other) {
  return one.pid == other.pid && one.epoch == other.epoch;
}

#endif
