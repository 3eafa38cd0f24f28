#include "embed/inside.h"

#include "base/check.h"
#include "embed/problem.h"

static _Thread_local struct {
  unsigned depth;
} mine;

void inside_enter(void) { mine.depth++; }

void inside_leave(void) {
  ASSERT(mine.depth > 0, "they come in pairs");
  mine.depth--;
}

bool inside_now(void) { return mine.depth != 0; }

bool inside_forbids(const char *what) {
  if (!inside_now()) return false;
  problem_set("a handler, a callback or a function of a module cannot %s",
              what);
  return true;
}
