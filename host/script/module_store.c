#include "script/module_store.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/archive.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/thread.h"
#include "base/tick.h"
#include "script/notes.h"
#include "script/supply.h"

#define BUCKETS 512

/* A name was found, along a path, in a unit. The path is part of the key as
** text: actors whose paths are equal share what was found. */
struct finding {
  struct finding *next;
  struct source *source;
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
  const struct archive *archive;
  struct supply *supply; /* constant; owned */
  uint64_t seed;
  struct mutex mutex;
  /* Under the mutex. */
  struct source *sources[BUCKETS];
  struct finding *findings[BUCKETS];
  struct name *names[BUCKETS];
  size_t source_count, finding_count, name_count;
};

struct modules *modules_new(const struct embedded *embedded,
                            const struct archive *archive) {
  struct modules *modules = memory_zalloc(sizeof *modules);
  if (!modules) return NULL;
  modules->supply = supply_new();
  if (!modules->supply) {
    memory_free(modules);
    return NULL;
  }
  modules->embedded = embedded;
  modules->archive = archive;
  modules->seed = hash_word(tick_now());
  mutex_init(&modules->mutex);
  return modules;
}

void modules_free(struct modules *modules) {
  size_t i;
  if (!modules) return;
  for (i = 0; i < BUCKETS; i++) {
    struct source *source, *next_source;
    struct finding *finding, *next_finding;
    for (source = modules->sources[i]; source; source = next_source) {
      next_source = source->next;
      source_free(source);
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
  supply_free(modules->supply);
  memory_free(modules);
}

const struct embedded *modules_embedded(const struct modules *modules,
                                        const char *name) {
  const struct embedded *embedded = modules->embedded;
  if (!embedded) return NULL;
  while (embedded->name && strcmp(embedded->name, name) != 0) embedded++;
  return embedded->name ? embedded : NULL;
}

/* --- Releases ------------------------------------------------------------- */

const struct archive *modules_archive(const struct modules *modules) {
  return modules->archive;
}

struct supply *modules_supply(const struct modules *modules) {
  return modules->supply;
}

bool modules_owns(const struct modules *modules, const char *file) {
  return modules->archive != NULL && file[0] != '/';
}

bool modules_archived(const struct modules *modules, const char *file,
                      struct archive_file *found) {
  return modules_owns(modules, file) &&
         archive_find(modules->archive, file, found);
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

const char *modules_name(struct modules *modules, const char *text,
                         bool *fresh) {
  size_t bucket =
      hash_bytes(text, strlen(text), modules->seed) % BUCKETS;
  struct name *name;
  const char *kept;
  mutex_lock(&modules->mutex);
  name = modules->names[bucket];
  while (name && strcmp(name->text, text) != 0) name = name->next;
  *fresh = name == NULL;
  kept = name ? name->text : add_name_locked(modules, bucket, text);
  mutex_unlock(&modules->mutex);
  return kept;
}

/* --- Sources -------------------------------------------------------------- */

static size_t source_bucket(const struct modules *modules,
                            const char *chunk) {
  return hash_bytes(chunk, strlen(chunk), modules->seed) % BUCKETS;
}

static struct source *source_locked(struct modules *modules, size_t bucket,
                                    const char *chunk) {
  struct source *source = modules->sources[bucket];
  while (source && strcmp(source->chunk, chunk) != 0) source = source->next;
  return source;
}

struct source *modules_source(struct modules *modules, const char *chunk) {
  size_t bucket = source_bucket(modules, chunk);
  struct source *source;
  mutex_lock(&modules->mutex);
  source = source_locked(modules, bucket, chunk);
  mutex_unlock(&modules->mutex);
  return source;
}

static struct source *first_version(const char *chunk,
                                    const struct buffer *code) {
  struct source *source = source_new(chunk);
  if (source == NULL) return NULL;
  source->current = unit_new(code);
  if (source->current == NULL) {
    source_free(source);
    return NULL;
  }
  source->current->version = source->versions = 1;
  return source;
}

struct source *modules_keep(struct modules *modules, const char *chunk,
                            const struct buffer *code) {
  size_t bucket = source_bucket(modules, chunk);
  struct source *fresh = first_version(chunk, code), *kept;
  if (!fresh) return NULL;
  mutex_lock(&modules->mutex);
  kept = source_locked(modules, bucket, chunk);
  if (!kept && modules->source_count < MODULES_LARGEST) {
    kept = fresh;
    kept->next = modules->sources[bucket];
    modules->sources[bucket] = kept;
    modules->source_count++;
  }
  mutex_unlock(&modules->mutex);
  if (kept != fresh) source_free(fresh);
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

static struct finding *find_locked(struct modules *modules, const char *path,
                                   const char *name) {
  size_t size = strlen(path);
  return finding_locked(modules, finding_bucket(modules, path, size, name),
                        path, size, name);
}

struct source *modules_found(struct modules *modules, const char *path,
                             const char *name) {
  const struct finding *finding;
  mutex_lock(&modules->mutex);
  finding = find_locked(modules, path, name);
  mutex_unlock(&modules->mutex);
  return finding ? finding->source : NULL;
}

static struct source *named_locked(struct modules *modules, const char *name,
                                   const char **path) {
  struct source *source = NULL;
  for (size_t i = 0; i < BUCKETS; i++) {
    const struct finding *finding = modules->findings[i];
    for (; finding; finding = finding->next) {
      if (strcmp(finding->key + finding->path_size + 1, name) != 0) continue;
      if (source && source != finding->source) return NULL;
      source = finding->source;
      *path = finding->key;
    }
  }
  return source;
}

struct source *modules_named(struct modules *modules, const char *name,
                             const char **path) {
  struct source *source;
  mutex_lock(&modules->mutex);
  source = named_locked(modules, name, path);
  mutex_unlock(&modules->mutex);
  return source;
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
                      const char *name, struct source *source) {
  size_t path_size = strlen(path);
  size_t bucket = finding_bucket(modules, path, path_size, name);
  struct finding *finding = new_finding(path, path_size, name);
  bool taken = false;
  if (!finding) return;
  finding->source = source;
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

/* --- For who looks -------------------------------------------------------- */

static void note_source_locked(const struct source *source,
                               struct directory *directory,
                               struct notes *notes) {
  notes_open(notes, NULL);
  notes_text(notes, "chunk", source->chunk);
  notes_integer(notes, "version", source->current->version);
  if (source->former != NULL)
    notes_integer(notes, "former", source->former->version);
  notes_integer(notes, "size", (int64_t)source->current->size);
  notes_integer(notes, "actors", source_live_locked(source, directory));
  notes_boolean(notes, "closed", source->closed);
  notes_close(notes);
}

static void note_finding(const struct finding *finding, struct notes *notes) {
  notes_open(notes, NULL);
  notes_text(notes, "name", finding->key + finding->path_size + 1);
  notes_text(notes, "chunk", finding->source->chunk);
  notes_close(notes);
}

void modules_note(struct modules *modules, struct directory *directory,
                  struct notes *notes) {
  notes_open(notes, "sources");
  for (size_t i = 0; i < BUCKETS; i++) {
    mutex_lock(&modules->mutex);
    for (struct source *at = modules->sources[i]; at != NULL; at = at->next)
      note_source_locked(at, directory, notes);
    mutex_unlock(&modules->mutex);
  }
  notes_close(notes);
  notes_open(notes, "names");
  for (size_t i = 0; i < BUCKETS; i++) {
    mutex_lock(&modules->mutex);
    for (struct finding *at = modules->findings[i]; at != NULL; at = at->next)
      note_finding(at, notes);
    mutex_unlock(&modules->mutex);
  }
  notes_close(notes);
}

/* --- Files ---------------------------------------------------------------- */

struct listing {
  struct module_file *list;
  uint32_t count, capacity;
};

static bool add_file(struct listing *listing, const char *name,
                     const struct source *source) {
  struct module_file *grown =
      memory_grown(listing->list, listing->count, &listing->capacity,
                   sizeof *grown);
  if (grown == NULL) return false;
  listing->list = grown;
  grown[listing->count++] = (struct module_file){name, source->chunk + 1};
  return true;
}

/* A script has one user, and a version once it is a behaviour. */
static bool is_server_script(const struct source *source,
                             struct directory *directory) {
  struct actor *actor;
  if (source->user_count == 0 || *source->users[0].name != '\0') return false;
  actor = directory_find(directory, source->users[0].pid);
  return actor != NULL && atomic_load_explicit(&actor->version,
                                               memory_order_relaxed) != 0;
}

static bool list_locked(struct modules *modules, struct directory *directory,
                        struct listing *listing) {
  for (size_t i = 0; i < BUCKETS; i++) {
    const struct finding *finding = modules->findings[i];
    const struct source *source = modules->sources[i];
    for (; finding; finding = finding->next)
      if (!add_file(listing, finding->key + finding->path_size + 1,
                    finding->source))
        return false;
    for (; source; source = source->next)
      if (is_server_script(source, directory) &&
          !add_file(listing, source->chunk + 1, source))
        return false;
  }
  return true;
}

bool modules_files(struct modules *modules, struct directory *directory,
                   struct module_file **list, uint32_t *count) {
  struct listing listing = {NULL, 0, 0};
  bool done;
  mutex_lock(&modules->mutex);
  done = list_locked(modules, directory, &listing);
  mutex_unlock(&modules->mutex);
  if (!done) memory_free(listing.list);
  *list = done ? listing.list : NULL;
  *count = listing.count;
  return done;
}

/* --- Using ---------------------------------------------------------------- */

static enum status take_locked(struct source *source, const char *name,
                               struct taking *taking,
                               struct unit **unit) {
  if (taking->pid != ID_NONE) {
    if (source->closed && !taking->admitted) return STATUS_WAIT;
    if (!source_join_locked(source, taking->directory, taking->pid, name))
      return STATUS_NOMEM;
  }
  *unit = unit_share(source->current);
  taking->version = (*unit)->version;
  return STATUS_OK;
}

enum status modules_take(struct modules *modules, const char *path,
                         const char *name, struct taking *taking,
                         struct source **source, struct unit **unit) {
  enum status status = STATUS_ABSENT;
  const struct finding *finding;
  mutex_lock(&modules->mutex);
  finding = find_locked(modules, path, name);
  if (finding) {
    *source = finding->source;
    status = take_locked(*source, finding->key + finding->path_size + 1,
                         taking, unit);
  }
  mutex_unlock(&modules->mutex);
  return status;
}

enum status modules_take_source(struct modules *modules,
                                struct source *source,
                                struct taking *taking,
                                struct unit **unit) {
  enum status status;
  mutex_lock(&modules->mutex);
  status = take_locked(source, "", taking, unit);
  mutex_unlock(&modules->mutex);
  return status;
}

enum status modules_wait(struct modules *modules, struct source *source,
                         struct waiter waiter) {
  enum status status = STATUS_OK;
  mutex_lock(&modules->mutex);
  if (source->closed)
    status = waiters_add(&source->waiting, waiter) ? STATUS_WAIT
                                                   : STATUS_NOMEM;
  mutex_unlock(&modules->mutex);
  return status;
}

bool modules_unwait(struct modules *modules, struct source *source,
                   struct waiter waiter) {
  bool removed;
  mutex_lock(&modules->mutex);
  removed = waiters_remove(&source->waiting, waiter);
  mutex_unlock(&modules->mutex);
  return removed;
}

/* --- Reloading ------------------------------------------------------------ */

void modules_versions(struct modules *modules, struct source *source,
                      struct unit **current, struct unit **former) {
  mutex_lock(&modules->mutex);
  *current = unit_share(source->current);
  *former = source->former ? unit_share(source->former) : NULL;
  mutex_unlock(&modules->mutex);
}

void modules_number(struct modules *modules, struct source *source,
                    struct unit *unit) {
  mutex_lock(&modules->mutex);
  unit->version = source->versions + 1;
  mutex_unlock(&modules->mutex);
}

void modules_close(struct modules *modules, struct source *source) {
  mutex_lock(&modules->mutex);
  source->closed = true;
  mutex_unlock(&modules->mutex);
}

void modules_open(struct modules *modules, struct source *source,
                  struct waiters *waiting) {
  mutex_lock(&modules->mutex);
  source->closed = false;
  *waiting = source->waiting;
  source->waiting = (struct waiters){NULL, 0, 0};
  mutex_unlock(&modules->mutex);
}

bool modules_users(struct modules *modules, struct source *source,
                   struct user **users, uint32_t *count, uint64_t *joined) {
  size_t size;
  mutex_lock(&modules->mutex);
  size = source->user_count * sizeof **users;
  *users = memory_alloc(size + 1);
  if (*users && size > 0) memcpy(*users, source->users, size);
  *count = source->user_count;
  *joined = source->joined;
  mutex_unlock(&modules->mutex);
  return *users != NULL;
}

bool modules_switch(struct modules *modules, struct source *source,
                    struct unit *unit, uint64_t joined) {
  bool complete;
  mutex_lock(&modules->mutex);
  complete = source->joined == joined;
  if (complete) source_switch_locked(source, unit);
  mutex_unlock(&modules->mutex);
  return complete;
}
