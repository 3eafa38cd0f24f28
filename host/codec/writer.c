#include "codec/writer.h"

#include <string.h>

#include "base/memory.h"
#include "codec/values.h"
#include "core/id.h"

#ifdef TROUPE_STRESS
#define FIRST_CAPACITY ((size_t)16)
#else
#define FIRST_CAPACITY ((size_t)256)
#endif

static const char no_memory[] = "no memory";
static const char too_large[] = "more than 4 GiB cannot be sent at once";

struct troupe_writer *troupe_writer_new(void) {
  struct troupe_writer *writer = memory_alloc(sizeof *writer);
  if (writer == NULL) return NULL;
  writer->data = NULL;
  writer->capacity = 0;
  troupe_writer_reset(writer);
  return writer;
}

void troupe_writer_free(struct troupe_writer *writer) {
  if (writer == NULL) return;
  memory_free(writer->data);
  memory_free(writer);
}

void troupe_writer_reset(struct troupe_writer *writer) {
  if (writer == NULL) return;
  writer->at = writer->data;
  writer->limit = writer->data;
  if (writer->capacity > 0) writer->limit += writer->capacity;
  writer->error = NULL;
  writer->count = 0;
  writer->tables = 0;
  writer->references = false;
  writer->depth = 0;
}

const char *troupe_writer_error(const struct troupe_writer *writer) {
  const struct writer_level *level;
  if (writer == NULL) return no_memory;
  if (writer->error != NULL) return writer->error;
  if (writer->count > UINT16_MAX)
    return "more than 65535 values cannot be sent at once";
  if (writer->depth == 0) return NULL;
  level = &writer->levels[writer->depth - 1];
  if (level->items == 0 && level->rest % 2 == 1)
    return "a key of a table has no value yet";
  return "a table has fewer values than it should";
}

void writer_fail(struct troupe_writer *writer, const char *error) {
  if (writer == NULL) return;
  if (writer->error == NULL) writer->error = error;
  writer->at = writer->limit = writer->data;
}

unsigned char *writer_grow(struct troupe_writer *writer, size_t size) {
  size_t used = (size_t)(writer->at - writer->data);
  size_t capacity = 2 * writer->capacity;
  unsigned char *data;
  if (writer->error != NULL) return NULL;
  if (size > MESSAGE_LARGEST || used + size > MESSAGE_LARGEST) {
    writer_fail(writer, too_large);
    return NULL;
  }
  if (capacity < FIRST_CAPACITY) capacity = FIRST_CAPACITY;
  if (capacity < used + size) capacity = used + size;
  data = memory_resize(writer->data, capacity);
  if (data == NULL) {
    writer_fail(writer, no_memory);
    return NULL;
  }
  writer->data = data;
  writer->capacity = capacity;
  writer->limit = data + capacity;
  return writer->at = data + used;
}

void writer_settle(struct troupe_writer *writer) {
  while (writer->depth > 0) {
    struct writer_level *level = &writer->levels[writer->depth - 1];
    unsigned char *at;
    if (level->items > 0 || level->rest > 0) return;
    if (level->pairs) {
      at = writer_room(writer, 1);
      if (at == NULL) return;
      *at = TAG_END;
      writer->at = at + 1;
    }
    writer->depth--;
  }
}

/* A value has been written, up to `end`. */
static inline void wrote(struct troupe_writer *writer, unsigned char *end) {
  writer->at = end;
  writer_count(writer);
  if (unlikely(writer->depth > 0)) writer_settle(writer);
}

static void put_tag(struct troupe_writer *writer, unsigned tag) {
  unsigned char *at = writer_room(writer, 1);
  if (at == NULL) return;
  *at = (unsigned char)tag;
  wrote(writer, at + 1);
}

static void put_word(struct troupe_writer *writer, unsigned tag,
                     const void *word) {
  unsigned char *at = writer_room(writer, 9);
  if (at == NULL) return;
  *at = (unsigned char)tag;
  memcpy(at + 1, word, 8);
  wrote(writer, at + 9);
}

void troupe_write_nil(struct troupe_writer *writer) {
  if (writer != NULL && writer_at_key(writer))
    writer_fail(writer, "a key of a table cannot be nil");
  else
    put_tag(writer, TAG_NIL);
}

void troupe_write_boolean(struct troupe_writer *writer, bool value) {
  put_tag(writer, value ? TAG_TRUE : TAG_FALSE);
}

void troupe_write_integer(struct troupe_writer *writer, int64_t value) {
  unsigned char *at = writer_room(writer, 9);
  if (at != NULL) wrote(writer, codec_put_integer(at, value));
}

void troupe_write_number(struct troupe_writer *writer, double value) {
  if (unlikely(value != value) && writer != NULL && writer_at_key(writer))
    writer_fail(writer, "a key of a table cannot be NaN");
  else
    put_word(writer, TAG_FLOAT, &value);
}

void troupe_write_string(struct troupe_writer *writer, const char *bytes,
                         size_t size) {
  unsigned char *at;
  if (unlikely(bytes == NULL) && size > 0) {
    writer_fail(writer, "a string is NULL");
    return;
  }
  if (unlikely(size > MESSAGE_LARGEST)) {
    writer_fail(writer, too_large);
    return;
  }
  at = writer_room(writer, 1 + VARINT_LARGEST + size);
  if (at == NULL) return;
  if (likely(size < TAG_STRING_LIMIT)) {
    *at++ = (unsigned char)(TAG_STRING + size);
  } else {
    *at++ = TAG_LONG_STRING;
    at = codec_put_varint(at, size);
  }
  if (size > 0) memcpy(at, bytes, size);
  wrote(writer, at + size);
}

void troupe_write_text(struct troupe_writer *writer, const char *text) {
  if (unlikely(text == NULL))
    writer_fail(writer, "a text is NULL");
  else
    troupe_write_string(writer, text, strlen(text));
}

void troupe_write_pid(struct troupe_writer *writer, uint64_t pid) {
  if (pid == ID_NONE)
    troupe_write_nil(writer);
  else if (!id_valid(pid))
    writer_fail(writer, "a pid is none");
  else
    put_word(writer, TAG_PID, &pid);
}

void troupe_write_handle(struct troupe_writer *writer, const char *type,
                         uint64_t id) {
  size_t size = type != NULL ? strlen(type) : 0;
  unsigned char *at;
  if (size == 0 || size > MESSAGE_LARGEST) {
    writer_fail(writer, "the type of a handle has no name");
    return;
  }
  at = writer_room(writer, 1 + VARINT_LARGEST + 8 + size);
  if (at == NULL) return;
  *at++ = TAG_HANDLE;
  at = codec_put_varint(at, 8 + size);
  memcpy(at, &id, 8);
  memcpy(at + 8, type, size);
  wrote(writer, at + 8 + size);
}

void troupe_write_table(struct troupe_writer *writer, size_t items,
                        size_t pairs) {
  unsigned char *at = writer_room(writer, 1 + VARINT_LARGEST);
  if (at == NULL) return;
  if (writer->depth == CODEC_DEPTH) {
    writer_fail(writer, "tables are nested more than 100 deep");
    return;
  }
  if (items > MESSAGE_LARGEST || pairs > MESSAGE_LARGEST) {
    writer_fail(writer, too_large);
    return;
  }
  *at++ = (unsigned char)(TAG_TABLE + codec_pairs_class(pairs));
  writer->at = codec_put_varint(at, items);
  writer->tables++;
  writer_count(writer);
  writer->levels[writer->depth++] =
      (struct writer_level){items, 2 * pairs, pairs > 0};
  writer_settle(writer);
}

bool values_written(const struct troupe_writer *writer,
                    struct values *values) {
  if (troupe_writer_error(writer) != NULL) return false;
  values->bytes = writer->data;
  values->size = (size_t)(writer->at - writer->data);
  values->count = (uint16_t)writer->count;
  values->flags = writer->references ? MESSAGE_TABLES : 0;
  return true;
}

struct message *values_message(const struct troupe_writer *writer,
                               enum message_kind kind) {
  struct values values;
  struct message *message = NULL;
  if (values_written(writer, &values)) message = message_new(kind, values.size);
  if (message == NULL) return NULL;
  if (values.size > 0) memcpy(message->bytes, values.bytes, values.size);
  message->count = values.count;
  message->flags = values.flags;
  return message;
}
