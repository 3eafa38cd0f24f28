/*
** Check: the end of a program that has found itself wrong.
*/
#include "base/check.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "base/flavour.h"

/* Set once, before there are threads; `hook` with release, after `told`. */
static check_hook *_Atomic hook;
static void *_Atomic told;

void check_tell(check_hook *wanted, void *context) {
  atomic_store_explicit(&told, context, memory_order_relaxed);
  atomic_store_explicit(&hook, wanted, memory_order_release);
}

/* There is nobody left to tell that standard error is closed. */
static void print(const char *text) {
  char line[512];
  int size = snprintf(line, sizeof line, "%s\n", text);
  ssize_t written = write(STDERR_FILENO, line, (size_t)size);
  (void)written;
}

/* In a test build whoever has given no hook wants to see it fail at once. */
static bool must_stop(void) {
#ifdef TROUPE_ASSERTS
  if (atomic_load_explicit(&hook, memory_order_relaxed) == NULL) return false;
#endif
  return flavour_is_library();
}

static void tell(const char *text) {
  check_hook *wanted = atomic_load_explicit(&hook, memory_order_acquire);
  if (wanted != NULL)
    wanted(atomic_load_explicit(&told, memory_order_relaxed), text);
  else
    print(text);
}

/* No stream and no heap: either may be what is broken. */
_Noreturn void check_failed(const char *file, int line, const char *condition,
                            const char *why) {
  char text[500];
  snprintf(text, sizeof text, "troupe: %s:%d: %s (%s)", file, line, why,
           condition);
  tell(text);
  while (must_stop()) pause();
  /* What abort does; in the library that leads here (base/shim.h). */
  signal(SIGABRT, SIG_DFL);
  raise(SIGABRT);
  for (;;) pause();
}
