#include "script/codec_peek.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/id.h"
#include "script/codec_format.h"

struct input {
  const unsigned char *at, *end;
};

/* False: the bytes end before. */
static bool take(struct input *input, void *to, size_t size) {
  if ((size_t)(input->end - input->at) < size) return false;
  memcpy(to, input->at, size);
  input->at += size;
  return true;
}

static int64_t take_integer(struct input *input, unsigned tag) {
  int64_t value = 0;
  int8_t one = 0;
  int16_t two = 0;
  int32_t four = 0;
  switch (tag) {
    case TAG_INTEGER_1:
      return take(input, &one, sizeof one) ? one : 0;
    case TAG_INTEGER_2:
      return take(input, &two, sizeof two) ? two : 0;
    case TAG_INTEGER_4:
      return take(input, &four, sizeof four) ? four : 0;
    default:
      return take(input, &value, sizeof value) ? value : 0;
  }
}

static size_t take_varint(struct input *input) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && input->at < input->end; shift += 7) {
    unsigned char byte = *input->at++;
    value |= (uint64_t)(byte & 127) << shift;
    if (byte < 128) break;
  }
  return value;
}

static void show_string(struct input *input, size_t size, char *text) {
  size_t left = (size_t)(input->end - input->at);
  if (size > left) size = left;
  quote_text((const char *)input->at, size, text);
  input->at += size;
}

/* As Lua prints a float: it is seen to be none of the integers. */
static void show_float(struct input *input, char *text) {
  double value = 0;
  take(input, &value, sizeof value);
  snprintf(text, CODEC_PEEK_SIZE - 2, "%.14g", value);
  if (text[strspn(text, "-0123456789")] == '\0') strcat(text, ".0");
}

static void show_pid(struct input *input, char *text) {
  char pid[ID_TEXT_SIZE];
  uint64_t id = ID_NONE;
  take(input, &id, sizeof id);
  strcpy(text, id_text(id, pid));
}

static const char *name_of(unsigned tag) {
  switch (tag) {
    case TAG_NIL: return "nil";
    case TAG_FALSE: return "false";
    case TAG_TRUE: return "true";
    case TAG_FROM: return "from";
    case TAG_ADDRESS: return "address";
    default: return "table";
  }
}

static void show(struct input *input, unsigned tag, char *text) {
  if (tag < TAG_STRING)
    snprintf(text, CODEC_PEEK_SIZE, "%d", (int)tag + TAG_INTEGER_LEAST);
  else if (tag < TAG_TABLE)
    show_string(input, tag - TAG_STRING, text);
  else if (tag >= TAG_INTEGER_1 && tag <= TAG_INTEGER_8)
    snprintf(text, CODEC_PEEK_SIZE, "%" PRId64, take_integer(input, tag));
  else if (tag == TAG_FLOAT)
    show_float(input, text);
  else if (tag == TAG_LONG_STRING)
    show_string(input, take_varint(input), text);
  else if (tag == TAG_PID)
    show_pid(input, text);
  else
    strcpy(text, name_of(tag));
}

const char *codec_peek(const struct message *message,
                       char text[CODEC_PEEK_SIZE]) {
  struct input input = {message->bytes, message->bytes + message->size};
  unsigned char tag;
  if (message->count == 0 || !take(&input, &tag, 1))
    strcpy(text, "no value");
  else
    show(&input, tag, text);
  return text;
}

/* --- Keys ----------------------------------------------------------------- */

/* Adds the text as far as there is room; false: no more. */
static bool add(char **at, const char *end, const char *text) {
  size_t size = strlen(text), room = (size_t)(end - *at);
  if (size > room) size = room;
  memcpy(*at, text, size);
  *at += size;
  **at = '\0';
  return *at < end;
}

static bool add_part(struct input *input, char **at, const char *end) {
  char text[CODEC_PEEK_SIZE];
  unsigned char tag;
  if (!take(input, &tag, 1)) return false;
  show(input, tag, text);
  return add(at, end, text);
}

const char *codec_peek_key(const void *bytes, size_t size, char *text,
                           size_t text_size) {
  struct input input = {bytes, (const unsigned char *)bytes + size};
  const char *end = text + text_size - 1;
  char *at = text;
  text[0] = '\0';
  if (size == 0) return text;
  if (*input.at != TAG_TABLE) {
    add_part(&input, &at, end);
    return text;
  }
  input.at++;
  take_varint(&input);
  add(&at, end, "{");
  while (input.at < input.end && add_part(&input, &at, end))
    if (input.at < input.end) add(&at, end, ", ");
  add(&at, end, "}");
  return text;
}
