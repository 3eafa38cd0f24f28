/*
** Entry: a thread of the engine's inside a function of a host. Messages are
** cut from that host's slab, so while it is inside a cache of it is bound to
** the thread: of this host's, not of another one that the thread has been in
** before.
**
** There are as many caches as threads have been inside at a time, and they stay
** until the host goes.
**
** Threads
**   [main]        entries_init, entries_deinit
**   [any thread]  entry_open, entry_close
*/
#ifndef TROUPE_EMBED_ENTRY_H
#define TROUPE_EMBED_ENTRY_H

#include <stdbool.h>

#include "base/slab.h"
#include "base/thread.h"

struct visitor;

struct entries {
  struct slab *slab; /* borrowed; NULL: not made */
  struct mutex lock;
  struct visitor *idle; /* lock; caches that nobody has */
};

/* False: no memory; entries_deinit is to be called none the less. */
bool entries_init(struct entries *entries, struct slab *slab);
/* Nobody is inside any more. Takes a cleared one. */
void entries_deinit(struct entries *entries);

struct entry {
  struct visitor *visitor; /* NULL: the thread had a cache of this slab */
  struct slab_cache *former;
};

/* Pairs, on one thread, and they nest. False: no memory, which problem_set
** says; then it is not to be closed. Never, if nobody else is inside. */
bool entry_open(struct entries *entries, struct entry *entry);
void entry_close(struct entries *entries, struct entry *entry);

#endif
