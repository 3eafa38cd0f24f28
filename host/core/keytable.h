/*
** Keytable: what the registry, its groups and the leases keep by key. Private
** to these three.
**
** A fixed number of shards, each with a lock and a chained hash table that
** grows and shrinks by itself. The high bits of the hash choose the shard,
** the low ones the bucket. What is kept embeds a `struct keyed` and is found
** again with offsetof.
**
** Threads
**   [any thread]  keytable_lock, keytable_lock_hash, keytable_shard
**   [locked]      the rest: the caller holds the shard's lock
**   [main]        keytable_init, keytable_deinit, keytable_drain
** Ownership
**   The table owns its buckets; what it keeps is the caller's.
*/
#ifndef TROUPE_CORE_KEYTABLE_H
#define TROUPE_CORE_KEYTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/thread.h"
#include "core/key.h"

#ifdef TROUPE_STRESS
#define KEYTABLE_SHARD_BITS 1
#else
#define KEYTABLE_SHARD_BITS 6
#endif
#define KEYTABLE_SHARDS (1 << KEYTABLE_SHARD_BITS)
#define KEYTABLE_LINE 64

struct keyed {
  struct keyed *next;         /* in its bucket; shard's lock */
  const unsigned char *bytes; /* the key; lives as long as this */
  uint64_t hash;
  uint32_t size;
};

struct shard {
  _Alignas(KEYTABLE_LINE) struct mutex lock;
  struct keyed **buckets; /* NULL while capacity is 0 */
  uint32_t capacity;      /* power of two, or 0 */
  uint32_t count;
};

struct keytable {
  struct shard shards[KEYTABLE_SHARDS];
  uint64_t seed;
};

/* A key's shard, locked. The key is borrowed. */
struct place {
  struct shard *shard;
  uint64_t hash;
  struct key key;
};

void keytable_init(struct keytable *table);
/* Before there is anything in it: its order is the same in each process. */
void keytable_fix_order(struct keytable *table);
void keytable_deinit(struct keytable *table); /* it must be empty */

struct place keytable_lock(struct keytable *table, struct key key);
void keytable_unlock(const struct place *place);
/* Where what has this hash belongs, locked: for keytable_chain. */
struct shard *keytable_lock_hash(struct keytable *table, uint64_t hash);
/* Where something that is kept belongs; not locked. */
struct shard *keytable_shard(struct keytable *table,
                             const struct keyed *keyed);

struct keyed *keytable_find(const struct place *place); /* or NULL */
/* The first in the bucket of this hash, which `next` leads on from; or NULL. */
struct keyed *keytable_chain(const struct shard *shard, uint64_t hash);
/* Enters `keyed` under the place's key, which is not there yet. `bytes` is
** room for a copy of the key. False: no memory. */
bool keytable_insert(const struct place *place, struct keyed *keyed,
                     unsigned char *bytes);
void keytable_remove(struct shard *shard, struct keyed *keyed);

/* Walk: start with *bucket = 0 and `keyed` NULL; NULL at the end. No change
** while walking. */
struct keyed *keytable_next(const struct shard *shard, uint32_t *bucket,
                            const struct keyed *keyed);
/* Takes out all that is kept and calls `drop` for each. */
void keytable_drain(struct keytable *table, void (*drop)(struct keyed *keyed));

static inline struct key keyed_key(const struct keyed *keyed) {
  return (struct key){keyed->bytes, keyed->size};
}
static inline bool keyed_is(const struct keyed *keyed, struct key key) {
  return keyed->size == key.size &&
         (key.size == 0 || memcmp(keyed->bytes, key.bytes, key.size) == 0);
}

#endif
