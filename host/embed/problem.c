#include "embed/problem.h"

#include <stdarg.h>
#include <stdio.h>

#include "troupe.h"

static _Thread_local struct {
  char text[512];
} mine;

bool problem_set(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(mine.text, sizeof mine.text, format, arguments);
  va_end(arguments);
  return false;
}

const char *troupe_problem(void) { return mine.text; }
