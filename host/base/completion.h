/*
** Completion: what a host says could stand before the cursor.
**
** Threads
**   [any thread]  all functions
** Ownership
**   A completion points into the answer that it was read from.
*/
#ifndef TROUPE_BASE_COMPLETION_H
#define TROUPE_BASE_COMPLETION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

struct completion {
  size_t replaced; /* bytes before the cursor that a candidate replaces */
  const char *candidates; /* one a line */
  size_t size;
  size_t count;
  size_t common; /* bytes that all of them begin with, whole characters */
};

/* Reads an answer: how many bytes are replaced, and a candidate a line. False:
** it is none, or there are no candidates, or it would replace more than the
** `before` bytes that there are. */
bool completion_read(struct completion *completion, const char *answer,
                     size_t size, size_t before);

/* Appends a table of them for a screen of so many columns, and rows: what has
** no room is counted. */
void completion_list(const struct completion *completion, int columns, int rows,
                     struct buffer *text);

#endif
