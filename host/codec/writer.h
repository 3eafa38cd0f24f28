/*
** Codec writer: what a struct troupe_writer is. Private to the codec.
**
** The bytes are one block that grows and is kept. A writer that has failed has
** no room left in it, so each function finds that out where it looks for room.
**
** Threads    [owner] all functions
** Ownership  The writer owns its block.
*/
#ifndef TROUPE_CODEC_WRITER_H
#define TROUPE_CODEC_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "codec/format.h"
#include "troupe.h"

/* A table that is not full yet. */
struct writer_level {
  size_t items; /* that are to come */
  size_t rest;  /* keys and values that are to come */
  bool pairs;   /* it has some, and so an end */
};

struct troupe_writer {
  unsigned char *at; /* next byte to be written */
  unsigned char *limit;
  unsigned char *data;
  size_t capacity;
  const char *error; /* NULL: none yet */
  size_t count;      /* values that stand in no table */
  size_t tables;
  bool references;
  int depth;
  struct writer_level levels[CODEC_DEPTH];
};

/* The first one stays. */
void writer_fail(struct troupe_writer *writer, const char *error);
/* NULL, and it has failed. */
unsigned char *writer_grow(struct troupe_writer *writer, size_t size);
/* Ends the tables that are full. */
void writer_settle(struct troupe_writer *writer);

/* Where `size` bytes may be written, at least one; writer->at is then to be
** moved. NULL: it has failed. Takes NULL. */
static inline unsigned char *writer_room(struct troupe_writer *writer,
                                         size_t size) {
  if (unlikely(writer == NULL)) return NULL;
  if (likely((size_t)(writer->limit - writer->at) >= size)) return writer->at;
  return writer_grow(writer, size);
}

/* Is the next value a key? */
static inline bool writer_at_key(const struct troupe_writer *writer) {
  const struct writer_level *level;
  if (likely(writer->depth == 0)) return false;
  level = &writer->levels[writer->depth - 1];
  return level->items == 0 && level->rest % 2 == 0;
}

/* One value more where the writer stands. */
static inline void writer_count(struct troupe_writer *writer) {
  struct writer_level *level;
  if (likely(writer->depth == 0)) {
    writer->count++;
    return;
  }
  level = &writer->levels[writer->depth - 1];
  if (level->items > 0)
    level->items--;
  else
    level->rest--;
}

#endif
