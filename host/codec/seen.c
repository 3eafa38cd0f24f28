#include "codec/seen.h"

#include "base/check.h"
#include "base/hash.h"

/* The table's slot, or the free one where it belongs. */
static struct seen_slot *find(struct seen_slot *slots, size_t capacity,
                              const void *table) {
  size_t at = (size_t)hash_word((uintptr_t)table) & (capacity - 1);
  while (slots[at].table != NULL && slots[at].table != table)
    at = (at + 1) & (capacity - 1);
  return &slots[at];
}

static bool grow(struct seen *seen) {
  size_t capacity = seen->capacity != 0 ? 2 * seen->capacity : 4 * SEEN_FEW;
  struct seen_slot *slots = memory_zalloc(capacity * sizeof *slots);
  if (slots == NULL) return false;
  for (size_t i = 0; i < seen->capacity; i++)
    if (seen->slots[i].table != NULL)
      *find(slots, capacity, seen->slots[i].table) = seen->slots[i];
  for (size_t i = 0; seen->capacity == 0 && i < seen->count; i++)
    *find(slots, capacity, seen->few[i]) =
        (struct seen_slot){seen->few[i], i + 1};
  memory_free(seen->slots);
  seen->slots = slots;
  seen->capacity = capacity;
  return true;
}

static bool meet_hashed(struct seen *seen, const void *table,
                        size_t *number) {
  struct seen_slot *slot;
  if (2 * seen->count >= seen->capacity && !grow(seen)) return false;
  slot = find(seen->slots, seen->capacity, table);
  *number = slot->table != NULL ? slot->number : 0;
  if (slot->table == NULL) *slot = (struct seen_slot){table, ++seen->count};
  ASSERT(seen->count < seen->capacity, "a search must find a free slot");
  return true;
}

bool seen_meet(struct seen *seen, const void *table, size_t *number) {
  if (seen->capacity != 0) return meet_hashed(seen, table, number);
  for (size_t i = 0; i < seen->count; i++) {
    if (seen->few[i] == table) {
      *number = i + 1;
      return true;
    }
  }
  if (seen->count == SEEN_FEW) return meet_hashed(seen, table, number);
  seen->few[seen->count++] = table;
  *number = 0;
  return true;
}
