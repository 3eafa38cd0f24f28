#include "script/supply.h"

#include <stdatomic.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/thread.h"

/* Counted. */
struct supply_text {
  atomic_uint owners;
  size_t size;
  char bytes[];
};

struct entry {
  struct entry *next; /* constant, as is the name */
  struct supply_text *text;
  uint64_t count;
  char name[];
};

struct supply {
  struct supply_hook hook; /* constant once somebody reads */
  struct mutex lock;
  struct entry *entries; /* lock, and what is in them */
};

struct supply *supply_new(void) {
  struct supply *supply = memory_zalloc(sizeof *supply);
  if (supply != NULL) mutex_init(&supply->lock);
  return supply;
}

/* --- Texts ---------------------------------------------------------------- */

static struct supply_text *text_new(const char *bytes, size_t size) {
  struct supply_text *text;
  if (size > SIZE_MAX / 2) return NULL;
  text = memory_alloc(sizeof *text + size);
  if (text == NULL) return NULL;
  atomic_init(&text->owners, 1);
  text->size = size;
  if (size > 0) memcpy(text->bytes, bytes, size);
  return text;
}

static void text_drop(struct supply_text *text) {
  unsigned owners =
      atomic_fetch_sub_explicit(&text->owners, 1, memory_order_acq_rel);
  ASSERT(owners > 0, "a text that is dropped was owned");
  if (owners == 1) memory_free(text);
}

void supply_free(struct supply *supply) {
  if (supply == NULL) return;
  while (supply->entries != NULL) {
    struct entry *entry = supply->entries;
    supply->entries = entry->next;
    text_drop(entry->text);
    memory_free(entry);
  }
  mutex_deinit(&supply->lock);
  memory_free(supply);
}

/* --- Putting -------------------------------------------------------------- */

static struct entry *find_locked(struct supply *supply, const char *file) {
  struct entry *entry = supply->entries;
  while (entry != NULL && strcmp(entry->name, file) != 0) entry = entry->next;
  return entry;
}

static struct entry *add_locked(struct supply *supply, const char *file) {
  size_t size = strlen(file) + 1;
  struct entry *entry = memory_alloc(sizeof *entry + size);
  if (entry == NULL) return NULL;
  *entry = (struct entry){supply->entries, NULL, 0};
  memcpy(entry->name, file, size);
  supply->entries = entry;
  return entry;
}

bool supply_put(struct supply *supply, const char *file, const char *bytes,
                size_t size) {
  struct supply_text *text = text_new(bytes, size), *former = text;
  struct entry *entry;
  if (text == NULL) return false;
  mutex_lock(&supply->lock);
  entry = find_locked(supply, file);
  if (entry == NULL) entry = add_locked(supply, file);
  if (entry != NULL) {
    former = entry->text;
    entry->text = text;
    entry->count++;
  }
  mutex_unlock(&supply->lock);
  if (former != NULL) text_drop(former);
  return entry != NULL;
}

uint64_t supply_count(struct supply *supply, const char *file) {
  const struct entry *entry;
  uint64_t count;
  mutex_lock(&supply->lock);
  entry = find_locked(supply, file);
  count = entry != NULL ? entry->count : 0;
  mutex_unlock(&supply->lock);
  return count;
}

/* --- Reading -------------------------------------------------------------- */

void supply_set_hook(struct supply *supply, const struct supply_hook *hook) {
  supply->hook = *hook;
}

bool supply_has_hook(const struct supply *supply) {
  return supply->hook.read != NULL;
}

bool supply_has(struct supply *supply, const char *file) {
  if (supply_count(supply, file) != 0) return true;
  return supply_has_hook(supply) &&
         supply->hook.read(supply->hook.context, file, NULL);
}

static struct supply_text *share(struct supply *supply, const char *file) {
  struct supply_text *text = NULL;
  const struct entry *entry;
  mutex_lock(&supply->lock);
  entry = find_locked(supply, file);
  if (entry != NULL) {
    text = entry->text;
    atomic_fetch_add_explicit(&text->owners, 1, memory_order_relaxed);
  }
  mutex_unlock(&supply->lock);
  return text;
}

bool supply_read(struct supply *supply, const char *file,
                 struct supplied *supplied) {
  struct supply_text *text = share(supply, file);
  *supplied = (struct supplied){NULL, 0, NULL, text, NULL};
  if (text != NULL) {
    supplied->bytes = text->bytes;
    supplied->size = text->size;
  } else if (!supply_has_hook(supply) ||
             !supply->hook.read(supply->hook.context, file, supplied)) {
    return false;
  }
  supplied->supply = supply;
  return true;
}

void supply_release(struct supplied *supplied) {
  const struct supply *supply = supplied->supply;
  if (supply == NULL) return;
  supplied->supply = NULL;
  if (supplied->text != NULL)
    text_drop(supplied->text);
  else if (supply->hook.release != NULL)
    supply->hook.release(supply->hook.context, supplied);
}
