#include "codec/peek.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "codec/format.h"
#include "core/id.h"

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
    case TAG_HANDLE: return "handle";
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

/* --- All of them ---------------------------------------------------------- */

#define SKIPPED 1000 /* values of an error object that are looked through */

struct words {
  struct input input;
  char *start, *at, *end; /* of the text; room for the NUL is left */
  bool cut;
};

static void put(struct words *words, const char *text, size_t size) {
  size_t room = (size_t)(words->end - words->at);
  if (size > room) size = room, words->cut = true;
  memcpy(words->at, text, size);
  words->at += size;
}

static void put_text(struct words *words, const char *text) {
  put(words, text, strlen(text));
}

static void put_value(struct words *words);

/* A string, or false and nothing has been read. */
static bool take_string(struct input *input, const char **bytes,
                        size_t *size) {
  unsigned tag = input->at < input->end ? *input->at : TAG_END;
  if ((tag < TAG_STRING || tag >= TAG_TABLE) && tag != TAG_LONG_STRING)
    return false;
  input->at++;
  *size = tag == TAG_LONG_STRING ? take_varint(input) : tag - TAG_STRING;
  if (*size > (size_t)(input->end - input->at))
    *size = (size_t)(input->end - input->at);
  *bytes = (const char *)input->at;
  input->at += *size;
  return true;
}

static bool is_name(const char *bytes, size_t size) {
  static const char letters[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  if (size == 0 || (bytes[0] >= '0' && bytes[0] <= '9')) return false;
  for (size_t i = 0; i < size; i++)
    if (bytes[i] == '\0' || strchr(letters, bytes[i]) == NULL) return false;
  return true;
}

/* True: the pairs are over. */
static bool take_end(struct input *input) {
  if (input->at < input->end && *input->at != TAG_END) return false;
  if (input->at < input->end) input->at++;
  return true;
}

static void put_key(struct words *words) {
  struct input before = words->input;
  const char *bytes;
  size_t size;
  if (take_string(&words->input, &bytes, &size) && is_name(bytes, size)) {
    put(words, bytes, size);
    put_text(words, " = ");
    return;
  }
  words->input = before;
  put_text(words, "[");
  put_value(words);
  put_text(words, "] = ");
}

/* Each field adds to the text, so it ends with that. */
static void put_table(struct words *words, unsigned tag) {
  size_t items = take_varint(&words->input);
  bool first = true;
  put_text(words, "{");
  for (size_t i = 0; i < items && !words->cut; i++, first = false) {
    if (!first) put_text(words, ", ");
    put_value(words);
  }
  while (tag & TAG_PAIRS_MASK && !words->cut && !take_end(&words->input)) {
    if (!first) put_text(words, ", ");
    put_key(words);
    put_value(words);
    first = false;
  }
  put_text(words, "}");
}

static void skip_sized(struct input *input) {
  size_t size = take_varint(input), left = (size_t)(input->end - input->at);
  input->at += size < left ? size : left;
}

/* False: there is more than anybody wants to look through. */
static bool skip(struct input *input, int *left) {
  char text[CODEC_PEEK_SIZE];
  unsigned char tag;
  size_t items;
  if (--*left < 0 || !take(input, &tag, 1)) return false;
  if (tag == TAG_MODULE || tag >= TAG_FROM) skip_sized(input);
  if (tag == TAG_REFERENCE) take_varint(input);
  if (tag == TAG_MODULE || tag == TAG_ERROR) return skip(input, left);
  if (tag < TAG_TABLE || tag >= TAG_NIL) {
    show(input, tag, text);
    return true;
  }
  items = take_varint(input);
  for (size_t i = 0; i < items; i++)
    if (!skip(input, left)) return false;
  while (tag & TAG_PAIRS_MASK && !take_end(input))
    if (!skip(input, left) || !skip(input, left)) return false;
  return true;
}

struct field {
  const char *bytes;
  size_t size;
};

/* An error object is its kind and its message; its traces are long. */
static void put_error(struct words *words) {
  struct input *input = &words->input;
  struct field kind = {"error", 5}, message = {"", 0}, key, value;
  int left = SKIPPED;
  unsigned char tag;
  if (!take(input, &tag, 1) || take_varint(input) != 0) {
    put_text(words, "error");
    words->cut = true;
    return;
  }
  while (!take_end(input)) {
    bool named = take_string(input, &key.bytes, &key.size);
    bool text = named && take_string(input, &value.bytes, &value.size);
    if (text && key.size == 4 && memcmp(key.bytes, "kind", 4) == 0)
      kind = value;
    else if (text && key.size == 7 && memcmp(key.bytes, "message", 7) == 0)
      message = value;
    if (text) continue;
    words->cut = (!named && !skip(input, &left)) || !skip(input, &left);
    if (words->cut) break;
  }
  put(words, kind.bytes, kind.size);
  put_text(words, ": ");
  put(words, message.bytes, message.size);
}

static void put_named_table(struct words *words) {
  struct input *input = &words->input;
  struct field name;
  unsigned char tag;
  name.size = take_varint(input);
  if (name.size > (size_t)(input->end - input->at)) return;
  name.bytes = (const char *)input->at;
  input->at += name.size;
  put(words, name.bytes, name.size);
  if (take(input, &tag, 1)) put_table(words, tag);
}

static void put_value(struct words *words) {
  char text[CODEC_PEEK_SIZE];
  unsigned char tag;
  if (!take(&words->input, &tag, 1)) {
    words->cut = true;
  } else if (tag >= TAG_TABLE && tag < TAG_NIL) {
    put_table(words, tag);
  } else if (tag == TAG_ERROR) {
    put_error(words);
  } else if (tag == TAG_MODULE) {
    put_named_table(words);
  } else {
    show(&words->input, tag, text);
    put_text(words, text);
    if (tag == TAG_REFERENCE) take_varint(&words->input);
    if (tag >= TAG_FROM) skip_sized(&words->input);
  }
}

/* Not in the middle of a UTF-8 sequence. */
static void end_cut(struct words *words) {
  if ((size_t)(words->end - words->at) < 3) words->at = words->end - 3;
  while (words->at > words->start && (*words->at & 0xc0) == 0x80) words->at--;
  memcpy(words->at, "...", 3);
  words->at += 3;
}

/* What a terminal would take for something else, but in quotes. */
static void make_plain(char *text) {
  for (; *text != '\0'; text++)
    if ((unsigned char)*text < ' ' || *text == 127) *text = ' ';
}

void codec_words(const void *bytes, size_t size, unsigned count,
                 const char *between, char *text, size_t room) {
  const unsigned char *at = bytes;
  struct words words = {.input = {at, at + size},
                        .start = text, .at = text, .end = text + room - 1};
  ASSERT(room >= 8, "room for a cut");
  memset(text, 0, room);
  for (unsigned i = 0; i < count && !words.cut; i++) {
    if (i > 0) put_text(&words, i == 1 ? between : ", ");
    put_value(&words);
  }
  if (words.cut) end_cut(&words);
  *words.at = '\0';
  make_plain(text);
}
