/*
** Codec reader: what stands in front of a struct troupe_reader. Private to the
** codec.
**
** A reader that has met what is no encoding goes to the end of the bytes, and
** has nothing in front from then on.
**
** Threads  [owner] all functions
*/
#ifndef TROUPE_CODEC_READER_H
#define TROUPE_CODEC_READER_H

#include "base/check.h"
#include "codec/format.h"
#include "troupe.h"

_Static_assert(CODEC_DEPTH == TROUPE_DEPTH, "a reader has a level for each");

enum {
  READER_PAIRS = 1, /* the table has some, and so an end */
  READER_VALUE = 2  /* the next is a key's value */
};

/* Is there a value in front, of the message or of this table? */
static inline bool reader_ahead(const struct troupe_reader *reader) {
  const struct troupe_level *level = &reader->levels[reader->depth];
  return (level->items > 0 || level->flags != 0) && reader->at < reader->end &&
         *reader->at != TAG_END;
}

/* The value in front has been read, up to `at`. */
static inline void reader_advance(struct troupe_reader *reader,
                                  const unsigned char *at) {
  struct troupe_level *level = &reader->levels[reader->depth];
  reader->at = at;
  if (likely(level->items > 0))
    level->items--;
  else
    level->flags ^= READER_VALUE;
}

#endif
