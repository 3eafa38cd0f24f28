#include "codec/block.h"

#include "base/memory.h"

#ifdef TROUPE_STRESS
#define FIRST_GROWTH ((size_t)32)
#else
#define FIRST_GROWTH ((size_t)8192)
#endif

void block_free(struct block *block) {
  if (block->data != block->space) memory_free(block->data);
  if (block->longs != block->few) memory_free(block->longs);
}

bool block_grow(struct block *block, size_t size) {
  size_t used = block_offset(block);
  size_t capacity = 2 * (size_t)(block->limit - block->data);
  unsigned char *data;
  if (capacity < FIRST_GROWTH) capacity = FIRST_GROWTH;
  if (size > SIZE_MAX / 2 - used) return false;
  if (capacity < used + size) capacity = used + size;
  if (block->data == block->space) {
    data = memory_alloc(capacity);
    if (data != NULL) memcpy(data, block->space, used);
  } else {
    data = memory_resize(block->data, capacity);
  }
  if (data == NULL) return false;
  block->data = data;
  block->at = data + used;
  block->limit = data + capacity;
  return true;
}

static bool grow_longs(struct block *block) {
  size_t capacity = 4 * block->long_capacity;
  size_t size = capacity * sizeof(struct long_string);
  struct long_string *longs;
  if (block->longs == block->few) {
    longs = memory_alloc(size);
    if (longs != NULL) memcpy(longs, block->few, sizeof block->few);
  } else {
    longs = memory_resize(block->longs, size);
  }
  if (longs == NULL) return false;
  block->longs = longs;
  block->long_capacity = capacity;
  return true;
}

bool block_note(struct block *block, const char *bytes, size_t size) {
  if (block->long_count == block->long_capacity && !grow_longs(block))
    return false;
  block->longs[block->long_count++] =
      (struct long_string){block_offset(block), bytes, size};
  block->long_bytes += size;
  return true;
}

void block_copy_longs(const struct block *block, unsigned char *to) {
  size_t from = 0;
  for (size_t i = 0; i < block->long_count; i++) {
    const struct long_string *string = &block->longs[i];
    memcpy(to, block->data + from, string->offset - from);
    to += string->offset - from;
    memcpy(to, string->bytes, string->size);
    to += string->size;
    from = string->offset;
  }
  memcpy(to, block->data + from, block_offset(block) - from);
}
