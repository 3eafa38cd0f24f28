#include "core/waiters.h"

#include <string.h>

#include "base/memory.h"

#ifdef TROUPE_STRESS
#define FIRST_CAPACITY UINT32_C(1)
#else
#define FIRST_CAPACITY UINT32_C(4)
#endif

void waiters_free(struct waiters *waiters) {
  memory_free(waiters->list);
  *waiters = (struct waiters){0};
}

bool waiters_reserve(struct waiters *waiters, uint32_t more) {
  if (more > UINT32_MAX / 2 - waiters->count) return false;
  uint32_t needed = waiters->count + more;
  if (needed <= waiters->capacity) return true;
  uint32_t capacity = FIRST_CAPACITY;
  while (capacity < needed) capacity *= 2;
  struct waiter *list =
      memory_resize(waiters->list, capacity * sizeof *list);
  if (list == NULL) return false;
  waiters->list = list;
  waiters->capacity = capacity;
  return true;
}

bool waiters_add(struct waiters *waiters, struct waiter waiter) {
  if (!waiters_reserve(waiters, 1)) return false;
  waiters->list[waiters->count++] = waiter;
  return true;
}

bool waiters_remove(struct waiters *waiters, struct waiter waiter) {
  for (uint32_t i = 0; i < waiters->count; i++) {
    if (!waiter_equal(waiters->list[i], waiter)) continue;
    waiters->count--;
    memmove(&waiters->list[i], &waiters->list[i + 1],
            (waiters->count - i) * sizeof *waiters->list);
    if (waiters->count == 0) waiters_free(waiters);
    return true;
  }
  return false;
}

bool waiters_join(struct waiters *into, struct waiters *from) {
  if (from->count == 0) {
    waiters_free(from);
    return true;
  }
  if (into->count == 0) {
    waiters_free(into);
    *into = *from;
    *from = (struct waiters){0};
    return true;
  }
  if (!waiters_reserve(into, from->count)) return false;
  memcpy(&into->list[into->count], from->list,
         from->count * sizeof *from->list);
  into->count += from->count;
  waiters_free(from);
  return true;
}
