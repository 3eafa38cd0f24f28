/*
** Latch: a thread of the engine's waits until something is done. On the
** engine's thread what is addressed to it is served meanwhile, or it would wait
** for itself.
**
** Threads
**   [any thread]  all; who waits is not inside (embed/inside.h)
** Ownership
**   The waiter's; once it is open, or nobody will open it, it may be freed at
**   once. The host must not go while somebody opens it.
*/
#ifndef TROUPE_EMBED_LATCH_H
#define TROUPE_EMBED_LATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/thread.h"
#include "troupe.h"

struct latch {
  struct mutex lock;
  struct condition opened;
  bool open;    /* lock */
  bool serving; /* lock; who waits does so on the engine's thread */
};

void latch_init(struct latch *latch);
void latch_deinit(struct latch *latch);

void latch_open(struct latch *latch, struct troupe *host);
/* False: it is not open, and `until` (as tick_now) has passed. If need be a
** stepped host's time goes on meanwhile. */
bool latch_await(struct latch *latch, struct troupe *host, uint64_t until);

#endif
