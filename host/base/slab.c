/*
** Slab: how a block travels.
**
** A cache has one bin per class; a bin holds up to two batches of free
** blocks, `first` (any number up to a batch) and `spare` (a whole batch or
** none). Taking and giving work on `first` alone:
**
**   take, `first` empty:  `spare` becomes `first`; without a spare, a batch
**                         from the depot's shelf; without that, blocks that
**                         have never been used
**   give, `first` full:   `spare` goes to the shelf, `first` becomes `spare`
**
** With two batches a thread that takes and gives around a boundary does not
** visit the depot each time. A batch stays linked as it was given, so that
** passing it on under the shelf's lock is two stores whatever its length.
**
** Fresh memory is cut block by block, of whatever class is asked for, from a
** chunk that the cache has for itself. So what one thread makes in a row lies
** side by side: a new Lua state fills two or three pages, not a place in each
** class's, and waking it later costs few looks at the page table (measured:
** a third more calls to 50,000 entities at random). Nothing is written to
** memory before somebody uses it, and a million small actors are not rounded up
** to pages. A block never changes its class: what one class has freed does not
** serve another. Actors are much alike, so the mix of classes is steady; that
** is what makes it worth a header's saving.
**
** A block given back with a smaller size than it was taken with, both within
** SLAB_LARGEST, joins the smaller class: wasteful, but safe.
*/
#include "base/slab.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/memory.h"
#include "base/thread.h"

#define CLASS_STEP ((size_t)8)
#define CLASS_COUNT (SLAB_LARGEST / CLASS_STEP + 1)
#define BATCH_LARGEST ((size_t)64)
#define BATCH_BYTES ((size_t)8192)
#define CACHE_LINE ((size_t)64)

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HEAP_ONLY true
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(TROUPE_STRESS)
#define HEAP_ONLY true
#endif
#ifndef HEAP_ONLY
#define HEAP_ONLY false
#endif

/* A free block. The smallest class has room for just this. */
struct block {
  struct block *next;       /* in the same batch */
  struct block *next_batch; /* on a shelf: the first block of the next batch */
};

/* One class in one cache. 32 bytes, so that an index is a shift. */
struct bin {
  struct block *first;
  uint32_t count; /* blocks in `first` */
  uint32_t batch; /* blocks in a batch of this class */
  struct block *spare;
};

struct slab_cache {
  struct bin bins[CLASS_COUNT];
  unsigned char *cut; /* rest of the chunk: never used yet */
  size_t cut_size;
  /* Taken less given here: a block that moves between threads makes one
  ** cache's figure positive and another's negative. Written by the thread
  ** it is bound to, read by slab_live; relaxed: a figure. */
  _Atomic int64_t live;
  _Atomic bool in_use; /* bound to a thread; relaxed: for the check only */
  struct slab *slab;
  struct slab_cache *next; /* slab->lock */
};

/* One class in the depot. */
struct shelf {
  _Alignas(CACHE_LINE) struct mutex lock;
  struct block *batches; /* lock; whole ones, by next_batch */
  struct block *loose;   /* lock; what freed caches left: less than one */
  size_t loose_count;    /* lock */
  /* Written under the lock, read without: a hint that saves taking it. */
  _Atomic bool stocked; /* relaxed */
};

struct chunk {
  struct chunk *next;
};

struct slab {
  struct shelf shelves[CLASS_COUNT];
  struct mutex lock;
  struct slab_cache *caches; /* lock */
  struct chunk *chunks;      /* lock; but for those of the arena */
  struct arena *arena;       /* lock; the pointer is constant. NULL: none */
  size_t held;               /* lock */
  int64_t live;              /* lock; figures of freed caches */
};

/* Initial-exec: one instruction instead of a call, in a shared library too. */
static __thread struct slab_cache *bound
    __attribute__((tls_model("initial-exec")));

/* No block is smaller than a struct block. */
static inline size_t class_of(size_t size) {
  if (size < sizeof(struct block)) size = sizeof(struct block);
  return (size + CLASS_STEP - 1) / CLASS_STEP;
}

static size_t class_size(size_t class) {
  size_t size = class * CLASS_STEP;
  return size < sizeof(struct block) ? sizeof(struct block) : size;
}

static size_t class_batch(size_t class) {
  size_t count = BATCH_BYTES / class_size(class);
  return count < BATCH_LARGEST ? count : BATCH_LARGEST;
}

static inline bool from_heap(size_t size) {
  return HEAP_ONLY || size > SLAB_LARGEST;
}

/* One writer, so a load and a store do, and the bus is not locked. */
static inline void count_live(struct slab_cache *cache, int64_t change) {
  int64_t live = atomic_load_explicit(&cache->live, memory_order_relaxed);
  atomic_store_explicit(&cache->live, live + change, memory_order_relaxed);
}

/* --- Depot ---------------------------------------------------------------- */

/* Without an arena it does as well as it can. */
struct slab *slab_new(bool based) {
  struct slab *slab = memory_aligned(CACHE_LINE, sizeof *slab);
  if (slab == NULL) return NULL;
  if (based && !HEAP_ONLY) slab->arena = arena_new();
  mutex_init(&slab->lock);
  for (size_t class = 0; class < CLASS_COUNT; class++)
    mutex_init(&slab->shelves[class].lock);
  return slab;
}

void slab_free(struct slab *slab) {
  if (slab == NULL) return;
  CHECK(slab->caches == NULL, "a slab is freed after its caches");
  ASSERT(slab->live == 0, "every block has been given back");
  while (slab->chunks != NULL) {
    struct chunk *chunk = slab->chunks;
    slab->chunks = chunk->next;
    memory_free(chunk);
  }
  arena_free(slab->arena);
  for (size_t class = 0; class < CLASS_COUNT; class++)
    mutex_deinit(&slab->shelves[class].lock);
  mutex_deinit(&slab->lock);
  memory_free_aligned(slab);
}

static void hint_locked(struct shelf *shelf) {
  atomic_store_explicit(&shelf->stocked,
                        shelf->batches != NULL || shelf->loose != NULL,
                        memory_order_relaxed);
}

static void shelf_put(struct shelf *shelf, struct block *batch) {
  mutex_lock(&shelf->lock);
  batch->next_batch = shelf->batches;
  shelf->batches = batch;
  hint_locked(shelf);
  mutex_unlock(&shelf->lock);
}

/* Fills the bin's empty `first`. False if the shelf is empty. */
static bool shelf_get(struct shelf *shelf, struct bin *bin) {
  ASSERT(bin->first == NULL && bin->count == 0, "only an empty bin is filled");
  mutex_lock(&shelf->lock);
  if (shelf->batches != NULL) {
    bin->first = shelf->batches;
    bin->count = bin->batch;
    shelf->batches = bin->first->next_batch;
  } else {
    bin->first = shelf->loose;
    bin->count = (uint32_t)shelf->loose_count;
    shelf->loose = NULL;
    shelf->loose_count = 0;
  }
  hint_locked(shelf);
  mutex_unlock(&shelf->lock);
  return bin->first != NULL;
}

static void shelf_put_loose_locked(struct shelf *shelf, struct block *block,
                                   size_t batch) {
  block->next = shelf->loose;
  shelf->loose = block;
  if (++shelf->loose_count < batch) return;
  block->next_batch = shelf->batches;
  shelf->batches = block;
  shelf->loose = NULL;
  shelf->loose_count = 0;
}

/* What is left of a chunk is a block of the largest class that fits. */
static void put_rest(struct slab_cache *cache) {
  size_t class = cache->cut_size / CLASS_STEP;
  struct shelf *shelf = &cache->slab->shelves[class];
  if (cache->cut_size < sizeof(struct block)) return;
  mutex_lock(&shelf->lock);
  shelf_put_loose_locked(shelf, (struct block *)(void *)cache->cut,
                         class_batch(class));
  hint_locked(shelf);
  mutex_unlock(&shelf->lock);
}

static struct chunk *new_chunk_locked(struct slab *slab) {
  struct chunk *chunk;
  if (slab->arena != NULL) return arena_take(slab->arena, SLAB_CHUNK);
  chunk = memory_alloc(SLAB_CHUNK);
  if (chunk == NULL) return NULL;
  chunk->next = slab->chunks;
  slab->chunks = chunk;
  return chunk;
}

/* A new chunk for the cache to cut from. False: no memory. */
static bool refill(struct slab *slab, struct slab_cache *cache) {
  struct chunk *chunk;
  mutex_lock(&slab->lock);
  chunk = new_chunk_locked(slab);
  if (chunk != NULL) slab->held += SLAB_CHUNK;
  mutex_unlock(&slab->lock);
  if (chunk == NULL) return false;
  put_rest(cache);
  cache->cut = (unsigned char *)(chunk + 1);
  cache->cut_size = SLAB_CHUNK - sizeof *chunk;
  return true;
}

static struct block *cut_block(struct slab_cache *cache, size_t size) {
  if (unlikely(cache->cut_size < size) && !refill(cache->slab, cache))
    return NULL;
  struct block *block = (struct block *)(void *)cache->cut;
  cache->cut += size;
  cache->cut_size -= size;
  return block;
}

int64_t slab_live(struct slab *slab) {
  mutex_lock(&slab->lock);
  int64_t live = slab->live;
  for (struct slab_cache *cache = slab->caches; cache != NULL;
       cache = cache->next)
    live += atomic_load_explicit(&cache->live, memory_order_relaxed);
  mutex_unlock(&slab->lock);
  return live;
}

size_t slab_held(struct slab *slab) {
  mutex_lock(&slab->lock);
  size_t held = slab->held;
  mutex_unlock(&slab->lock);
  return held;
}

/* --- Caches --------------------------------------------------------------- */

struct slab_cache *slab_cache_new(struct slab *slab) {
  struct slab_cache *cache = memory_aligned(CACHE_LINE, sizeof *cache);
  if (cache == NULL) return NULL;
  for (size_t class = 0; class < CLASS_COUNT; class++)
    cache->bins[class].batch = (uint32_t)class_batch(class);
  cache->slab = slab;
  mutex_lock(&slab->lock);
  cache->next = slab->caches;
  slab->caches = cache;
  mutex_unlock(&slab->lock);
  return cache;
}

/* One by one: this happens when a thread ends. */
static void empty_bin(struct slab *slab, struct bin *bin, size_t class) {
  struct shelf *shelf = &slab->shelves[class];
  if (bin->spare != NULL) shelf_put(shelf, bin->spare);
  mutex_lock(&shelf->lock);
  while (bin->first != NULL) {
    struct block *block = bin->first;
    bin->first = block->next;
    shelf_put_loose_locked(shelf, block, bin->batch);
  }
  hint_locked(shelf);
  mutex_unlock(&shelf->lock);
}

void slab_cache_free(struct slab_cache *cache) {
  if (cache == NULL) return;
  struct slab *slab = cache->slab;
  if (bound == cache) slab_bind(NULL);
  CHECK(!atomic_load_explicit(&cache->in_use, memory_order_relaxed),
        "a cache is freed by its own thread, or bound to none");
  for (size_t class = 0; class < CLASS_COUNT; class++)
    empty_bin(slab, &cache->bins[class], class);
  mutex_lock(&slab->lock);
  struct slab_cache **link = &slab->caches;
  while (*link != cache) link = &(*link)->next;
  *link = cache->next;
  slab->live += atomic_load_explicit(&cache->live, memory_order_relaxed);
  mutex_unlock(&slab->lock);
  memory_free_aligned(cache);
}

struct slab_cache *slab_bind(struct slab_cache *cache) {
  struct slab_cache *former = bound;
  if (former != NULL)
    atomic_store_explicit(&former->in_use, false, memory_order_relaxed);
  if (cache != NULL)
    CHECK(!atomic_exchange_explicit(&cache->in_use, true,
                                    memory_order_relaxed),
          "a cache is bound to one thread at a time");
  bound = cache;
  return former;
}

bool slab_is_bound(const struct slab *slab) {
  return bound != NULL && bound->slab == slab;
}

/* --- Blocks --------------------------------------------------------------- */

static inline struct block *pop(struct bin *bin) {
  struct block *block = bin->first;
  bin->first = block->next;
  bin->count--;
  return block;
}

/* `first` is empty: finds a block elsewhere. NULL for no memory. Used blocks
** come before fresh ones. */
static struct block *find_block(struct slab_cache *cache, size_t class) {
  struct bin *bin = &cache->bins[class];
  struct shelf *shelf = &cache->slab->shelves[class];
  if (bin->spare != NULL) {
    bin->first = bin->spare;
    bin->count = bin->batch;
    bin->spare = NULL;
    return pop(bin);
  }
  if (atomic_load_explicit(&shelf->stocked, memory_order_relaxed) &&
      shelf_get(shelf, bin))
    return pop(bin);
  return cut_block(cache, class_size(class));
}

/* The slow ways are functions of their own, called last, so that the fast
** ones save no register. */
static __attribute__((noinline)) void *take_slowly(struct slab_cache *cache,
                                                   size_t class) {
  void *block = find_block(cache, class);
  if (block != NULL) count_live(cache, 1);
  return block;
}

static __attribute__((noinline)) void *take_from_heap(
    struct slab_cache *cache, size_t size) {
  void *block = memory_alloc(size);
  if (block != NULL) count_live(cache, 1);
  return block;
}

static inline void push(struct bin *bin, struct block *block) {
  block->next = bin->first;
  bin->first = block;
  bin->count++;
}

/* `first` is full: makes it the spare, and begins a new one. */
static __attribute__((noinline)) void give_slowly(struct slab_cache *cache,
                                                  size_t class,
                                                  struct block *block) {
  struct bin *bin = &cache->bins[class];
  if (bin->spare != NULL) shelf_put(&cache->slab->shelves[class], bin->spare);
  bin->spare = bin->first;
  bin->first = NULL;
  bin->count = 0;
  push(bin, block);
}

void *slab_take(size_t size) {
  struct slab_cache *cache = bound;
  CHECK(cache != NULL, "a thread that takes blocks has a cache bound");
  if (unlikely(from_heap(size))) return take_from_heap(cache, size);
  if (memory_should_fail()) return NULL;
  size_t class = class_of(size);
  struct bin *bin = &cache->bins[class];
  if (unlikely(bin->first == NULL)) return take_slowly(cache, class);
  count_live(cache, 1);
  return pop(bin);
}

void slab_give(void *block, size_t size) {
  struct slab_cache *cache = bound;
  CHECK(cache != NULL, "a thread that gives blocks has a cache bound");
  ASSERT(block != NULL, "there is a block to give");
  count_live(cache, -1);
  if (unlikely(from_heap(size))) {
    memory_free(block);
    return;
  }
  size_t class = class_of(size);
  struct bin *bin = &cache->bins[class];
  if (unlikely(bin->count == bin->batch))
    give_slowly(cache, class, block);
  else
    push(bin, block);
}

/* True if the block that serves `old_size` serves `size` as it is. */
static inline bool same_block(size_t old_size, size_t size) {
  if (old_size > SLAB_LARGEST || size > SLAB_LARGEST) return false;
  if (class_of(old_size) != class_of(size)) return false;
  return !HEAP_ONLY || size <= old_size;
}

void *slab_resize(void *block, size_t old_size, size_t size) {
  ASSERT(block != NULL && size > 0, "resizing makes and frees nothing");
  if (same_block(old_size, size)) return block;
  /* The heap grows a large block in place, or moves its pages. */
  if (from_heap(old_size) && from_heap(size)) return memory_resize(block, size);
  void *moved = slab_take(size);
  if (unlikely(moved == NULL)) return NULL;
  memcpy(moved, block, old_size < size ? old_size : size);
  slab_give(block, old_size);
  return moved;
}
