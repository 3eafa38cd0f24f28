#define _GNU_SOURCE /* program_invocation_short_name */
#include "command/misuse.h"

#include <errno.h>
#include <stdio.h>

bool misuse(const char *what, const char *argument) {
  const char *program = program_invocation_short_name;
  fprintf(stderr, "%s: %s%s (see %s --help)\n", program, what, argument,
          program);
  return false;
}

int misuse_tell(const char *what) {
  fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
  return 1;
}
