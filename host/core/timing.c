#include "core/timing.h"

#include "base/check.h"
#include "base/memory.h"
#include "base/thread.h"
#include "core/fence.h"

#define BUCKETS 64
#define LEAST_BITS 6 /* of TIMING_LEAST */

#ifdef TROUPE_STRESS
#define CHUNK 2
#else
#define CHUNK 62 /* some 16 kB */
#endif

/* Written by the owner of the actor, read by anybody; relaxed: each count is a
** figure by itself. */
struct histogram {
  _Atomic uint16_t counts[BUCKETS];
};

struct actor_timing {
  struct histogram histograms[TIMING_HANDLING + 1];
  struct actor_timing *link; /* the store's lock */
};

struct chunk {
  struct chunk *next;
  struct actor_timing entries[CHUNK];
};

struct timings {
  struct mutex lock;
  /* lock: */
  struct chunk *chunks;
  struct actor_timing *spare;
};

/* --- The store ------------------------------------------------------------ */

struct timings *timings_new(void) {
  struct timings *timings = memory_zalloc(sizeof *timings);
  if (timings != NULL) mutex_init(&timings->lock);
  return timings;
}

void timings_free(struct timings *timings) {
  if (timings == NULL) return;
  while (timings->chunks != NULL) {
    struct chunk *chunk = timings->chunks;
    timings->chunks = chunk->next;
    memory_free(chunk);
  }
  mutex_deinit(&timings->lock);
  memory_free(timings);
}

static void give_locked(struct timings *timings, struct actor_timing *entry) {
  entry->link = timings->spare;
  timings->spare = entry;
}

static void add_chunk_locked(struct timings *timings) {
  struct chunk *chunk = memory_alloc(sizeof *chunk);
  if (chunk == NULL) return;
  chunk->next = timings->chunks;
  timings->chunks = chunk;
  for (int i = 0; i < CHUNK; i++) give_locked(timings, &chunk->entries[i]);
}

static struct actor_timing *take(struct timings *timings) {
  struct actor_timing *entry;
  mutex_lock(&timings->lock);
  if (timings->spare == NULL) add_chunk_locked(timings);
  entry = timings->spare;
  if (entry != NULL) timings->spare = entry->link;
  mutex_unlock(&timings->lock);
  return entry;
}

static void clear(struct actor_timing *entry) {
  for (int i = 0; i <= TIMING_HANDLING; i++)
    for (int k = 0; k < BUCKETS; k++)
      atomic_store_explicit(&entry->histograms[i].counts[k], 0,
                            memory_order_relaxed);
}

/* Who still looks at it for the actor that had it last, and reads what is
** written now, finds that one's pid gone: by the fence. */
static struct actor_timing *make(struct timings *timings,
                                 struct actor *actor) {
  struct actor_timing *entry = take(timings);
  if (entry == NULL) return NULL;
  fence_write();
  clear(entry);
  atomic_store_explicit(&actor->timing, entry, memory_order_release);
  return entry;
}

void timing_drop(struct timings *timings, struct actor *actor) {
  struct actor_timing *entry =
      atomic_load_explicit(&actor->timing, memory_order_relaxed);
  if (entry == NULL) return;
  atomic_store_explicit(&actor->timing, NULL, memory_order_relaxed);
  mutex_lock(&timings->lock);
  give_locked(timings, entry);
  mutex_unlock(&timings->lock);
}

/* --- Buckets -------------------------------------------------------------- */

/* The first has all below TIMING_LEAST, then each octave has two: up to one and
** a half times its beginning, and the rest. */
static unsigned bucket_of(uint64_t nanoseconds) {
  unsigned octave, index;
  if (nanoseconds < TIMING_LEAST) return 0;
  octave = 63u - (unsigned)__builtin_clzll(nanoseconds);
  index = 1 + 2 * (octave - LEAST_BITS) +
          (unsigned)(nanoseconds >> (octave - 1) & 1);
  return index < BUCKETS ? index : BUCKETS - 1;
}

/* What stands for all in it: the geometric mean of its ends, so that the error
** is the same factor both ways. */
static double seconds_of(unsigned bucket) {
  double start;
  if (bucket == 0) return TIMING_LEAST / 1.4142 / 1e9;
  start = (double)((uint64_t)TIMING_LEAST << (bucket - 1) / 2) / 1e9;
  return start * (bucket % 2 == 1 ? 1.2247 : 1.7321);
}

static uint32_t count_of(const struct histogram *histogram, unsigned bucket) {
  return atomic_load_explicit(&histogram->counts[bucket],
                              memory_order_relaxed);
}

static void set_count(struct histogram *histogram, unsigned bucket,
                      uint32_t count) {
  atomic_store_explicit(&histogram->counts[bucket], (uint16_t)count,
                        memory_order_relaxed);
}

static void fade(struct histogram *histogram) {
  for (unsigned i = 0; i < BUCKETS; i++)
    set_count(histogram, i, count_of(histogram, i) / 2);
}

void timing_add(struct timings *timings, struct actor *actor,
                enum timing timing, uint64_t nanoseconds, unsigned weight) {
  struct actor_timing *entry =
      atomic_load_explicit(&actor->timing, memory_order_relaxed);
  unsigned bucket = bucket_of(nanoseconds);
  struct histogram *histogram;
  if (entry == NULL) entry = make(timings, actor);
  if (unlikely(entry == NULL)) return;
  histogram = &entry->histograms[timing];
  if (count_of(histogram, bucket) + weight > UINT16_MAX) fade(histogram);
  set_count(histogram, bucket, count_of(histogram, bucket) + weight);
}

/* --- Reading -------------------------------------------------------------- */

/* The least that `part` of all are not above. */
static double percentile(const uint32_t counts[BUCKETS], double all,
                         double part) {
  double sum = 0;
  unsigned bucket = 0;
  for (; bucket < BUCKETS - 1; bucket++) {
    sum += counts[bucket];
    if (sum >= all * part) break;
  }
  return seconds_of(bucket);
}

bool timing_read(struct actor *actor, enum timing timing,
                 struct timing_figures *figures) {
  const struct actor_timing *entry =
      atomic_load_explicit(&actor->timing, memory_order_acquire);
  uint32_t counts[BUCKETS];
  double all = 0;
  if (entry == NULL) return false;
  for (unsigned i = 0; i < BUCKETS; i++) {
    counts[i] = count_of(&entry->histograms[timing], i);
    all += counts[i];
  }
  if (all == 0) return false;
  figures->p50 = percentile(counts, all, 0.50);
  figures->p99 = percentile(counts, all, 0.99);
  return true;
}
