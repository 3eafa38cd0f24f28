#include "script/module_source.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"

struct unit *unit_new(const struct buffer *code) {
  size_t size = buffer_size(code);
  struct unit *unit = memory_alloc(sizeof *unit + size);
  if (unit == NULL) return NULL;
  atomic_init(&unit->owners, 1);
  unit->version = 0;
  unit->size = size;
  memcpy(unit->code, buffer_bytes(code), size);
  return unit;
}

struct unit *unit_share(struct unit *unit) {
  atomic_fetch_add_explicit(&unit->owners, 1, memory_order_relaxed);
  return unit;
}

void unit_drop(struct unit *unit) {
  unsigned owners;
  if (unit == NULL) return;
  owners = atomic_fetch_sub_explicit(&unit->owners, 1, memory_order_acq_rel);
  ASSERT(owners > 0, "a unit that is dropped was owned");
  if (owners == 1) memory_free(unit);
}

struct source *source_new(const char *chunk) {
  struct source *source = memory_zalloc(sizeof *source);
  if (source == NULL) return NULL;
  source->chunk = memory_strdup(chunk);
  if (source->chunk != NULL) return source;
  memory_free(source);
  return NULL;
}

void source_free(struct source *source) {
  if (source == NULL) return;
  ASSERT(source->waiting.count == 0, "no actor is left");
  unit_drop(source->current);
  unit_drop(source->former);
  waiters_free(&source->waiting);
  memory_free(source->users);
  memory_free(source->chunk);
  memory_free(source);
}

/* --- Users ---------------------------------------------------------------- */

static int by_pid(const void *one, const void *other) {
  const struct user *a = one, *b = other;
  if (a->pid != b->pid) return a->pid < b->pid ? -1 : 1;
  return a->name == b->name ? 0 : strcmp(a->name, b->name);
}

uint32_t source_tidy(struct user *users, uint32_t count,
                     struct directory *directory) {
  uint32_t kept = 0;
  if (count > 1) qsort(users, count, sizeof *users, by_pid);
  for (uint32_t i = 0; i < count; i++) {
    if (kept > 0 && by_pid(&users[kept - 1], &users[i]) == 0) continue;
    if (directory_find(directory, users[i].pid) != NULL)
      users[kept++] = users[i];
  }
  return kept;
}

/* True if that made room for as many as are left: each that follows would
** sweep again, else. */
static bool sweep(struct source *source, struct directory *directory) {
  source->user_count =
      source_tidy(source->users, source->user_count, directory);
  return source->user_count <= source->user_capacity / 2;
}

bool source_join_locked(struct source *source, struct directory *directory,
                        uint64_t pid, const char *name) {
  uint32_t capacity = source->user_capacity;
  if (source->user_count == capacity &&
      (capacity == 0 || !sweep(source, directory))) {
    struct user *grown = memory_grown(source->users, capacity,
                                      &source->user_capacity, sizeof *grown);
    if (grown == NULL) return false;
    source->users = grown;
  }
  source->users[source->user_count++] = (struct user){pid, name};
  source->joined++;
  return true;
}

uint32_t source_live_locked(const struct source *source,
                            struct directory *directory) {
  uint32_t live = 0;
  for (uint32_t i = 0; i < source->user_count; i++)
    if (directory_find(directory, source->users[i].pid) != NULL) live++;
  return live;
}

/* --- Versions ------------------------------------------------------------- */

void source_switch_locked(struct source *source, struct unit *unit) {
  ASSERT(unit->version != 0, "it is numbered");
  if (unit->version > source->versions) source->versions = unit->version;
  unit_drop(source->former);
  source->former = source->current;
  source->current = unit_share(unit);
}
