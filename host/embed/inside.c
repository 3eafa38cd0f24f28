#include "embed/inside.h"

#include "base/check.h"

static _Thread_local struct {
  unsigned depth;
} mine;

void inside_enter(void) { mine.depth++; }

void inside_leave(void) {
  ASSERT(mine.depth > 0, "they come in pairs");
  mine.depth--;
}

bool inside_now(void) { return mine.depth != 0; }
