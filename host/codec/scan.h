/*
** Codec scan: through an encoding, without making anything of it.
**
** The bytes may be cut off or wrong anywhere: nothing past `end` is read, and
** each step answers NULL for what is no encoding.
**
** Threads  [any thread] whoever has the bytes
*/
#ifndef TROUPE_CODEC_SCAN_H
#define TROUPE_CODEC_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "codec/format.h"

/* What stands in a value. */
struct scan_tally {
  uint32_t tables, references;
  int depth; /* tables in tables */
};

/* The end of a value; adds to the tally. */
const unsigned char *scan_value(const unsigned char *at,
                                const unsigned char *end,
                                struct scan_tally *tally);
/* The end of its first part, what a table's tag tells of the fields that
** follow, or what stands before a table. */
const unsigned char *scan_part(const unsigned char *at,
                               const unsigned char *end);

/* A table's tag, behind what says that it is an error, or whose. `at` may
** stand before anything. */
const unsigned char *scan_table(const unsigned char *at,
                                const unsigned char *end);
/* The table with this number: where its value begins, with what stands before
** its tag. Table `known` is the one at `from`. Takes a time that grows with the
** distance. */
const unsigned char *scan_find(const unsigned char *from,
                               const unsigned char *end, uint64_t known,
                               uint64_t number);

static inline bool scan_is_table(unsigned tag) {
  return tag >= TAG_TABLE && tag < TAG_NIL;
}

static inline const unsigned char *scan_varint(const unsigned char *at,
                                               const unsigned char *end,
                                               uint64_t *value) {
  *value = 0;
  for (unsigned shift = 0; shift < 64 && at < end; shift += 7) {
    unsigned char byte = *at++;
    *value |= (uint64_t)(byte & 127) << shift;
    if (byte < 128) return at;
  }
  return NULL;
}

/* A size, and that many bytes: they begin at *bytes. */
static inline const unsigned char *scan_sized(const unsigned char *at,
                                              const unsigned char *end,
                                              const unsigned char **bytes,
                                              size_t *size) {
  uint64_t number;
  at = scan_varint(at, end, &number);
  if (unlikely(at == NULL) || number > (size_t)(end - at)) return NULL;
  *bytes = at;
  *size = number;
  return at + number;
}

/* A string; NULL for any other value. */
static inline const unsigned char *scan_string(const unsigned char *at,
                                               const unsigned char *end,
                                               const unsigned char **bytes,
                                               size_t *size) {
  unsigned tag;
  if (unlikely(at >= end)) return NULL;
  tag = *at++;
  if (tag == TAG_LONG_STRING) return scan_sized(at, end, bytes, size);
  if (tag < TAG_STRING || tag >= TAG_TABLE) return NULL;
  if (unlikely((size_t)(end - at) < tag - TAG_STRING)) return NULL;
  *bytes = at;
  *size = tag - TAG_STRING;
  return at + *size;
}

#endif
