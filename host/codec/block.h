/*
** Codec block: what an encoding grows in before its size is known.
**
** Small encodings never leave the space in the struct itself, on the C
** stack. A long string is only noted here and copied once, straight to where
** the encoding goes.
**
** Threads    [owner] all functions
** Ownership  block_deinit frees; noted strings are borrowed until then.
*/
#ifndef TROUPE_CODEC_BLOCK_H
#define TROUPE_CODEC_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/check.h"

#ifdef TROUPE_STRESS
#define BLOCK_SPACE 16
#define BLOCK_LONG 24
#define BLOCK_FEW 1
#else
#define BLOCK_SPACE 1024
#define BLOCK_LONG 1024 /* from this size on a string is noted */
#define BLOCK_FEW 4
#endif

struct long_string {
  size_t offset; /* belongs before this byte of the block */
  const char *bytes;
  size_t size;
};

struct block {
  unsigned char *at; /* next byte to be written */
  unsigned char *limit;
  unsigned char *data;
  struct long_string *longs;
  size_t long_count, long_capacity;
  size_t long_bytes; /* sum of their sizes */
  unsigned char space[BLOCK_SPACE];
  struct long_string few[BLOCK_FEW];
};

/* False: no memory, and the block is as it was. */
bool block_grow(struct block *block, size_t size);
bool block_note(struct block *block, const char *bytes, size_t size);

/* What block_copy and block_deinit do when there is more to do. */
void block_copy_longs(const struct block *block, unsigned char *to);
void block_free(struct block *block);

static inline void block_init(struct block *block) {
  block->at = block->data = block->space;
  block->limit = block->space + BLOCK_SPACE;
  block->longs = block->few;
  block->long_count = 0;
  block->long_capacity = BLOCK_FEW;
  block->long_bytes = 0;
}

/* Room for `size` bytes at block->at. False: no memory. */
static inline bool block_room(struct block *block, size_t size) {
  return likely((size_t)(block->limit - block->at) >= size) ||
         block_grow(block, size);
}

static inline void block_deinit(struct block *block) {
  if (unlikely(block->data != block->space || block->longs != block->few))
    block_free(block);
}

static inline size_t block_offset(const struct block *block) {
  return (size_t)(block->at - block->data);
}

static inline size_t block_size(const struct block *block) {
  return block_offset(block) + block->long_bytes;
}

/* Writes the whole encoding, block_size bytes. */
static inline void block_copy(const struct block *block, unsigned char *to) {
  if (unlikely(block->long_count != 0))
    block_copy_longs(block, to);
  else
    memcpy(to, block->data, block_offset(block));
}

#endif
