#include "script/module_store.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/thread.h"
#include "base/tick.h"
#include "script/module.h"

#define BUCKETS 512

/* A name was found, along a path, in a unit. The path is part of the key as
** text: actors whose paths are equal share what was found. */
struct finding {
  struct finding *next;
  const struct unit *unit;
  size_t path_size;
  char key[]; /* path, NUL, name, NUL */
};

/* A behaviour's name. */
struct name {
  struct name *next;
  char text[];
};

struct modules {
  const struct embedded *embedded;
  uint64_t seed;
  struct mutex mutex;
  /* Under the mutex. */
  struct unit *units[BUCKETS];
  struct finding *findings[BUCKETS];
  struct name *names[BUCKETS];
  size_t unit_count, finding_count, name_count;
};

struct modules *modules_new(const struct embedded *embedded) {
  struct modules *modules = memory_zalloc(sizeof *modules);
  if (!modules) return NULL;
  modules->embedded = embedded;
  modules->seed = hash_word(tick_now());
  mutex_init(&modules->mutex);
  return modules;
}

static void free_unit(struct unit *unit) {
  memory_free(unit->chunk);
  memory_free(unit->code);
  memory_free(unit);
}

void modules_free(struct modules *modules) {
  size_t i;
  if (!modules) return;
  for (i = 0; i < BUCKETS; i++) {
    struct unit *unit, *next_unit;
    struct finding *finding, *next_finding;
    for (unit = modules->units[i]; unit; unit = next_unit) {
      next_unit = unit->next;
      free_unit(unit);
    }
    for (finding = modules->findings[i]; finding; finding = next_finding) {
      next_finding = finding->next;
      memory_free(finding);
    }
    while (modules->names[i]) {
      struct name *name = modules->names[i];
      modules->names[i] = name->next;
      memory_free(name);
    }
  }
  mutex_deinit(&modules->mutex);
  memory_free(modules);
}

const struct embedded *modules_embedded(const struct modules *modules,
                                        const char *name) {
  const struct embedded *embedded = modules->embedded;
  if (!embedded) return NULL;
  while (embedded->name && strcmp(embedded->name, name) != 0) embedded++;
  return embedded->name ? embedded : NULL;
}

/* --- Names ---------------------------------------------------------------- */

static const char *add_name_locked(struct modules *modules, size_t bucket,
                                   const char *text) {
  size_t size = strlen(text) + 1;
  struct name *name;
  if (modules->name_count == MODULES_LARGEST) return "behaviour";
  name = memory_alloc(sizeof *name + size);
  if (!name) return "behaviour";
  memcpy(name->text, text, size);
  name->next = modules->names[bucket];
  modules->names[bucket] = name;
  modules->name_count++;
  return name->text;
}

const char *modules_name(struct modules *modules, const char *text) {
  size_t bucket =
      hash_bytes(text, strlen(text), modules->seed) % BUCKETS;
  struct name *name;
  const char *kept;
  mutex_lock(&modules->mutex);
  name = modules->names[bucket];
  while (name && strcmp(name->text, text) != 0) name = name->next;
  kept = name ? name->text : add_name_locked(modules, bucket, text);
  mutex_unlock(&modules->mutex);
  return kept;
}

/* --- Units ---------------------------------------------------------------- */

static size_t unit_bucket(const struct modules *modules, const char *chunk) {
  return hash_bytes(chunk, strlen(chunk), modules->seed) % BUCKETS;
}

static struct unit *unit_locked(struct modules *modules, size_t bucket,
                                const char *chunk) {
  struct unit *unit = modules->units[bucket];
  while (unit && strcmp(unit->chunk, chunk) != 0) unit = unit->next;
  return unit;
}

const struct unit *modules_unit(struct modules *modules, const char *chunk) {
  size_t bucket = unit_bucket(modules, chunk);
  const struct unit *unit;
  mutex_lock(&modules->mutex);
  unit = unit_locked(modules, bucket, chunk);
  mutex_unlock(&modules->mutex);
  return unit;
}

static struct unit *new_unit(const char *chunk, const struct buffer *code) {
  struct unit *unit = memory_zalloc(sizeof *unit);
  if (!unit) return NULL;
  unit->size = buffer_size(code);
  unit->chunk = memory_strdup(chunk);
  unit->code = memory_alloc(unit->size);
  if (!unit->chunk || !unit->code) {
    free_unit(unit);
    return NULL;
  }
  memcpy(unit->code, buffer_bytes(code), unit->size);
  return unit;
}

const struct unit *modules_keep(struct modules *modules, const char *chunk,
                                const struct buffer *code) {
  size_t bucket = unit_bucket(modules, chunk);
  struct unit *fresh = new_unit(chunk, code), *kept;
  if (!fresh) return NULL;
  mutex_lock(&modules->mutex);
  kept = unit_locked(modules, bucket, chunk);
  if (!kept && modules->unit_count < MODULES_LARGEST) {
    kept = fresh;
    kept->next = modules->units[bucket];
    modules->units[bucket] = kept;
    modules->unit_count++;
  }
  mutex_unlock(&modules->mutex);
  if (kept != fresh) free_unit(fresh);
  return kept;
}

/* --- Findings ------------------------------------------------------------- */

static size_t finding_bucket(const struct modules *modules, const char *path,
                             size_t path_size, const char *name) {
  uint64_t seed = hash_bytes(path, path_size, modules->seed);
  return hash_bytes(name, strlen(name), seed) % BUCKETS;
}

static struct finding *finding_locked(struct modules *modules, size_t bucket,
                                      const char *path, size_t path_size,
                                      const char *name) {
  struct finding *finding = modules->findings[bucket];
  for (; finding; finding = finding->next)
    if (finding->path_size == path_size &&
        strcmp(finding->key + path_size + 1, name) == 0 &&
        memcmp(finding->key, path, path_size) == 0)
      break;
  return finding;
}

const struct unit *modules_found(struct modules *modules, const char *path,
                                 const char *name) {
  size_t path_size = strlen(path);
  size_t bucket = finding_bucket(modules, path, path_size, name);
  const struct finding *finding;
  const struct unit *unit;
  mutex_lock(&modules->mutex);
  finding = finding_locked(modules, bucket, path, path_size, name);
  unit = finding ? finding->unit : NULL;
  mutex_unlock(&modules->mutex);
  return unit;
}

static struct finding *new_finding(const char *path, size_t path_size,
                                   const char *name) {
  size_t name_size = strlen(name);
  struct finding *finding =
      memory_alloc(sizeof *finding + path_size + name_size + 2);
  if (!finding) return NULL;
  finding->path_size = path_size;
  memcpy(finding->key, path, path_size + 1);
  memcpy(finding->key + path_size + 1, name, name_size + 1);
  return finding;
}

void modules_remember(struct modules *modules, const char *path,
                      const char *name, const struct unit *unit) {
  size_t path_size = strlen(path);
  size_t bucket = finding_bucket(modules, path, path_size, name);
  struct finding *finding = new_finding(path, path_size, name);
  bool taken = false;
  if (!finding) return;
  finding->unit = unit;
  mutex_lock(&modules->mutex);
  if (modules->finding_count < MODULES_LARGEST &&
      !finding_locked(modules, bucket, path, path_size, name)) {
    finding->next = modules->findings[bucket];
    modules->findings[bucket] = finding;
    modules->finding_count++;
    taken = true;
  }
  mutex_unlock(&modules->mutex);
  if (!taken) memory_free(finding);
}
