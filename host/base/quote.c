#include "base/quote.h"

#include <stdio.h>
#include <string.h>

/* Writes one byte, at most 4 characters and a NUL. Returns how many. */
static size_t put_byte(char *at, unsigned char byte) {
  int count;
  if (byte == '"' || byte == '\\')
    count = snprintf(at, 3, "\\%c", byte);
  else if (byte == '\n')
    count = snprintf(at, 3, "\\n");
  else if (byte < ' ' || byte == 127)
    count = snprintf(at, 5, "\\%03u", byte);
  else
    count = snprintf(at, 2, "%c", byte);
  return (size_t)count;
}

const char *quote_text(const char *bytes, size_t size, char text[QUOTE_SIZE]) {
  size_t shown = size > QUOTE_LARGEST ? QUOTE_LARGEST : size;
  char *at = text;
  /* Not in the middle of a UTF-8 sequence. */
  while (shown > 0 && shown < size && (bytes[shown] & 0xc0) == 0x80) shown--;
  *at++ = '"';
  for (size_t i = 0; i < shown; i++)
    at += put_byte(at, (unsigned char)bytes[i]);
  strcpy(at, shown < size ? "...\"" : "\"");
  return text;
}
