#include "script/alloc.h"

#include <stdint.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/slab.h"
#include "script/body.h"

/*
** Lua takes for granted that a shrink succeeds. Where a smaller block cannot
** be had the old one stays in place, and will be given back under its new,
** smaller size: the slab then serves it as a block of that smaller class,
** which wastes its tail but breaks nothing.
*/
static void *shrink(struct body *body, void *block, size_t old_size,
                    size_t size) {
  void *smaller = slab_resize(block, old_size, size);
  body->memory -= old_size - size;
  return smaller ? smaller : block;
}

/* Is the collector calling a finaliser? They are all the host's own, and must
** not fail: one that does is forgotten (script/finaliser.c). */
static bool is_finalising(const struct body *body) {
  return body->L != NULL && lua_gc(body->L, LUA_GCCOUNT) < 0;
}

/* What the host does for an actor that is at its limit may go a little beyond:
** a message can still be read, an error be described. */
static bool is_beyond(const struct body *body, size_t growth) {
  size_t limit = body->memory_limit;
  if (likely(body->memory <= limit && growth <= limit - body->memory))
    return false;
  if (!body->unpacking && !body->describing &&
      body->activity != ACTIVITY_VISIT)
    return true;
  limit = limit < SIZE_MAX - ALLOC_RESERVE ? limit + ALLOC_RESERVE : SIZE_MAX;
  return body->memory > limit || growth > limit - body->memory;
}

/* A large block is filled, or copied: an instruction for so many bytes. */
#define BYTES_OF_ONE 64

static void *take(void *block, size_t old_size, size_t size) {
  if (unlikely(size > SLAB_LARGEST)) slice_count(size / BYTES_OF_ONE);
  return block ? slab_resize(block, old_size, size) : slab_take(size);
}

static void *grow(struct body *body, void *block, size_t old_size,
                  size_t size) {
  size_t growth = size - old_size;
  void *bigger;
  if (unlikely(body->dying)) return NULL;
  if (unlikely(is_beyond(body, growth)) && !is_finalising(body)) return NULL;
  bigger = take(block, old_size, size);
  if (unlikely(bigger == NULL) && is_finalising(body)) {
    for (int attempt = 0; bigger == NULL; attempt++) {
      memory_await(attempt);
      bigger = take(block, old_size, size);
    }
  }
  if (likely(bigger != NULL)) body->memory += growth;
  return bigger;
}

void *alloc_lua(void *owner, void *block, size_t old_size, size_t size) {
  struct body *body = owner;
  if (!block) return size > 0 ? grow(body, NULL, 0, size) : NULL;
  if (size == 0) {
    slab_give(block, old_size);
    body->memory -= old_size;
    return NULL;
  }
  return size > old_size ? grow(body, block, old_size, size)
                         : shrink(body, block, old_size, size);
}
