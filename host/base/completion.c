#include "base/completion.h"

#include <string.h>

#include "base/check.h"

#define GAP ((size_t)2)

/* The line at *text, of *left bytes; moves both past it. */
static size_t next_line(const char **text, size_t *left, const char **line) {
  const char *end = memchr(*text, '\n', *left);
  size_t size = end != NULL ? (size_t)(end - *text) : *left;
  size_t passed = end != NULL ? size + 1 : size;
  *line = *text;
  *text += passed;
  *left -= passed;
  return size;
}

static bool read_number(const char *text, size_t size, size_t *number) {
  *number = 0;
  if (size == 0 || size > 9) return false;
  for (size_t i = 0; i < size; i++) {
    if (text[i] < '0' || text[i] > '9') return false;
    *number = *number * 10 + (size_t)(text[i] - '0');
  }
  return true;
}

static size_t common_size(const char *one, const char *other, size_t size) {
  size_t common = 0;
  while (common < size && one[common] == other[common]) common++;
  return common;
}

/* Not into the middle of a character of UTF-8. */
static size_t whole(const char *text, size_t common, size_t size) {
  if (common == size) return common;
  while (common > 0 && ((unsigned char)text[common] & 0xc0) == 0x80) common--;
  return common;
}

static void count(struct completion *completion) {
  const char *text = completion->candidates, *line, *first = NULL;
  size_t left = completion->size, first_size = 0;
  while (left > 0) {
    size_t size = next_line(&text, &left, &line);
    if (completion->count++ == 0) {
      first = line;
      first_size = completion->common = size;
    } else {
      if (size < completion->common) completion->common = size;
      completion->common = common_size(first, line, completion->common);
    }
  }
  if (first != NULL)
    completion->common = whole(first, completion->common, first_size);
}

bool completion_read(struct completion *completion, const char *answer,
                     size_t size, size_t before) {
  const char *line;
  size_t length = next_line(&answer, &size, &line);
  *completion = (struct completion){0};
  if (!read_number(line, length, &completion->replaced) ||
      completion->replaced > before)
    return false;
  completion->candidates = answer;
  completion->size = size;
  count(completion);
  return completion->count > 0;
}

/* --- The table ------------------------------------------------------------ */

/* Characters, not bytes: as many columns, for most. */
static size_t width(const char *text, size_t size) {
  size_t columns = 0;
  for (size_t i = 0; i < size; i++)
    if (((unsigned char)text[i] & 0xc0) != 0x80) columns++;
  return columns;
}

static size_t widest(const struct completion *completion) {
  const char *text = completion->candidates, *line;
  size_t left = completion->size, most = 1;
  while (left > 0) {
    size_t size = next_line(&text, &left, &line);
    if (width(line, size) > most) most = width(line, size);
  }
  return most;
}

static void pad(struct buffer *text, size_t columns) {
  while (columns-- > 0) buffer_append(text, " ", 1);
}

/* From left to right, as they are read. */
void completion_list(const struct completion *completion, int columns, int rows,
                     struct buffer *text) {
  const char *at = completion->candidates, *line;
  size_t left = completion->size, shown = 0;
  size_t cell = widest(completion) + GAP;
  size_t in_row = (size_t)columns / cell > 1 ? (size_t)columns / cell : 1;
  size_t room = (rows > 4 ? (size_t)rows - 3 : 1) * in_row;
  ASSERT(columns > 0, "a screen has columns");
  while (left > 0 && shown < room) {
    size_t size = next_line(&at, &left, &line);
    buffer_append(text, line, size);
    shown++;
    if (shown % in_row == 0 || left == 0)
      buffer_append(text, "\n", 1);
    else
      pad(text, cell - width(line, size));
  }
  if (shown < completion->count)
    buffer_format(text, "... and %zu more\n", completion->count - shown);
}
