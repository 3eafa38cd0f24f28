#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>

#include "base/check.h"
#include "base/memory.h"

#define SPAN_SIZE ((size_t)1 << 32) /* and where it begins is a multiple */
#define GRAIN ((size_t)64)

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SHADOWED true
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SHADOWED true
#endif
#ifndef SHADOWED
#define SHADOWED false
#endif

/* 4 GiB of the address space, of which the first `open` bytes can be used. */
struct span {
  struct span *next;
  unsigned char *base;
  size_t used, open;
};

struct arena {
  struct span *spans; /* the one that is taken from first */
};

/* Of twice as much any place has an aligned half in it. */
static unsigned char *reserve(void) {
  size_t before;
  unsigned char *base = mmap(NULL, 2 * SPAN_SIZE, PROT_NONE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                             0);
  if (base == MAP_FAILED) return NULL;
  before = (SPAN_SIZE - (uintptr_t)base % SPAN_SIZE) % SPAN_SIZE;
  if (before != 0) munmap(base, before);
  munmap(base + before + SPAN_SIZE, SPAN_SIZE - before);
  return base + before;
}

static bool add_span(struct arena *arena) {
  struct span *span = memory_zalloc(sizeof *span);
  if (span == NULL) return false;
  span->base = reserve();
  if (span->base == NULL) {
    memory_free(span);
    return false;
  }
  span->next = arena->spans;
  arena->spans = span;
  return true;
}

struct arena *arena_new(void) {
  struct arena *arena = SHADOWED ? NULL : memory_zalloc(sizeof *arena);
  if (arena == NULL) return NULL;
  if (add_span(arena)) return arena;
  memory_free(arena);
  return NULL;
}

void arena_free(struct arena *arena) {
  if (arena == NULL) return;
  while (arena->spans != NULL) {
    struct span *span = arena->spans;
    arena->spans = span->next;
    munmap(span->base, SPAN_SIZE);
    memory_free(span);
  }
  memory_free(arena);
}

static bool open_more(struct span *span) {
  if (mprotect(span->base + span->open, ARENA_PIECE, PROT_READ | PROT_WRITE))
    return false;
  span->open += ARENA_PIECE;
  return true;
}

void *arena_take(struct arena *arena, size_t size) {
  struct span *span = arena->spans;
  unsigned char *taken;
  size = (size + GRAIN - 1) / GRAIN * GRAIN;
  ASSERT(size <= ARENA_PIECE, "an arena is for small pieces");
  if (memory_should_fail()) return NULL;
  if (SPAN_SIZE - span->used < size) {
    if (!add_span(arena)) return NULL;
    span = arena->spans;
  }
  if (span->open - span->used < size && !open_more(span)) return NULL;
  taken = span->base + span->used;
  span->used += size;
  return taken;
}
