#include "base/folder.h"

#include <fts.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static bool add(struct folder *folder, const char *name) {
  char **grown = memory_grown(folder->names, folder->count, &folder->capacity,
                              sizeof *grown);
  if (grown == NULL) return false;
  folder->names = grown;
  grown[folder->count] = memory_strdup(name);
  return grown[folder->count] != NULL && ++folder->count > 0;
}

static int by_name(const void *one, const void *other) {
  return strcmp(*(char *const *)one, *(char *const *)other);
}

bool folder_read(struct folder *folder, const char *path) {
  char *copy = memory_strdup(path), *const roots[] = {copy, NULL};
  size_t before = strlen(path) + 1;
  FTS *walk = NULL;
  FTSENT *entry;
  bool good = copy != NULL;
  /* The working directory is everybody's. */
  if (good) walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
  while (good && walk != NULL && (entry = fts_read(walk)) != NULL)
    if (entry->fts_info == FTS_F) good = add(folder, entry->fts_path + before);
  if (walk != NULL) fts_close(walk);
  memory_free(copy);
  if (folder->count > 1)
    qsort(folder->names, folder->count, sizeof *folder->names, by_name);
  return good;
}

void folder_deinit(struct folder *folder) {
  for (uint32_t i = 0; i < folder->count; i++) memory_free(folder->names[i]);
  memory_free(folder->names);
  *folder = (struct folder){NULL, 0, 0};
}
