/*
** A table's tag says how many fields it has, roughly, and a count of its items
** stands behind it. Both are known when it is closed: room is left for them,
** the count as a varint that is longer than it need be.
*/
#include "script/notes.h"

#include <string.h>

#include "base/check.h"
#include "codec/format.h"
#include "core/id.h"

#define COUNT_SIZE 4 /* bytes: up to 2^28 items */

void notes_init(struct notes *notes) {
  buffer_init(&notes->bytes);
  notes->failed = false;
  notes->depth = 0;
}

void notes_deinit(struct notes *notes) { buffer_deinit(&notes->bytes); }

/* --- Bytes ---------------------------------------------------------------- */

static void put(struct notes *notes, const void *bytes, size_t size) {
  if (!notes->failed && !buffer_append(&notes->bytes, bytes, size))
    notes->failed = true;
}

static void put_tag(struct notes *notes, unsigned tag) {
  unsigned char byte = (unsigned char)tag;
  put(notes, &byte, 1);
}

static void put_string(struct notes *notes, const void *bytes, size_t size) {
  unsigned char head[1 + VARINT_LARGEST] = {TAG_LONG_STRING};
  if (size < TAG_STRING_LIMIT)
    put_tag(notes, TAG_STRING + (unsigned)size);
  else
    put(notes, head, (size_t)(codec_put_varint(head + 1, size) - head));
  put(notes, bytes, size);
}

/* What follows is a field's value, or an item. */
static void begin(struct notes *notes, const char *key) {
  if (notes->depth == 0) return;
  if (key != NULL) {
    notes->open[notes->depth - 1].fields++;
    put_string(notes, key, strlen(key));
  } else {
    ASSERT(notes->open[notes->depth - 1].fields == 0, "items come first");
    notes->open[notes->depth - 1].items++;
  }
}

/* --- Tables --------------------------------------------------------------- */

void notes_open(struct notes *notes, const char *key) {
  unsigned char head[1 + COUNT_SIZE] = {0};
  CHECK(notes->depth < NOTES_DEPTH, "tables are not as deep as that");
  begin(notes, key);
  notes->open[notes->depth].at = buffer_size(&notes->bytes);
  notes->open[notes->depth].items = notes->open[notes->depth].fields = 0;
  notes->depth++;
  put(notes, head, sizeof head);
}

static void fill(unsigned char *head, uint32_t items, uint32_t fields) {
  *head++ = (unsigned char)(TAG_TABLE + codec_pairs_class(fields));
  for (int i = 0; i < COUNT_SIZE; i++, items >>= 7)
    *head++ = (unsigned char)((items & 127) | (i < COUNT_SIZE - 1 ? 128 : 0));
}

void notes_close(struct notes *notes) {
  ASSERT(notes->depth > 0, "pairs");
  notes->depth--;
  uint32_t fields = notes->open[notes->depth].fields;
  if (fields > 0) put_tag(notes, TAG_END);
  if (notes->failed) return;
  fill((unsigned char *)buffer_bytes(&notes->bytes) +
           notes->open[notes->depth].at,
       notes->open[notes->depth].items, fields);
}

void notes_close_list(struct notes *notes, uint64_t count) {
  if (count > NOTES_LISTED)
    notes_integer(notes, "more", (int64_t)(count - NOTES_LISTED));
  notes_close(notes);
}

/* --- Values --------------------------------------------------------------- */

void notes_bytes(struct notes *notes, const char *key, const void *bytes,
                 size_t size) {
  begin(notes, key);
  put_string(notes, bytes, size);
}

void notes_text(struct notes *notes, const char *key, const char *text) {
  notes_bytes(notes, key, text, strlen(text));
}

void notes_integer(struct notes *notes, const char *key, int64_t value) {
  unsigned char bytes[9];
  begin(notes, key);
  put(notes, bytes, (size_t)(codec_put_integer(bytes, value) - bytes));
}

void notes_number(struct notes *notes, const char *key, double value) {
  begin(notes, key);
  put_tag(notes, TAG_FLOAT);
  put(notes, &value, sizeof value);
}

void notes_boolean(struct notes *notes, const char *key, bool value) {
  begin(notes, key);
  put_tag(notes, value ? TAG_TRUE : TAG_FALSE);
}

void notes_pid(struct notes *notes, const char *key, uint64_t pid) {
  if (!id_valid(pid)) return;
  begin(notes, key);
  put_tag(notes, TAG_PID);
  put(notes, &pid, sizeof pid);
}

void notes_value(struct notes *notes, const char *key, const void *bytes,
                 size_t size) {
  begin(notes, key);
  put(notes, bytes, size);
}

/* --- Sending -------------------------------------------------------------- */

struct message *notes_outcome(const struct notes *notes) {
  static const unsigned char nothing = TAG_NIL;
  const void *bytes = &nothing;
  size_t size = 1;
  struct message *message = NULL;
  ASSERT(notes->depth == 0, "what was opened is closed");
  if (!notes->failed) {
    bytes = buffer_bytes(&notes->bytes);
    size = buffer_size(&notes->bytes);
    message = message_new(MESSAGE_OUTCOME, size);
  }
  if (message == NULL) {
    bytes = &nothing;
    size = 1;
    message = message_need(MESSAGE_OUTCOME, size);
  }
  memcpy(message->bytes, bytes, size);
  message->outcome = OUTCOME_REPLY;
  message->count = 1;
  return message;
}
