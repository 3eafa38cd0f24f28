#include "codec/scan.h"

static const unsigned char *skip(const unsigned char *at,
                                 const unsigned char *end, size_t size) {
  return (size_t)(end - at) < size ? NULL : at + size;
}

const unsigned char *scan_part(const unsigned char *at,
                               const unsigned char *end) {
  const unsigned char *bytes;
  uint64_t number;
  size_t size;
  unsigned tag;
  if (at >= end) return NULL;
  tag = *at++;
  if (tag < TAG_STRING) return at;
  if (tag < TAG_TABLE) return skip(at, end, tag - TAG_STRING);
  if (tag < TAG_NIL) return scan_varint(at, end, &number);
  switch (tag) {
    case TAG_NIL:
    case TAG_FALSE:
    case TAG_TRUE:
    case TAG_ERROR:
    case TAG_END: return at;
    case TAG_INTEGER_1: return skip(at, end, 1);
    case TAG_INTEGER_2: return skip(at, end, 2);
    case TAG_INTEGER_4: return skip(at, end, 4);
    case TAG_INTEGER_8:
    case TAG_FLOAT:
    case TAG_PID: return skip(at, end, 8);
    case TAG_REFERENCE: return scan_varint(at, end, &number);
    default:
      if (tag >= TAG_LIMIT) return NULL;
      return scan_sized(at, end, &bytes, &size);
  }
}

const unsigned char *scan_table(const unsigned char *at,
                                const unsigned char *end) {
  if (at < end && (*at == TAG_ERROR || *at == TAG_MODULE)) {
    at = scan_part(at, end);
    if (at == NULL) return NULL;
  }
  return at < end && scan_is_table(*at) ? at : NULL;
}

static const unsigned char *scan_deep(const unsigned char *at,
                                      const unsigned char *end,
                                      struct scan_tally *tally, int depth);

static const unsigned char *scan_fields(const unsigned char *at,
                                        const unsigned char *end,
                                        struct scan_tally *tally, int depth) {
  unsigned tag = *at++;
  uint64_t items;
  if (depth > CODEC_DEPTH) return NULL;
  if (depth > tally->depth) tally->depth = depth;
  tally->tables++;
  at = scan_varint(at, end, &items);
  for (; items > 0 && at != NULL; items--)
    at = scan_deep(at, end, tally, depth);
  if ((tag & TAG_PAIRS_MASK) == 0 || at == NULL) return at;
  while (at < end && *at != TAG_END) {
    at = scan_deep(at, end, tally, depth);
    if (at != NULL) at = scan_deep(at, end, tally, depth);
    if (at == NULL) return NULL;
  }
  return skip(at, end, 1);
}

static const unsigned char *scan_deep(const unsigned char *at,
                                      const unsigned char *end,
                                      struct scan_tally *tally, int depth) {
  const unsigned char *table;
  unsigned tag = at < end ? *at : TAG_END;
  if (tag < TAG_STRING) return at + 1;
  if (tag == TAG_END) return NULL;
  if (scan_is_table(tag)) return scan_fields(at, end, tally, depth + 1);
  if (tag == TAG_ERROR || tag == TAG_MODULE) {
    table = scan_table(at, end);
    return table != NULL ? scan_fields(table, end, tally, depth + 1) : NULL;
  }
  if (tag == TAG_REFERENCE) tally->references++;
  return scan_part(at, end);
}

const unsigned char *scan_value(const unsigned char *at,
                                const unsigned char *end,
                                struct scan_tally *tally) {
  return scan_deep(at, end, tally, 0);
}

/* Tables are numbered in the order of their tags, so how they nest does not
** matter here. */
const unsigned char *scan_find(const unsigned char *from,
                               const unsigned char *end, uint64_t known,
                               uint64_t number) {
  const unsigned char *at = from, *start;
  uint64_t count = known - 1;
  if (number < known) return NULL;
  while (at != NULL && at < end) {
    start = at;
    if (*at == TAG_ERROR || *at == TAG_MODULE) at = scan_table(at, end);
    if (at == NULL) return NULL;
    if (scan_is_table(*at) && ++count == number) return start;
    at = scan_part(at, end);
  }
  return NULL;
}
