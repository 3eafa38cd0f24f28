/*
** Process: what holds for all hosts of a process. Its variables are those of
** base/memory.h and base/check.h.
*/
#include "base/check.h"
#include "base/memory.h"
#include "io/heap.h"
#include "troupe.h"

bool troupe_set_allocator(troupe_allocator *allocator, void *context) {
  if (!memory_use(allocator, context)) return false;
  heap_share();
  return true;
}

void troupe_set_fatal(troupe_fatal *hook, void *context) {
  check_tell(hook, context);
}
