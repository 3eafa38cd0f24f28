/*
** Memory: the C heap, counted.
**
** The counters are the one exception to "no file-scope variables": the heap
** that they count belongs to the process, not to a host. Two hosts in one
** process share malloc, and so they share its figures and its failures.
*/
#include "base/memory.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/check.h"
#include "base/hash.h"

/* Relaxed throughout: a figure, it orders nothing. */
static _Atomic int64_t live;

/* Whose heap it is, if not the C library's. Written while nothing is taken and
** no thread of ours runs. `settled` is relaxed: it guards against who sets them
** too late, not against who does it at the same time. */
static memory_source *source;
static void *source_context;
static _Atomic bool settled;

#ifdef TROUPE_ASSERTS

#define FAILURES_AT_ONCE 4

/* Acquisitions that still succeed before one fails; negative: none fails.
** Relaxed: who sets it and who counts it down need no other order. */
static _Atomic int64_t left = -1;

void memory_fail_after(int64_t count) {
  atomic_store_explicit(&left, count < 0 ? -1 : count, memory_order_relaxed);
}

/* Of the failures at random; relaxed, as `left`. */
static _Atomic uint64_t failure_rate;  /* one in so many; 0: none */
static _Atomic uint64_t failure_draws; /* the seed, and one for each try */

/* Whom this thread acts for, if nothing is to fail meanwhile. */
static _Thread_local const void *spared;

void memory_fail_rate(uint64_t seed, uint64_t one_in) {
  atomic_store_explicit(&failure_draws, hash_word(seed), memory_order_relaxed);
  atomic_store_explicit(&failure_rate, one_in, memory_order_relaxed);
}

void memory_spare(const void *whom) { spared = whom; }

/* Of several threads that meet at 0 one alone gets the old value 0; the
** others push the counter further below, where it stays off. */
static bool is_counted_out(void) {
  if (likely(atomic_load_explicit(&left, memory_order_relaxed) < 0))
    return false;
  return atomic_fetch_sub_explicit(&left, 1, memory_order_relaxed) == 0;
}

static bool is_drawn(void) {
  uint64_t rate = atomic_load_explicit(&failure_rate, memory_order_relaxed);
  if (likely(rate == 0)) return false;
  uint64_t draw =
      atomic_fetch_add_explicit(&failure_draws, 1, memory_order_relaxed);
  return hash_word(draw / FAILURES_AT_ONCE) % rate == 0;
}

bool memory_should_fail(void) {
  return spared == NULL && (is_counted_out() || is_drawn());
}

/* After main: who ends the process in order has freed all that it had. */
__attribute__((destructor)) static void check_all_freed(void) {
  CHECK(memory_live() == 0, "nothing is left on the heap");
}

#endif

static void *counted(void *block) {
  if (likely(block != NULL))
    atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
  return block;
}

bool memory_use(memory_source *wanted, void *context) {
  if (atomic_load_explicit(&settled, memory_order_relaxed)) return false;
  source = wanted;
  source_context = context;
  return true;
}

void memory_settle(void) {
  atomic_store_explicit(&settled, true, memory_order_relaxed);
}

/* malloc(0) may answer NULL, which would look like no memory. */
static size_t at_least_one(size_t size) { return size == 0 ? 1 : size; }

void *memory_pass(void *block, size_t size) {
  if (source != NULL) return source(source_context, block, size);
  if (size > 0) return realloc(block, size);
  free(block);
  return NULL;
}

void *memory_alloc(size_t size) {
  if (memory_should_fail()) return NULL;
  return counted(memory_pass(NULL, at_least_one(size)));
}

void *memory_zalloc(size_t size) {
  if (memory_should_fail()) return NULL;
  if (source == NULL) return counted(calloc(1, at_least_one(size)));
  void *block = counted(memory_pass(NULL, at_least_one(size)));
  if (block != NULL) memset(block, 0, size);
  return block;
}

/* A foreign heap has no alignment to ask for: the block is inside of a larger
** one, whose address stands before it. */
static void *align_inside(size_t alignment, size_t size) {
  size_t more = alignment - 1 + sizeof(void *);
  if (size > SIZE_MAX - more) return NULL;
  char *whole = memory_pass(NULL, size + more);
  if (whole == NULL) return NULL;
  uintptr_t least = (uintptr_t)whole + more;
  char *block = whole + (least - least % alignment - (uintptr_t)whole);
  memcpy(block - sizeof whole, &whole, sizeof whole);
  return block;
}

void *memory_aligned(size_t alignment, size_t size) {
  ASSERT(alignment >= sizeof(void *) && (alignment & (alignment - 1)) == 0,
         "an alignment is a power of two");
  if (memory_should_fail()) return NULL;
  void *block = NULL;
  size = at_least_one(size);
  if (source != NULL)
    block = align_inside(alignment, size);
  else if (posix_memalign(&block, alignment, size) != 0)
    block = NULL;
  if (block == NULL) return NULL;
  memset(block, 0, size);
  return counted(block);
}

void memory_free_aligned(void *block) {
  if (block != NULL && source != NULL)
    memcpy(&block, (char *)block - sizeof block, sizeof block);
  memory_free(block);
}

void *memory_resize(void *block, size_t size) {
  ASSERT(size > 0, "resizing to nothing is memory_free");
  if (memory_should_fail()) return NULL;
  void *moved = memory_pass(block, at_least_one(size));
  return block == NULL ? counted(moved) : moved;
}

void *memory_grown(void *list, uint32_t count, uint32_t *capacity,
                   size_t size) {
  uint32_t larger = *capacity * 2 + 4;
  void *grown;
  ASSERT(count <= *capacity, "a list within its block");
  if (count < *capacity) return list;
  grown = memory_resize(list, larger * size);
  if (grown != NULL) *capacity = larger;
  return grown;
}

void memory_free(void *block) {
  if (block == NULL) return;
  atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
  memory_pass(block, 0);
}

char *memory_strdup(const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = memory_alloc(size);
  if (copy != NULL) memcpy(copy, text, size);
  return copy;
}

void memory_await(int attempt) {
  struct timespec span = {0, 1000000};
  CHECK(attempt < 1000, "no memory for what others wait for");
  nanosleep(&span, NULL);
}

int64_t memory_live(void) {
  return atomic_load_explicit(&live, memory_order_relaxed);
}
