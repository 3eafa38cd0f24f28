#include "core/keytable.h"

#include <sys/random.h>

#include "base/check.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/tick.h"

#ifdef TROUPE_STRESS
#define CAPACITY_LEAST UINT32_C(1)
#else
#define CAPACITY_LEAST UINT32_C(8)
#endif
#define CAPACITY_MOST (UINT32_C(1) << 31)

/* The kernel may refuse at early boot or in a jail; then the clock and where
** the loader put us must do. */
static uint64_t make_seed(const struct keytable *table) {
  uint64_t seed;
  if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) == (ssize_t)sizeof seed)
    return seed;
  return hash_word(tick_now() ^ hash_word((uint64_t)(uintptr_t)table));
}

void keytable_init(struct keytable *table) {
  table->seed = make_seed(table);
  for (int i = 0; i < KEYTABLE_SHARDS; i++) {
    struct shard *shard = &table->shards[i];
    mutex_init(&shard->lock);
    shard->buckets = NULL;
    shard->capacity = shard->count = 0;
  }
}

void keytable_fix_order(struct keytable *table) { table->seed = 1; }

void keytable_deinit(struct keytable *table) {
  for (int i = 0; i < KEYTABLE_SHARDS; i++) {
    struct shard *shard = &table->shards[i];
    ASSERT(shard->count == 0, "a table is emptied before it goes");
    memory_free(shard->buckets);
    mutex_deinit(&shard->lock);
  }
}

static struct shard *shard_of(struct keytable *table, uint64_t hash) {
  return &table->shards[hash >> (64 - KEYTABLE_SHARD_BITS)];
}

struct place keytable_lock(struct keytable *table, struct key key) {
  struct place place = {.key = key};
  place.hash = hash_bytes(key.bytes, key.size, table->seed);
  place.shard = shard_of(table, place.hash);
  mutex_lock(&place.shard->lock);
  return place;
}

struct shard *keytable_lock_hash(struct keytable *table, uint64_t hash) {
  struct shard *shard = shard_of(table, hash);
  mutex_lock(&shard->lock);
  return shard;
}

void keytable_unlock(const struct place *place) {
  mutex_unlock(&place->shard->lock);
}

struct shard *keytable_shard(struct keytable *table,
                             const struct keyed *keyed) {
  return shard_of(table, keyed->hash);
}

static struct keyed **bucket_of(const struct shard *shard, uint64_t hash) {
  return &shard->buckets[hash & (shard->capacity - 1)];
}

struct keyed *keytable_chain(const struct shard *shard, uint64_t hash) {
  return shard->count == 0 ? NULL : *bucket_of(shard, hash);
}

struct keyed *keytable_find(const struct place *place) {
  if (place->shard->count == 0) return NULL;
  struct keyed *keyed = *bucket_of(place->shard, place->hash);
  for (; keyed != NULL; keyed = keyed->next)
    if (keyed->hash == place->hash && keyed_is(keyed, place->key)) break;
  return keyed;
}

static void enter(struct shard *shard, struct keyed *keyed) {
  struct keyed **bucket = bucket_of(shard, keyed->hash);
  keyed->next = *bucket;
  *bucket = keyed;
}

/* False: no memory; the old buckets serve on. */
static bool resize(struct shard *shard, uint32_t capacity) {
  struct shard old = *shard;
  struct keyed **buckets = memory_zalloc(capacity * sizeof *buckets);
  if (buckets == NULL) return false;
  shard->buckets = buckets;
  shard->capacity = capacity;
  for (uint32_t i = 0; i < old.capacity; i++) {
    for (struct keyed *keyed = old.buckets[i], *next; keyed != NULL;
         keyed = next) {
      next = keyed->next;
      enter(shard, keyed);
    }
  }
  memory_free(old.buckets);
  return true;
}

/* A table that could not grow is slower, not wrong. */
static bool make_room(struct shard *shard) {
  if (shard->count < shard->capacity) return true;
  if (shard->capacity == 0) return resize(shard, CAPACITY_LEAST);
  if (shard->capacity < CAPACITY_MOST) resize(shard, shard->capacity * 2);
  return true;
}

bool keytable_insert(const struct place *place, struct keyed *keyed,
                     unsigned char *bytes) {
  ASSERT(keytable_find(place) == NULL, "a key is in the table once");
  CHECK(place->key.size <= KEY_LARGEST, "a key fits every buffer for keys");
  if (!make_room(place->shard)) return false;
  if (place->key.size > 0) memcpy(bytes, place->key.bytes, place->key.size);
  keyed->bytes = bytes;
  keyed->size = (uint32_t)place->key.size;
  keyed->hash = place->hash;
  enter(place->shard, keyed);
  place->shard->count++;
  return true;
}

void keytable_remove(struct shard *shard, struct keyed *keyed) {
  struct keyed **link = bucket_of(shard, keyed->hash);
  while (*link != keyed) {
    CHECK(*link != NULL, "what is removed is in its table");
    link = &(*link)->next;
  }
  *link = keyed->next;
  shard->count--;
  if (shard->capacity > CAPACITY_LEAST && shard->count < shard->capacity / 8)
    resize(shard, shard->capacity / 2);
}

struct keyed *keytable_next(const struct shard *shard, uint32_t *bucket,
                            const struct keyed *keyed) {
  struct keyed *next = keyed != NULL ? keyed->next : NULL;
  while (next == NULL && *bucket < shard->capacity)
    next = shard->buckets[(*bucket)++];
  return next;
}

void keytable_drain(struct keytable *table,
                    void (*drop)(struct keyed *keyed)) {
  for (int i = 0; i < KEYTABLE_SHARDS; i++) {
    struct shard *shard = &table->shards[i];
    for (uint32_t bucket = 0; bucket < shard->capacity; bucket++) {
      while (shard->buckets[bucket] != NULL) {
        struct keyed *keyed = shard->buckets[bucket];
        shard->buckets[bucket] = keyed->next;
        shard->count--;
        drop(keyed);
      }
    }
  }
}
