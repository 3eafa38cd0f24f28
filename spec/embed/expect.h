/*
** For the small programs of the specs that embed Troupe: what does not hold
** ends the program with status 1, and standard error says which and where.
*/
#ifndef EXPECT_H
#define EXPECT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(condition)                                                \
  ((condition) ? (void)0                                                 \
               : (fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__,     \
                          #condition),                                   \
                  _Exit(1)))

/* Both may be NULL. */
#define EXPECT_TEXT(expected, actual) \
  expect_text(__FILE__, __LINE__, (expected), (actual))

static inline void expect_text(const char *file, int line,
                               const char *expected, const char *actual) {
  if (expected == actual ||
      (expected != NULL && actual != NULL && strcmp(expected, actual) == 0))
    return;
  fprintf(stderr, "%s:%d: expected \"%s\", got \"%s\"\n", file, line,
          expected != NULL ? expected : "(null)",
          actual != NULL ? actual : "(null)");
  _Exit(1);
}

#endif
