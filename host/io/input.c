#include "io/input.h"

#include <string.h>

#include "base/check.h"

void input_init(struct input *input, size_t line_limit) {
  memset(input, 0, sizeof *input);
  buffer_init(&input->buffer);
  input->line_limit = line_limit;
}

void input_deinit(struct input *input) {
  buffer_deinit(&input->buffer);
  input->scanned = 0;
  input->taken = 0;
}

bool input_add(struct input *input, const void *bytes, size_t size) {
  ASSERT(input->taken == 0, "adding may move bytes that were given away");
  return buffer_append(&input->buffer, bytes, size);
}

static enum input_found found(struct piece *piece, const char *bytes,
                              size_t size, size_t whole) {
  piece->bytes = bytes;
  piece->size = size;
  piece->whole = whole;
  return INPUT_FOUND;
}

static const char *front(const struct input *input) {
  return input->buffer.data == NULL ? "" : buffer_bytes(&input->buffer);
}

static enum input_found find_line(struct input *input, bool last,
                                  struct piece *piece) {
  const char *bytes = front(input);
  size_t size = buffer_size(&input->buffer);
  const char *newline =
      memchr(bytes + input->scanned, '\n', size - input->scanned);
  size_t line = newline == NULL ? size : (size_t)(newline - bytes);
  size_t text = line;
  input->scanned = line;
  /* A "\r" at the end of what has come may be half of a line's end. */
  if (line > 0 && bytes[line - 1] == '\r' && (newline != NULL || !last))
    text--;
  if (text > input->line_limit) return INPUT_TOO_LONG;
  if (newline != NULL) return found(piece, bytes, text, line + 1);
  if (last && size > 0) return found(piece, bytes, text, line);
  return INPUT_NONE;
}

enum input_found input_find(struct input *input, const struct wish *wish,
                            bool last, struct piece *piece) {
  size_t size = buffer_size(&input->buffer);
  ASSERT(input->taken == 0, "the last piece has been consumed");
  switch (wish->want) {
    case STREAM_LINE:
      return find_line(input, last, piece);
    case STREAM_EXACTLY:
      if (size >= wish->size)
        return found(piece, front(input), wish->size, wish->size);
      if (!last || size == 0) return INPUT_NONE;
      return found(piece, front(input), size, size);
    case STREAM_SOME:
      break;
  }
  return size == 0 ? INPUT_NONE : found(piece, front(input), size, size);
}

void input_take(struct input *input, const struct piece *piece) {
  ASSERT(piece->whole <= buffer_size(&input->buffer), "no more than there is");
  input->taken = piece->whole;
}

void input_consume(struct input *input) {
  if (input->taken == 0) return;
  buffer_consume(&input->buffer, input->taken);
  input->scanned -= input->scanned < input->taken ? input->scanned
                                                  : input->taken;
  input->taken = 0;
}

void input_trim(struct input *input) {
  if (input->buffer.capacity != 0 && buffer_size(&input->buffer) == 0)
    input_deinit(input);
}
