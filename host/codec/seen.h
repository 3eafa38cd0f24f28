/*
** Codec seen: the tables that an encoding has met, numbered from 1 in order
** of appearance. A handful is searched one by one, more by a hash.
**
** Threads    [owner] all functions
** Ownership  seen_deinit frees.
*/
#ifndef TROUPE_CODEC_SEEN_H
#define TROUPE_CODEC_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"

#ifdef TROUPE_STRESS
#define SEEN_FEW 2
#else
#define SEEN_FEW 16
#endif

struct seen_slot {
  const void *table; /* NULL: free */
  size_t number;
};

struct seen {
  size_t count;
  size_t capacity;         /* of slots: a power of two; 0 while few are met */
  struct seen_slot *slots; /* NULL while capacity is 0 */
  const void *few[SEEN_FEW];
};

static inline void seen_init(struct seen *seen) {
  seen->count = 0;
  seen->capacity = 0;
  seen->slots = NULL;
}
static inline void seen_deinit(struct seen *seen) {
  if (seen->slots != NULL) memory_free(seen->slots);
}

/* The number the table has already; else gives it the next one and answers
** 0. False: no memory. */
bool seen_meet(struct seen *seen, const void *table, size_t *number);

#endif
