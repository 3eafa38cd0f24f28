#include "io/heap.h"

#include <stdint.h>
#include <string.h>
#include <uv.h>

#include "base/check.h"
#include "base/memory.h"

static void *take(size_t size) { return memory_pass(NULL, size); }

static void *take_cleared(size_t count, size_t size) {
  void *block;
  if (size != 0 && count > SIZE_MAX / size) return NULL;
  block = memory_pass(NULL, count * size);
  if (block != NULL) memset(block, 0, count * size);
  return block;
}

static void give(void *block) {
  if (block != NULL) memory_pass(block, 0);
}

void heap_share(void) {
  int error = uv_replace_allocator(take, memory_pass, take_cleared, give);
  CHECK(error == 0, "libuv takes an allocator");
}
