#include "script/coverage.h"

#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/thread.h"

struct coverage {
  _Atomic bool on; /* relaxed: who starts meanwhile is counted, or not */
  struct mutex lock;
  struct covered *files; /* lock */
  /* Lock; the one that has run last, as the next line is mostly one of it. */
  struct covered *last;
};

struct coverage *coverage_new(void) {
  struct coverage *coverage = memory_zalloc(sizeof *coverage);
  if (coverage != NULL) mutex_init(&coverage->lock);
  return coverage;
}

static void free_file(struct covered *file) {
  memory_free(file->counts);
  memory_free((void *)(uintptr_t)file->source);
  memory_free(file);
}

void coverage_free(struct coverage *coverage) {
  if (coverage == NULL) return;
  while (coverage->files != NULL) {
    struct covered *file = coverage->files;
    coverage->files = file->next;
    free_file(file);
  }
  mutex_deinit(&coverage->lock);
  memory_free(coverage);
}

void coverage_begin(struct coverage *coverage) {
  atomic_store_explicit(&coverage->on, true, memory_order_relaxed);
}

bool coverage_is_on(struct coverage *coverage) {
  return atomic_load_explicit(&coverage->on, memory_order_relaxed);
}

static struct covered *add_locked(struct coverage *coverage,
                                  const char *source) {
  struct covered *file = memory_zalloc(sizeof *file);
  if (file == NULL) return NULL;
  file->source = memory_strdup(source);
  if (file->source == NULL) {
    memory_free(file);
    return NULL;
  }
  file->next = coverage->files;
  coverage->files = file;
  return file;
}

static struct covered *find_locked(struct coverage *coverage,
                                   const char *source) {
  struct covered *file = coverage->last;
  if (file != NULL && strcmp(file->source, source) == 0) return file;
  file = coverage->files;
  while (file != NULL && strcmp(file->source, source) != 0) file = file->next;
  if (file == NULL) file = add_locked(coverage, source);
  if (file != NULL) coverage->last = file;
  return file;
}

static bool make_room_locked(struct covered *file, int line) {
  int lines = 2 * line + 64;
  uint32_t *counts;
  if (line <= file->lines) return true;
  counts = memory_resize(file->counts, (size_t)lines * sizeof *counts);
  if (counts == NULL) return false;
  memset(counts + file->lines, 0,
         (size_t)(lines - file->lines) * sizeof *counts);
  file->counts = counts;
  file->lines = lines;
  return true;
}

void coverage_count(struct coverage *coverage, const char *source, int line) {
  struct covered *file;
  ASSERT(line > 0, "lines count from 1");
  mutex_lock(&coverage->lock);
  file = find_locked(coverage, source);
  if (file != NULL && make_room_locked(file, line) &&
      file->counts[line - 1] < UINT32_MAX)
    file->counts[line - 1]++;
  mutex_unlock(&coverage->lock);
}

const struct covered *coverage_files(struct coverage *coverage) {
  const struct covered *files;
  mutex_lock(&coverage->lock);
  files = coverage->files;
  mutex_unlock(&coverage->lock);
  return files;
}

int coverage_read(struct coverage *coverage, const struct covered *file,
                  int from, uint32_t *counts, int room) {
  int count;
  ASSERT(from > 0, "lines count from 1");
  mutex_lock(&coverage->lock);
  count = file->lines - from + 1;
  if (count > room) count = room;
  if (count < 0) count = 0;
  if (count > 0)
    memcpy(counts, file->counts + from - 1, (size_t)count * sizeof *counts);
  mutex_unlock(&coverage->lock);
  return count;
}
