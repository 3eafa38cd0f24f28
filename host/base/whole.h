/*
** Whole: bytes to a file, all of them.
**
** Threads  [any thread] whole_write; others of the same file in between
*/
#ifndef TROUPE_BASE_WHOLE_H
#define TROUPE_BASE_WHOLE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

/* To a descriptor that waits. False: see errno; some of it may be written. */
static inline bool whole_write(int fd, const void *bytes, size_t size) {
  const char *at = bytes;
  while (size > 0) {
    ssize_t done = write(fd, at, size);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return false;
    at += done;
    size -= (size_t)done;
  }
  return true;
}

#endif
