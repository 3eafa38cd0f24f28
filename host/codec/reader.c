/*
** Codec reader: a cursor over an encoding.
**
** It knows the tables that it is in, not what is in them: what it has passed
** is gone, and what it leaves is skipped. A reference leads back into the
** bytes: the level notes where to go on when that table is left. So a cycle
** is entered as often as there are levels.
**
** The number of a table is found by counting from the front. Where the last
** one was found is kept: the next is often behind it.
*/
#include "codec/reader.h"

#include <string.h>

#include "codec/scan.h"
#include "codec/values.h"

void values_read(struct troupe_reader *reader, const void *bytes, size_t size,
                 size_t count) {
  reader->bytes = reader->at = reader->found = bytes;
  reader->end = reader->at + size;
  reader->number = 1;
  reader->depth = 0;
  reader->levels[0] = (struct troupe_level){.items = (uint32_t)count};
}

void values_read_message(struct troupe_reader *reader,
                         const struct message *message) {
  values_read(reader, message->bytes, message->size, message->count);
}

static bool spoil(struct troupe_reader *reader) {
  reader->at = reader->end;
  return false;
}

/* --- What is in front ----------------------------------------------------- */

/* Where the value of the reference at `at` begins; NULL: nowhere. A table
** begins before what refers to it. */
static const unsigned char *refer(const struct troupe_reader *reader,
                                  const unsigned char *at, uint64_t *number) {
  bool behind;
  if (scan_varint(at + 1, reader->end, number) == NULL || *number == 0)
    return NULL;
  behind = *number >= reader->number;
  return scan_find(behind ? reader->found : reader->bytes, at,
                   behind ? reader->number : 1, *number);
}

/* The value at `at`, or the one that it refers to. NULL: there is none. */
static const unsigned char *follow(const struct troupe_reader *reader,
                                   const unsigned char *at) {
  uint64_t number;
  if (at >= reader->end) return NULL;
  return *at == TAG_REFERENCE ? refer(reader, at, &number) : at;
}

static enum troupe_kind kind_of(unsigned tag) {
  if (tag < TAG_STRING) return TROUPE_INTEGER;
  if (tag < TAG_TABLE) return TROUPE_STRING;
  if (tag < TAG_NIL) return TROUPE_TABLE;
  switch (tag) {
    case TAG_NIL: return TROUPE_NIL;
    case TAG_FALSE:
    case TAG_TRUE: return TROUPE_BOOLEAN;
    case TAG_INTEGER_1:
    case TAG_INTEGER_2:
    case TAG_INTEGER_4:
    case TAG_INTEGER_8: return TROUPE_INTEGER;
    case TAG_FLOAT: return TROUPE_NUMBER;
    case TAG_LONG_STRING: return TROUPE_STRING;
    case TAG_PID: return TROUPE_PID;
    case TAG_MODULE: return TROUPE_TABLE;
    case TAG_ERROR: return TROUPE_ERROR;
    case TAG_FROM:
    case TAG_ADDRESS: return TROUPE_OTHER;
    case TAG_HANDLE: return TROUPE_HANDLE;
    default: return TROUPE_NONE;
  }
}

enum troupe_kind troupe_peek(const struct troupe_reader *reader) {
  const unsigned char *at;
  if (!reader_ahead(reader)) return TROUPE_NONE;
  at = follow(reader, reader->at);
  return at != NULL ? kind_of(*at) : TROUPE_NONE;
}

size_t troupe_left(const struct troupe_reader *reader) {
  return reader->at < reader->end ? reader->levels[0].items : 0;
}

/* --- Values --------------------------------------------------------------- */

/* The tag of the value in front if that takes `size` bytes more; else END. */
static inline unsigned tag_ahead(const struct troupe_reader *reader,
                                 size_t size) {
  if (!reader_ahead(reader)) return TAG_END;
  return (size_t)(reader->end - reader->at) > size ? *reader->at : TAG_END;
}

bool troupe_read_boolean(struct troupe_reader *reader, bool *value) {
  unsigned tag = tag_ahead(reader, 0);
  if (tag != TAG_FALSE && tag != TAG_TRUE) return false;
  *value = tag == TAG_TRUE;
  reader_advance(reader, reader->at + 1);
  return true;
}

/* The bytes of an integer with this tag; 0: it is none, or has no more. */
static size_t integer_width(unsigned tag) {
  return tag >= TAG_INTEGER_1 && tag <= TAG_INTEGER_8
             ? (size_t)1 << (tag - TAG_INTEGER_1)
             : 0;
}

static int64_t integer_at(const unsigned char *at, size_t width) {
  uint64_t bits = 0;
  unsigned unused = 64 - 8 * (unsigned)width;
  memcpy(&bits, at, width);
  return (int64_t)(bits << unused) >> unused;
}

static bool read_integer(struct troupe_reader *reader, int64_t *value) {
  unsigned tag = tag_ahead(reader, 0);
  size_t width = integer_width(tag);
  if (tag < TAG_STRING) {
    *value = (int64_t)tag + TAG_INTEGER_LEAST;
  } else {
    if (width == 0 || tag_ahead(reader, width) != tag) return false;
    *value = integer_at(reader->at + 1, width);
  }
  reader_advance(reader, reader->at + 1 + width);
  return true;
}

/* The float in front, which is not read yet. */
static bool see_float(const struct troupe_reader *reader, double *value) {
  if (tag_ahead(reader, 8) != TAG_FLOAT) return false;
  memcpy(value, reader->at + 1, 8);
  return true;
}

bool troupe_read_integer(struct troupe_reader *reader, int64_t *value) {
  double number;
  if (read_integer(reader, value)) return true;
  if (!see_float(reader, &number)) return false;
  if (!(number >= -0x1p63 && number < 0x1p63)) return false;
  if ((double)(int64_t)number != number) return false;
  *value = (int64_t)number;
  reader_advance(reader, reader->at + 9);
  return true;
}

bool troupe_read_number(struct troupe_reader *reader, double *value) {
  int64_t integer;
  if (see_float(reader, value)) {
    reader_advance(reader, reader->at + 9);
    return true;
  }
  if (!read_integer(reader, &integer)) return false;
  *value = (double)integer;
  return true;
}

bool troupe_read_string(struct troupe_reader *reader, const char **bytes,
                        size_t *size) {
  const unsigned char *start, *end;
  size_t length;
  if (!reader_ahead(reader)) return false;
  end = scan_string(reader->at, reader->end, &start, &length);
  if (end == NULL) return false;
  *bytes = (const char *)start;
  *size = length;
  reader_advance(reader, end);
  return true;
}

bool troupe_read_pid(struct troupe_reader *reader, uint64_t *pid) {
  if (tag_ahead(reader, 8) != TAG_PID) return false;
  memcpy(pid, reader->at + 1, 8);
  reader_advance(reader, reader->at + 9);
  return true;
}

bool troupe_read_handle(struct troupe_reader *reader, const char **type,
                        size_t *type_size, uint64_t *id) {
  const unsigned char *bytes, *end;
  size_t size;
  if (tag_ahead(reader, 0) != TAG_HANDLE) return false;
  end = scan_sized(reader->at + 1, reader->end, &bytes, &size);
  if (end == NULL || size < 8) return false;
  memcpy(id, bytes, 8);
  *type = (const char *)bytes + 8;
  *type_size = size - 8;
  reader_advance(reader, end);
  return true;
}

bool troupe_skip(struct troupe_reader *reader) {
  struct scan_tally tally = {0, 0, 0};
  const unsigned char *end;
  if (!reader_ahead(reader)) return false;
  end = scan_value(reader->at, reader->end, &tally);
  if (end == NULL) return spoil(reader);
  reader_advance(reader, end);
  return true;
}

/* --- Tables --------------------------------------------------------------- */

/* The first field of the table at `at`, and how many there are. NULL: there
** is no table. */
static const unsigned char *open_table(const unsigned char *at,
                                       const unsigned char *end,
                                       size_t *items, unsigned *flags) {
  uint64_t count;
  const unsigned char *table = scan_table(at, end);
  if (table == NULL) return NULL;
  at = scan_varint(table + 1, end, &count);
  if (at == NULL || count > (size_t)(end - at)) return NULL;
  *items = count;
  *flags = *table & TAG_PAIRS_MASK ? READER_PAIRS : 0;
  return at;
}

bool troupe_enter(struct troupe_reader *reader, size_t *items) {
  const unsigned char *table = reader->at, *back = NULL, *at;
  struct troupe_level *level;
  uint64_t number;
  size_t count;
  unsigned flags;
  if (!reader_ahead(reader) || reader->depth == CODEC_DEPTH) return false;
  if (*table == TAG_REFERENCE) {
    table = refer(reader, reader->at, &number);
    back = scan_part(reader->at, reader->end);
    if (table == NULL) return spoil(reader);
    reader->found = table;
    reader->number = number;
  }
  at = open_table(table, reader->end, &count, &flags);
  if (at == NULL) return false;
  reader_advance(reader, at);
  level = &reader->levels[++reader->depth];
  level->items = (uint32_t)count;
  level->flags = flags;
  level->back = back != NULL ? (uint32_t)(back - reader->bytes) : 0;
  *items = count;
  return true;
}

bool troupe_leave(struct troupe_reader *reader) {
  struct troupe_level *level = &reader->levels[reader->depth];
  if (reader->depth == 0) return false;
  if (level->back != 0) {
    reader->at = reader->bytes + level->back;
  } else {
    while (troupe_skip(reader)) continue;
    if (level->items > 0 || level->flags & READER_VALUE) return spoil(reader);
    if (level->flags != 0 && reader->at == reader->end) return spoil(reader);
    if (level->flags != 0) reader->at++;
  }
  reader->depth--;
  return true;
}

/* --- Fields --------------------------------------------------------------- */

/* Makes `value` a reader of the one value at `at`; NULL: of nothing. Nil is
** nothing, as a field. */
static bool settle(const struct troupe_reader *table,
                   struct troupe_reader *value, const unsigned char *at) {
  bool there = at != NULL && at < table->end && *at != TAG_NIL;
  value->bytes = table->bytes;
  value->end = table->end;
  value->found = table->found;
  value->number = table->number;
  value->at = there ? at : table->end;
  value->depth = 0;
  value->levels[0] = (struct troupe_level){.items = there};
  return there;
}

/* The fields of the table in front. */
static const unsigned char *look_inside(const struct troupe_reader *table,
                                        size_t *items, unsigned *flags) {
  const unsigned char *at;
  if (!reader_ahead(table)) return NULL;
  at = follow(table, table->at);
  return at != NULL ? open_table(at, table->end, items, flags) : NULL;
}

static const unsigned char *pass(const unsigned char *at,
                                 const unsigned char *end, size_t count) {
  struct scan_tally tally = {0, 0, 0};
  for (; count > 0 && at != NULL; count--) at = scan_value(at, end, &tally);
  return at;
}

struct wanted {
  const char *name; /* NULL: `index` is wanted */
  size_t size;
  int64_t index;
};

/* Is the key in front of it the one that is wanted? */
static bool is_wanted(struct troupe_reader *key, const struct wanted *wanted) {
  const char *bytes;
  size_t size;
  int64_t index;
  if (wanted->name == NULL)
    return troupe_read_integer(key, &index) && index == wanted->index;
  return troupe_read_string(key, &bytes, &size) && size == wanted->size &&
         memcmp(bytes, wanted->name, size) == 0;
}

/* The value of this key among the pairs that begin at `at`; NULL: it is not
** there. */
static const unsigned char *find_pair(const struct troupe_reader *table,
                                      const unsigned char *at,
                                      const struct wanted *wanted) {
  struct troupe_reader key;
  while (at != NULL && at < table->end && *at != TAG_END) {
    settle(table, &key, at);
    at = pass(at, table->end, 1);
    if (is_wanted(&key, wanted)) return at;
    if (at != NULL) at = pass(at, table->end, 1);
  }
  return NULL;
}

bool troupe_field(const struct troupe_reader *table, const char *key,
                  struct troupe_reader *value) {
  struct wanted wanted = {.name = key};
  size_t items;
  unsigned flags;
  const unsigned char *at = NULL;
  if (key != NULL) {
    wanted.size = strlen(key);
    at = look_inside(table, &items, &flags);
  }
  if (at != NULL) at = flags != 0 ? pass(at, table->end, items) : NULL;
  return settle(table, value, find_pair(table, at, &wanted));
}

bool troupe_item(const struct troupe_reader *table, size_t index,
                 struct troupe_reader *value) {
  struct wanted wanted = {.index = (int64_t)index};
  size_t items;
  unsigned flags;
  const unsigned char *at = look_inside(table, &items, &flags), *item = NULL;
  bool listed = at != NULL && index - 1 < items;
  if (listed) item = at = pass(at, table->end, index - 1);
  if (item != NULL && item < table->end && *item != TAG_NIL)
    return settle(table, value, item);
  if (at != NULL)
    at = flags != 0 ? pass(at, table->end, listed ? items - index + 1 : items)
                    : NULL;
  return settle(table, value, find_pair(table, at, &wanted));
}
