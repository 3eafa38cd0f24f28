/*
** Census: all actors as they stand, for the operator. Read from their slots,
** without a lock and without asking any of them: no actor notices.
**
** Each row is of one actor and of one moment, as far as what its worker has
** published goes; two rows are of two moments. Who starts or ends meanwhile is
** there or not, and who is there all the time is there once.
**
** It takes as long as there are slots, so it is taken in steps. It keeps the
** first of an order only, as many as are asked for, in a heap: each step costs
** the same, and so does handing them out, the last of the order first.
**
** Threads
**   [any thread]  all functions; a struct census is used by one at a time
** Ownership
**   census_init returns what census_deinit gives back; both take a cleared one.
** Errors
**   STATUS_NOMEM of census_init; then there is nothing to give back.
*/
#ifndef TROUPE_CORE_CENSUS_H
#define TROUPE_CORE_CENSUS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "core/actor.h"
#include "core/scheduler.h"
#include "core/timing.h"

#define CENSUS_ORDER_LIST(X) \
  X(SLOT, "slot")       /* as they are found; the default */ \
  X(QUEUE, "queue")     /* the longest first, and so on: */  \
  X(MEMORY, "memory")                                        \
  X(CPU, "cpu")                                              \
  X(CALLS, "calls")     /* messages in */                    \
  X(WAITING, "waiting") /* the 99th percentile, and so */    \
  X(HANDLING, "handling")

enum census_order {
#define CENSUS_ORDER_NAME(name, text) CENSUS_##name,
  CENSUS_ORDER_LIST(CENSUS_ORDER_NAME)
#undef CENSUS_ORDER_NAME
};

#define CENSUS_DOING_LIST(X)                                           \
  X(IDLE, "idle")       /* nothing to do */                            \
  X(RUNNING, "running") /* its turn it is */                           \
  X(QUEUED, "queued")   /* it could run, but others have their turn */ \
  X(WAITING, "waiting") /* inside a wait */

enum census_doing {
#define CENSUS_DOING_NAME(name, text) DOING_##name,
  CENSUS_DOING_LIST(CENSUS_DOING_NAME)
#undef CENSUS_DOING_NAME
};

struct census_query {
  enum census_order order;
  const char *behaviour; /* of these only; borrowed; NULL: of all */
  uint32_t limit;        /* rows at most, 1.. */
};

struct census_row {
  uint64_t pid, starter;
  const char *behaviour; /* lives as long as the host; NULL: none yet */
  uint64_t queue, queue_bytes;
  uint64_t messages_in, messages_out;
  struct timing_figures waiting, handling; /* p50 < 0: none */
  uint64_t memory; /* bytes */
  double cpu;      /* seconds */
  uint32_t restarts;
  uint32_t version; /* 0: it has no behaviour yet */
  enum census_doing doing;
  enum wait_kind waits; /* NONE but for DOING_WAITING */
  double since;         /* seconds that it has waited */
};

struct census_place {
  double key;
  uint32_t slot, row;
};

struct census {
  struct scheduler *scheduler;
  struct census_query query;
  uint64_t now; /* monotonic ns */
  uint32_t slot, slots;
  struct census_row *rows;
  struct census_place *heap; /* the last of the order at its root */
  uint32_t count, capacity;
  const char *same, *other; /* a name that is the query's, one that is not */
};

enum status census_init(struct census *census, struct scheduler *scheduler,
                        const struct census_query *query);
void census_deinit(struct census *census);

/* Looks at so many slots; false: that was all. */
bool census_step(struct census *census, uint32_t slots);
/* Rows left; when the steps are done. */
uint32_t census_count(const struct census *census);
/* The last of the order that is left; it stays valid until census_deinit. There
** must be one. */
const struct census_row *census_take(struct census *census);

/* What is known of one actor; false: it is not there. [any thread] */
bool census_look(struct scheduler *scheduler, uint64_t pid,
                 struct census_row *row);

#endif
