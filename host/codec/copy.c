/*
** Codec copy: a value from a message into a writer.
**
** Without references its bytes are taken as they are. With them, they would
** point to what has another number in the new message, or is not in it. So the
** value is then walked as a graph: a table is written out where it is met
** first, and is a reference from then on, as the Lua codec does it; one that
** stands outside of the value is looked up, by a list of where each table of
** the message begins.
*/
#include <string.h>

#include "base/memory.h"
#include "codec/reader.h"
#include "codec/scan.h"
#include "codec/seen.h"
#include "codec/writer.h"

struct copier {
  struct troupe_writer *writer;
  const unsigned char *end;
  const unsigned char **tables; /* where they begin, by their numbers - 1 */
  size_t table_count;
  size_t before; /* tables that the writer had */
  struct seen seen;
};

static const char no_encoding[] = "what is to be copied is no value";
static const char too_deep[] = "tables are nested more than 100 deep";

static const unsigned char *fail(struct copier *c, const char *error) {
  writer_fail(c->writer, error);
  return NULL;
}

static bool put(struct copier *c, const unsigned char *from, size_t size) {
  unsigned char *at = writer_room(c->writer, size);
  if (at == NULL) return false;
  memcpy(at, from, size);
  c->writer->at = at + size;
  return true;
}

static bool put_reference(struct copier *c, size_t number) {
  unsigned char *at = writer_room(c->writer, 1 + VARINT_LARGEST);
  if (at == NULL) return false;
  *at = TAG_REFERENCE;
  c->writer->at = codec_put_varint(at + 1, c->before + number);
  c->writer->references = true;
  return true;
}

static const unsigned char *copy(struct copier *c, const unsigned char *at,
                                 int depth);

static const unsigned char *copy_fields(struct copier *c,
                                        const unsigned char *at, int depth) {
  unsigned tag = *at++;
  uint64_t items;
  at = scan_varint(at, c->end, &items);
  for (; items > 0 && at != NULL; items--) at = copy(c, at, depth);
  if ((tag & TAG_PAIRS_MASK) == 0) return at;
  while (at != NULL && at < c->end && *at != TAG_END) {
    at = copy(c, at, depth);
    if (at != NULL) at = copy(c, at, depth);
  }
  if (at == c->end) return fail(c, no_encoding);
  return at != NULL && put(c, at, 1) ? at + 1 : NULL;
}

/* The table at `at`, if that is one: where it ends. */
static const unsigned char *copy_table(struct copier *c,
                                       const unsigned char *at, int depth) {
  const unsigned char *table = scan_table(at, c->end), *fields;
  struct scan_tally tally = {0, 0, 0};
  size_t number;
  fields = table != NULL ? scan_part(table, c->end) : NULL;
  if (fields == NULL) return fail(c, no_encoding);
  if (!seen_meet(&c->seen, table, &number)) return fail(c, "no memory");
  if (number != 0)
    return put_reference(c, number) ? scan_value(at, c->end, &tally) : NULL;
  if (depth == CODEC_DEPTH) return fail(c, too_deep);
  if (!put(c, at, (size_t)(fields - at))) return NULL;
  c->writer->tables++;
  return copy_fields(c, table, depth + 1);
}

static const unsigned char *copy_reference(struct copier *c,
                                           const unsigned char *at,
                                           int depth) {
  uint64_t number;
  const unsigned char *end = scan_varint(at + 1, c->end, &number);
  if (end == NULL || number - 1 >= c->table_count ||
      c->tables[number - 1] > at)
    return fail(c, no_encoding);
  return copy_table(c, c->tables[number - 1], depth) != NULL ? end : NULL;
}

/* The value at `at`: where it ends. NULL: the writer has failed. */
static const unsigned char *copy(struct copier *c, const unsigned char *at,
                                 int depth) {
  const unsigned char *end;
  unsigned tag = at < c->end ? *at : TAG_END;
  if (tag == TAG_REFERENCE) return copy_reference(c, at, depth);
  if (scan_is_table(tag) || tag == TAG_ERROR || tag == TAG_MODULE)
    return copy_table(c, at, depth);
  end = tag != TAG_END ? scan_part(at, c->end) : NULL;
  if (end == NULL) return fail(c, no_encoding);
  return put(c, at, (size_t)(end - at)) ? end : NULL;
}

/* Where each table of the message begins. False: no memory. */
static bool list_tables(struct copier *c, const unsigned char *bytes) {
  const unsigned char *at = bytes;
  size_t capacity = 16;
  c->tables = memory_alloc(capacity * sizeof *c->tables);
  while (c->tables != NULL) {
    at = scan_find(at, c->end, 1, 1);
    if (at == NULL) return true;
    if (c->table_count == capacity) {
      void *more = memory_resize(c->tables,
                                 (capacity *= 2) * sizeof *c->tables);
      if (more == NULL) return false;
      c->tables = more;
    }
    c->tables[c->table_count++] = at;
    at = scan_part(scan_table(at, c->end), c->end);
    if (at == NULL) return true;
  }
  return false;
}

static void copy_graph(struct troupe_writer *writer,
                       const struct troupe_reader *reader) {
  struct copier c = {.writer = writer, .end = reader->end,
                     .before = writer->tables};
  seen_init(&c.seen);
  if (!list_tables(&c, reader->bytes))
    fail(&c, "no memory");
  else
    copy(&c, reader->at, writer->depth);
  seen_deinit(&c.seen);
  memory_free(c.tables);
}

static void copy_plain(struct troupe_writer *writer,
                       const unsigned char *from, size_t size,
                       const struct scan_tally *tally) {
  unsigned char *at = writer_room(writer, size);
  if (at == NULL) return;
  if (writer->depth + tally->depth > CODEC_DEPTH) {
    writer_fail(writer, too_deep);
    return;
  }
  memcpy(at, from, size);
  writer->at = at + size;
  writer->tables += tally->tables;
}

/* Nil or NaN, which cannot be a key. */
static bool is_no_key(const unsigned char *at, size_t size) {
  double value = 0;
  if (*at == TAG_FLOAT && size == 9) memcpy(&value, at + 1, 8);
  return *at == TAG_NIL || value != value;
}

void troupe_write_copy(struct troupe_writer *writer,
                       struct troupe_reader *reader) {
  struct scan_tally tally = {0, 0, 0};
  const unsigned char *from, *end = NULL;
  if (unlikely(reader == NULL)) {
    writer_fail(writer, no_encoding);
    return;
  }
  if (writer == NULL || writer->error != NULL) {
    troupe_skip(reader);
    return;
  }
  from = reader->at;
  if (reader_ahead(reader)) end = scan_value(from, reader->end, &tally);
  if (end == NULL)
    writer_fail(writer, no_encoding);
  else if (writer_at_key(writer) && is_no_key(from, (size_t)(end - from)))
    writer_fail(writer, "a key of a table cannot be nil or NaN");
  else if (tally.references > 0)
    copy_graph(writer, reader);
  else
    copy_plain(writer, from, (size_t)(end - from), &tally);
  troupe_skip(reader);
  if (writer->error != NULL) return;
  writer_count(writer);
  writer_settle(writer);
}
