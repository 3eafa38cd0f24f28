/*
** Pidset: pids with flags; a hash set, open addressing, in one block.
**
** An actor's links and monitors. Most actors have none or two, a listener
** has as many as it has connections, so both must be cheap: no block at all
** while empty, doubling above, halving below.
**
** Threads    [owner] all functions
** Ownership  pidset_deinit frees the block and leaves an empty set.
*/
#ifndef TROUPE_CORE_PIDSET_H
#define TROUPE_CORE_PIDSET_H

#include <stdbool.h>
#include <stdint.h>

struct pidset_entry {
  uint64_t pid;   /* ID_NONE: free */
  uint32_t flags; /* never 0 in a used entry */
};

struct pidset {
  struct pidset_entry *entries; /* NULL while empty */
  uint32_t capacity;            /* power of two */
  uint32_t count;
};

void pidset_init(struct pidset *set);
void pidset_deinit(struct pidset *set);

/* 0 if the pid is not there. */
uint32_t pidset_flags(const struct pidset *set, uint64_t pid);
/* Sets bits. False: no memory, nothing changed. */
bool pidset_add(struct pidset *set, uint64_t pid, uint32_t flags);
/* Clears bits and drops an entry without any; returns the bits it had. */
uint32_t pidset_clear(struct pidset *set, uint64_t pid, uint32_t flags);

/* Walk: start with *at = 0; false at the end. No change while walking. */
bool pidset_next(const struct pidset *set, uint32_t *at,
                 struct pidset_entry *entry);

#endif
