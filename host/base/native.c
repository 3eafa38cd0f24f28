#define _GNU_SOURCE /* memfd_create, mkostemp */
#include "base/native.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/archive.h"
#include "base/check.h"
#include "base/memory.h"
#include "base/thread.h"
#include "base/whole.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x10U /* Linux 6.3 */
#endif

struct library {
  struct library *next;
  void *handle;
  const char *name; /* the archive's */
};

struct native {
  const struct archive *archive;
  struct mutex mutex;
  struct library *libraries; /* under the mutex */
};

struct native *native_new(const struct archive *archive) {
  struct native *native = memory_zalloc(sizeof *native);
  if (native == NULL) return NULL;
  native->archive = archive;
  mutex_init(&native->mutex);
  return native;
}

void native_free(struct native *native) {
  if (native == NULL) return;
  while (native->libraries != NULL) {
    struct library *library = native->libraries;
    native->libraries = library->next;
    memory_free(library);
  }
  mutex_deinit(&native->mutex);
  memory_free(native);
}

/* --- Loading -------------------------------------------------------------- */

static void *load(const char *path, char *why, size_t why_size) {
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) snprintf(why, why_size, "%s", dlerror());
  return handle;
}

/* Kernels before 6.3 do not know MFD_EXEC, later ones may ask for it. */
static int make_memory(const char *name) {
  int fd = memfd_create(name, MFD_CLOEXEC | MFD_EXEC);
  return fd >= 0 ? fd : memfd_create(name, MFD_CLOEXEC);
}

static void *load_from_memory(const struct archive_file *file, char *why,
                              size_t why_size) {
  const char *slash = strrchr(file->name, '/');
  int fd = make_memory(slash != NULL ? slash + 1 : file->name);
  void *handle = NULL;
  char path[64];
  if (fd < 0) return NULL;
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  if (whole_write(fd, file->bytes, file->size) && access(path, R_OK) == 0)
    handle = load(path, why, why_size);
  /* A name that has not been loaded may be used again. */
  if (handle == NULL) close(fd);
  return handle;
}

static void *load_from_folder(const struct archive_file *file,
                              const char *folder, char *why,
                              size_t why_size) {
  char path[PATH_MAX];
  void *handle = NULL;
  int fd;
  snprintf(path, sizeof path, "%s/troupe.XXXXXX", folder);
  fd = mkostemp(path, O_CLOEXEC);
  if (fd < 0) {
    snprintf(why, why_size, "no temporary file for it: %s", strerror(errno));
    return NULL;
  }
  if (whole_write(fd, file->bytes, file->size))
    handle = load(path, why, why_size);
  else
    snprintf(why, why_size, "a temporary file for it: %s", strerror(errno));
  unlink(path);
  close(fd);
  return handle;
}

/* What was wrong first says more than that there is no other way. */
static void *load_file(const struct archive_file *file, char *why,
                       size_t why_size) {
  const char *folders[] = {getenv("TMPDIR"), "/tmp", "/var/tmp", "."};
  char later[256];
  void *handle;
  why[0] = '\0';
  handle = load_from_memory(file, why, why_size);
  for (size_t i = 0; handle == NULL && i < sizeof folders / sizeof *folders;
       i++) {
    bool first = why[0] == '\0';
    if (folders[i] == NULL || folders[i][0] == '\0') continue;
    handle = load_from_folder(file, folders[i], first ? why : later,
                              first ? why_size : sizeof later);
  }
  return handle;
}

/* --- Once ----------------------------------------------------------------- */

static struct library *find_locked(const struct native *native,
                                   const char *name) {
  struct library *library = native->libraries;
  while (library != NULL && strcmp(library->name, name) != 0)
    library = library->next;
  return library;
}

static struct library *add_locked(struct native *native, const char *name,
                                  char *why, size_t why_size) {
  struct library *library = memory_zalloc(sizeof *library);
  struct archive_file file;
  bool there = archive_find(native->archive, name, &file);
  CHECK(there, "it is there");
  snprintf(why, why_size, "not enough memory");
  if (library != NULL) library->handle = load_file(&file, why, why_size);
  if (library == NULL || library->handle == NULL) {
    memory_free(library);
    return NULL;
  }
  library->name = file.name;
  library->next = native->libraries;
  native->libraries = library;
  return library;
}

void *native_open(struct native *native, const char *name, char *why,
                  size_t why_size) {
  struct library *library;
  mutex_lock(&native->mutex);
  library = find_locked(native, name);
  if (library == NULL) library = add_locked(native, name, why, why_size);
  mutex_unlock(&native->mutex);
  return library != NULL ? library->handle : NULL;
}
