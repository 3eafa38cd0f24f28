/*
** Pidset: linear probing. An entry is taken out by moving the ones behind it
** up, so there are no tombstones and a set that has been large costs a walk
** no more than one that has not.
**
** It doubles above three quarters and halves at an eighth, far enough apart
** that an actor whose links come and go at a boundary does not copy its set
** each time.
*/
#include "core/pidset.h"

#include <stddef.h>

#include "base/check.h"
#include "base/hash.h"
#include "base/memory.h"
#include "core/id.h"

#define CAPACITY_SMALLEST 4u
#define CAPACITY_LARGEST (UINT32_C(1) << 30)

void pidset_init(struct pidset *set) {
  *set = (struct pidset){.entries = NULL};
}

void pidset_deinit(struct pidset *set) {
  memory_free(set->entries);
  pidset_init(set);
}

static uint32_t home_of(const struct pidset *set, uint64_t pid) {
  return (uint32_t)hash_word(pid) & (set->capacity - 1);
}

static uint32_t after(const struct pidset *set, uint32_t index) {
  return (index + 1) & (set->capacity - 1);
}

/* Where the pid is, or the free entry where it would go. There always is a
** free entry: the set is never full. */
static struct pidset_entry *locate(const struct pidset *set, uint64_t pid) {
  uint32_t index = home_of(set, pid);
  while (set->entries[index].pid != pid &&
         set->entries[index].pid != ID_NONE)
    index = after(set, index);
  return &set->entries[index];
}

/* Moves all entries to a block of another size. False: no memory. */
static bool rebuild(struct pidset *set, uint32_t capacity) {
  struct pidset moved = {.capacity = capacity, .count = set->count};
  moved.entries = memory_zalloc(capacity * sizeof *moved.entries);
  if (moved.entries == NULL) return false;
  for (uint32_t i = 0; i < set->capacity; i++)
    if (set->entries[i].pid != ID_NONE)
      *locate(&moved, set->entries[i].pid) = set->entries[i];
  memory_free(set->entries);
  *set = moved;
  return true;
}

/* Makes sure that one more entry fits. */
static bool make_room(struct pidset *set) {
  if (set->capacity == 0) return rebuild(set, CAPACITY_SMALLEST);
  if (set->count < set->capacity / 4 * 3) return true;
  if (set->capacity == CAPACITY_LARGEST) return false;
  return rebuild(set, set->capacity * 2);
}

/* Closes the hole at `index`: an entry behind it moves up if its home is not
** between the hole and itself, for then a search would stop at the hole. */
static void close_hole(struct pidset *set, uint32_t index) {
  uint32_t mask = set->capacity - 1;
  uint32_t hole = index;
  for (;;) {
    index = after(set, index);
    if (set->entries[index].pid == ID_NONE) break;
    uint32_t home = home_of(set, set->entries[index].pid);
    if (((index - home) & mask) < ((index - hole) & mask)) continue;
    set->entries[hole] = set->entries[index];
    hole = index;
  }
  set->entries[hole] = (struct pidset_entry){.pid = ID_NONE};
}

static void drop(struct pidset *set, struct pidset_entry *entry) {
  close_hole(set, (uint32_t)(entry - set->entries));
  set->count--;
  if (set->count == 0)
    pidset_deinit(set);
  else if (set->capacity > CAPACITY_SMALLEST &&
           set->count <= set->capacity / 8)
    rebuild(set, set->capacity / 2); /* without memory it stays large */
}

uint32_t pidset_flags(const struct pidset *set, uint64_t pid) {
  if (set->count == 0) return 0;
  return locate(set, pid)->flags;
}

bool pidset_add(struct pidset *set, uint64_t pid, uint32_t flags) {
  ASSERT(pid != ID_NONE && flags != 0, "an entry has a pid and a flag");
  struct pidset_entry *entry = NULL;
  if (set->count > 0) entry = locate(set, pid);
  if (entry == NULL || entry->pid == ID_NONE) {
    if (!make_room(set)) return false;
    entry = locate(set, pid);
    entry->pid = pid;
    set->count++;
  }
  entry->flags |= flags;
  return true;
}

uint32_t pidset_clear(struct pidset *set, uint64_t pid, uint32_t flags) {
  if (set->count == 0) return 0;
  struct pidset_entry *entry = locate(set, pid);
  uint32_t had = entry->flags & flags;
  entry->flags &= ~flags;
  if (had != 0 && entry->flags == 0) drop(set, entry);
  return had;
}

bool pidset_next(const struct pidset *set, uint32_t *at,
                 struct pidset_entry *entry) {
  while (*at < set->capacity) {
    const struct pidset_entry *here = &set->entries[(*at)++];
    if (here->pid == ID_NONE) continue;
    *entry = *here;
    return true;
  }
  return false;
}
