#include "embed/entry.h"

#include "base/check.h"
#include "base/memory.h"
#include "embed/problem.h"

struct visitor {
  struct visitor *next; /* of the idle ones: entries->lock */
  struct slab_cache *cache;
};

static void put(struct entries *entries, struct visitor *visitor) {
  mutex_lock(&entries->lock);
  visitor->next = entries->idle;
  entries->idle = visitor;
  mutex_unlock(&entries->lock);
}

static struct visitor *take(struct entries *entries) {
  struct visitor *visitor;
  mutex_lock(&entries->lock);
  visitor = entries->idle;
  if (visitor != NULL) entries->idle = visitor->next;
  mutex_unlock(&entries->lock);
  return visitor;
}

static struct visitor *new_visitor(struct entries *entries) {
  struct visitor *visitor = memory_zalloc(sizeof *visitor);
  if (visitor == NULL) return NULL;
  visitor->cache = slab_cache_new(entries->slab);
  if (visitor->cache != NULL) return visitor;
  memory_free(visitor);
  return NULL;
}

/* The first is made here, so that the end of a host needs no memory. */
bool entries_init(struct entries *entries, struct slab *slab) {
  struct visitor *visitor;
  entries->slab = slab;
  entries->idle = NULL;
  mutex_init(&entries->lock);
  visitor = new_visitor(entries);
  if (visitor != NULL) put(entries, visitor);
  return visitor != NULL;
}

void entries_deinit(struct entries *entries) {
  struct visitor *visitor;
  if (entries->slab == NULL) return;
  while ((visitor = take(entries)) != NULL) {
    slab_cache_free(visitor->cache);
    memory_free(visitor);
  }
  mutex_deinit(&entries->lock);
  entries->slab = NULL;
}

bool entry_open(struct entries *entries, struct entry *entry) {
  entry->visitor = NULL;
  if (slab_is_bound(entries->slab)) return true;
  entry->visitor = take(entries);
  if (entry->visitor == NULL) entry->visitor = new_visitor(entries);
  if (entry->visitor == NULL) return problem_set("not enough memory");
  entry->former = slab_bind(entry->visitor->cache);
  return true;
}

void entry_close(struct entries *entries, struct entry *entry) {
  if (entry->visitor == NULL) return;
  slab_bind(entry->former);
  put(entries, entry->visitor);
}
