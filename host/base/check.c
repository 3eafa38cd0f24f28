/*
** Check: the end of a program that has found itself wrong.
*/
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* No stream and no heap: either may be what is broken. */
_Noreturn void check_failed(const char *file, int line, const char *condition,
                            const char *why) {
  char text[512];
  int size = snprintf(text, sizeof text, "troupe: %s:%d: %s (%s)\n", file,
                      line, why, condition);
  if (size > 0) {
    size_t length = (size_t)size;
    if (length >= sizeof text) length = sizeof text - 1;
    /* There is nobody left to tell that standard error is closed. */
    ssize_t written = write(STDERR_FILENO, text, length);
    (void)written;
  }
  abort();
}
